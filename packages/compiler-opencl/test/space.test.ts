import type { ScheduleSummary } from '@fretwork/compiler';
import { inferShapes, parseModel } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { KERNELS, opencl } from '../src/index.js';
import { cheapestOf } from '../src/product/cost.js';
import { cells } from './kinds.js';

describe('what the tuner may choose', () => {
  it('is the input product of a recurrent layer and how its steps are launched', () => {
    const model = cells('GRU', true, 5);
    const context = { model, shapes: inferShapes(model) };
    const backend = opencl();
    const space = backend.space!(model.layers[0]!, context)!;
    expect(space.genes.map(({ name }) => name)).toEqual(expect.arrayContaining(['rows', 'pixels', 'order', 'steps']));
    const tuning = space.tuning({ ...space.fallback, rows: 8, pixels: 4, order: 'tile-group', steps: 'one-each' });
    const planning = backend.plan(context, { tunings: new Map([['cell', tuning]]) });
    if (!planning.ok) throw new Error(planning.refusals[0]!.reason);
    expect(planning.plan.layers[0]!.tuning).toMatchObject({ kernel: expect.stringContaining('_r8p4') as string, permute: expect.stringMatching(/^one-each tile-group/) as string });
    expect(planning.plan.layers[0]!.reason).toContain('a launch per step, as tuned');
  });
});

describe('a tuning that asks for what a layer cannot have', () => {
  const model = parseModel(`fretwork 1
model layer
producer test version 1 opset 0

input x f32 [1, 2, 4, 4]
output y f32

layer conv = Conv(x, w) -> y

tensor w f32 [2, 2, 1, 1] = [1, 0, 0.5, 1]
`);
  const context = { model, shapes: inferShapes(model) };

  it.each([
    ['implicit4_f32_r4p2u8_buffer', 'that reads maps where they lie, which this layer cannot'],
    ['dense_f32_r4p8u1_buffer', 'for weights that are all there, 1 to a channel'],
    ['segments_f32_r1p208u1_buffer', 'of 208 positions, and there are 16'],
  ])('is told so: %s', (kernel, says) => {
    expect(() => opencl().plan(context, { tunings: new Map([['conv', { kernel }]]) })).toThrow(expect.objectContaining({ code: 'tuning.kernel', message: expect.stringContaining(says) as string }) as Error);
  });
});

describe('the cost of kernels on a processor', () => {
  const rows = KERNELS.select({ type: 'f32', isa: 'buffer' }).filter(({ operator }) => operator === 'segments' || operator === 'panels');
  /** Of groups of several rows; one or two rows share nothing here. */
  const summaryOf = (nnz: number, shared: readonly number[], segments: number) => ({ rows: height }: { readonly rows: number }): ScheduleSummary => {
    const sharedBy = height <= 2 ? [nnz] : shared;
    const loads = sharedBy.reduce((a, b) => a + b, 0);
    return { rows: 64, columns: 256, nnz, groups: 8, segments: height <= 2 ? 64 : segments, loads, loadsPerRow: nnz, loadsSaved: nnz - loads, sharedBy, partsNnz: [nnz], balance: 1 };
  };

  it('takes panels where rows share loads and jumps are many, rows by themselves where they share none', () => {
    expect(cheapestOf(rows, 196, 1, summaryOf(2400, [0, 0, 800], 100))!.operator).toBe('panels');
    expect(cheapestOf(rows, 196, 1, summaryOf(1600, [1600], 400))).toMatchObject({ operator: 'segments', rows: 1 });
  });

  it('takes no kernel of more positions than there are', () => {
    expect(cheapestOf(rows, 5, 1, summaryOf(2400, [0, 0, 800], 100))!.pixels).toBeLessThanOrEqual(5);
  });
});
