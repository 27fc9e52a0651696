import { random } from '@fretwork/conformance';
import { inferShapes, type Model } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { planMemory, PASSES, runPasses, type MemoryOptions, type MemoryPlan } from '../src/index.js';
import { Build } from './build.js';
import { haveData, modelPaths, NO_DATA, readModel } from './data.js';
import { randomGraph } from './random-graph.js';

function planned(model: Model, options: MemoryOptions = {}): MemoryPlan {
  const plan = planMemory(model, inferShapes(model), options);
  if (!plan.ok) throw new Error(plan.reason);
  return plan;
}

/** No two buffers live in one step overlap, offsets are aligned, and the totals are what they say. */
function judge(model: Model, plan: MemoryPlan, place: string): void {
  const up = (bytes: number): number => Math.ceil(bytes / plan.alignment) * plan.alignment;
  plan.buffers.forEach((a, i) => {
    expect(a.offset % plan.alignment, place).toBe(0);
    expect(a.offset + a.bytes, place).toBeLessThanOrEqual(plan.peakBytes);
    for (const b of plan.buffers.slice(i + 1)) {
      const together = a.first <= b.last && b.first <= a.last;
      const apart = a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset;
      expect(!together || apart || a.bytes === 0 || b.bytes === 0, `${place}: ${a.name} and ${b.name}`).toBe(true);
    }
  });
  const live = model.layers.map((_, step) => plan.buffers.filter(({ first, last }) => first <= step && step <= last).reduce((sum, { bytes }) => sum + up(bytes), 0));
  expect(plan.leastBytes, place).toBe(Math.max(0, ...live));
  expect(plan.peakBytes, place).toBeGreaterThanOrEqual(plan.leastBytes);
  expect(plan.peakBytes, place).toBeLessThanOrEqual(plan.separateBytes);
}

/**
 * Runs the model on an arena of cells that remember whose they are: every layer must still find all of what it reads, and
 * every output must be there in the end. In-place layers may take cells of an input of the same step only.
 */
function rehearse(model: Model, plan: MemoryPlan, place: string): void {
  const { values } = inferShapes(model);
  const arena = new Array<string>(Math.ceil(plan.peakBytes / 4)).fill('');
  const row = new Map(plan.values.map((value) => [value.value, value]));
  const rootOf = (name: string): string => {
    const value = row.get(name);
    return value?.how === 'view' && value.of !== undefined ? rootOf(value.of) : name;
  };
  const cells = (name: string): readonly [from: number, to: number] | undefined => {
    const value = row.get(name);
    if (value?.buffer === undefined) return undefined;
    const bytes = (values.get(name)!.shape as readonly number[]).reduce((a, b) => a * b, 1) * 4;
    const { offset } = plan.buffers[value.buffer]!;
    return [offset / 4, (offset + bytes) / 4];
  };
  const expectThere = (name: string, reader: string): void => {
    const range = cells(name);
    if (range !== undefined) expect(arena.slice(...range).find((owner) => owner !== rootOf(name)), `${place}: ${name} for ${reader}`).toBeUndefined();
  };
  for (const layer of model.layers) {
    for (const name of layer.inputs) expectThere(name, layer.name);
    for (const name of layer.outputs) {
      const range = cells(name);
      if (range === undefined || row.get(name)!.how === 'view') continue;
      if (row.get(name)!.how === 'own') {
        const mine = new Set(layer.inputs.filter((input) => input !== '').map(rootOf));
        expect(arena.slice(...range).find((owner) => mine.has(owner)), `${place}: ${layer.name} writes over its input`).toBeUndefined();
      }
      arena.fill(name, ...range);
    }
  }
  for (const { name } of model.outputs) expectThere(name, 'the user');
}

describe('planMemory', () => {
  it('plans a chain: two buffers in turn, activations in place, views for nothing, outputs apart', () => {
    const b = new Build();
    const x = b.input('x', [1, 1, 4, 8]);
    const w = b.floats('w', [1, 1, 1, 1], [2]);
    const first = b.layer('Relu', [b.layer('Conv', [x, w])]);
    const second = b.layer('Tanh', [b.layer('Conv', [first, w])]);
    const third = b.layer('Conv', [second, w]);
    b.output(b.layer('Flatten', [third]));
    const plan = planned(b.model());
    expect(plan.values.map(({ how }) => how)).toEqual(['own', 'in-place', 'own', 'in-place', 'own', 'view']);
    expect(plan.buffers.map(({ offset, bytes, first: from, last }) => [offset, bytes, from, last])).toEqual([[0, 128, 0, 2], [128, 128, 2, 4], [0, 128, 4, 5]]);
    expect(plan).toMatchObject({ peakBytes: 256, leastBytes: 256, separateBytes: 768 });
  });

  it('does not write over what is read later, broadcast, an input of the model, or an output', () => {
    const b = new Build();
    const x = b.input('x', [4, 4]);
    const kept = b.layer('Relu', [x]);
    const row = b.layer('ReduceMax', [kept, b.ints('axes', [0])], { keepdims: 1 });
    const wide = b.layer('Add', [row, kept]);
    b.output(wide);
    b.output(b.layer('Exp', [wide]));
    const plan = planned(b.model());
    expect(plan.values.map(({ how, of }) => [how, of])).toEqual([['own', undefined], ['own', undefined], ['in-place', kept], ['own', undefined]]);
  });

  it('writes over a value that the layer reads twice, but not over one that it reads a part of', () => {
    const b = new Build();
    const made = b.layer('Relu', [b.input('x', [1, 3])]);
    b.output(b.layer('Max', [made, b.layer('Reshape', [made, b.ints('to', [3])])]));
    const square = b.layer('Relu', [b.input('y', [3, 1])]);
    b.output(b.layer('Max', [b.layer('Reshape', [square, b.ints('wide', [1, 3])]), square]));
    const plan = planned(b.model());
    expect(plan.values.filter(({ layer }) => layer.startsWith('max')).map(({ how }) => how)).toEqual(['in-place', 'own']);
    rehearse(b.model(), plan, 'shapes');
  });

  it('counts the scratch memory of layers', () => {
    const b = new Build();
    b.output(b.layer('Relu', [b.input('x', [16])]));
    const plan = planned(b.model(), { scratch: () => 100 });
    expect(plan.peakBytes).toBe(64 + 128);
    expect(plan.buffers[1]).toMatchObject({ name: 'scratch of relu0', scratchOf: 'relu0', bytes: 100, first: 0, last: 0 });
  });

  it('takes the sizes of a target, and shares nothing where the layout forbids it', () => {
    const b = new Build();
    const x = b.input('x', [1, 1, 4, 4]);
    const wide = b.layer('Relu', [b.layer('Abs', [x])]);
    b.output(b.layer('Exp', [b.layer('Flatten', [wide])]));
    const bordered = planned(b.model(), { bytes: (_, { shape }) => (shape?.length === 4 ? 6 * 6 * 4 : undefined) });
    expect(bordered.values.map(({ how }) => how)).toEqual(['own', 'in-place', 'own', 'in-place']);
    expect(bordered.buffers.map(({ bytes }) => bytes)).toEqual([144, 64]);
    const apart = planned(b.model(), { apart: ({ operator }) => operator !== 'Exp' });
    expect(apart.values.map(({ how }) => how)).toEqual(['own', 'own', 'own', 'in-place']);
  });

  it('answers with the layer and the way out where a size is not known', () => {
    const b = new Build();
    b.output(b.layer('Relu', [b.input('x', ['N', 3])]));
    expect(planMemory(b.model())).toMatchObject({ ok: false, layer: 'relu0', reason: expect.stringContaining('[N, 3]'), hint: expect.stringContaining('withInputShapes') });
  });

  it('holds on random graphs, before and after the passes', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const before = randomGraph(random(seed));
      for (const model of [before, runPasses(before, PASSES).model]) {
        const plan = planned(model, seed % 3 === 0 ? { scratch: ({ name }) => name.length * 10 } : {});
        judge(model, plan, `seed ${seed}`);
        rehearse(model, plan, `seed ${seed}`);
      }
    }
  });

  it('holds on the pretrained models', (ctx) => {
    if (!haveData) ctx.skip(NO_DATA);
    for (const path of modelPaths) {
      const model = readModel(path);
      const inputShapes = Object.fromEntries(model.inputs.map(({ name, shape = [] }) => [name, shape.map((size) => (typeof size === 'number' ? size : 1))]));
      const { model: fixed } = runPasses(model, PASSES, { inputShapes });
      judge(fixed, planned(fixed), path);
    }
  });
});
