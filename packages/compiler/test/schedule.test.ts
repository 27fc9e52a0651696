import { MASK_KINDS, random, type Random } from '@fretwork/conformance';
import { encode, dense, type SparseMatrix } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { packWeights, planSchedule, runSchedule, summariseSchedule, type Schedule, type ScheduleOptions } from '../src/index.js';

interface Drawn {
  readonly matrices: readonly SparseMatrix[];
  /** `[rows, columns]` of the stack. */
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** One to three matrices of one mask kind, stacked, in any encoding that holds them. */
function drawMatrices(draw: Random, kind: (typeof MASK_KINDS)[number], rows: number, channels: number, kernel: number): Drawn {
  const columns = channels * kernel;
  const view = { count: draw.pick([1, 1, 1, 2, 3]), rows, columns, order: 'row-major' as const, kernel };
  const values = Float32Array.from({ length: view.count * rows * columns }, () => draw.normal());
  for (let m = 0; m < view.count; m++) kind.draw(draw, view)(values.subarray(m * rows * columns, (m + 1) * rows * columns), rows, columns);
  const encoding = draw.pick([undefined, ...kind.encodings]);
  const { tensor } = encode(dense('f32', [view.count * rows, columns], values), view, encoding === undefined ? {} : { encodings: [encoding] });
  const matrices = tensor.kind === 'sparse' ? tensor.matrices : Array.from({ length: view.count }, (_, m): SparseMatrix =>
    ({ encoding: 'bcr', rows, columns, blockRows: rows, blockColumns: columns, payload: values.subarray(m * rows * columns, (m + 1) * rows * columns) }));
  return { matrices, values, rows: view.count * rows, columns };
}

function drawOptions(draw: Random, rows: number): ScheduleOptions {
  const groups = draw.pick([1, 1, 1, 2, 3]);
  return {
    height: draw.pick([1, 2, 3, 4, 8, 8, 32]),
    chunk: draw.pick([0, 0, 1, 7, 32]),
    reorder: draw.pick(['as-stored', 'by-columns', 'by-columns'] as const),
    sharing: draw.pick(['per-row', 'by-mask', 'by-mask'] as const),
    threads: draw.pick([1, 1, 2, 3, 4]),
    ...(draw.next() < 0.5 ? {} : { rowCounts: draw.pick([[1], [1, 2], [1, 2, 4], [4, 3, 1], [8, 1]]) }),
    ...(rows % groups === 0 ? { groupRows: rows / groups } : {}),
  };
}

function product({ values, rows, columns }: Drawn, activations: Float32Array, pixels: number, groupRows: number): Float64Array {
  const outputs = new Float64Array(rows * pixels);
  for (let r = 0; r < rows; r++) {
    const first = Math.floor(r / groupRows) * columns;
    for (let c = 0; c < columns; c++) for (let p = 0; p < pixels; p++) outputs[r * pixels + p]! += values[r * columns + c]! * activations[(first + c) * pixels + p]!;
  }
  return outputs;
}

function expectWhole(schedule: Schedule, options: ScheduleOptions, says: string): void {
  expect([...schedule.order].sort((a, b) => a - b), says).toEqual(Array.from({ length: schedule.rows }, (_, r) => r));
  let place = 0;
  let weights = 0;
  let odd = false;
  for (const group of schedule.groups) {
    odd ||= group.start !== place || group.height > options.height || group.weights !== weights;
    const rows = [...schedule.order.subarray(place, place + group.height)];
    odd ||= options.groupRows !== undefined && new Set(rows.map((row) => Math.floor(row / options.groupRows!))).size !== 1;
    place += group.height;
    for (const segment of group.segments) {
      odd ||= segment.weights !== weights;
      weights += segment.count * segment.columns.length;
      const chunk = options.chunk ?? 0;
      odd ||= chunk > 0 && segment.columns.some((c) => Math.floor(c / chunk) !== segment.chunk);
      odd ||= options.rowCounts !== undefined && !options.rowCounts.includes(segment.count);
    }
  }
  expect([odd, place, weights], says).toEqual([false, schedule.rows, schedule.nnz]);
  expect(schedule.parts.map(({ from }) => from), says).toEqual([0, ...schedule.parts.slice(0, -1).map(({ to }) => to)]);
  expect(schedule.parts.at(-1)!.to, says).toBe(schedule.groups.length);
}

describe('a schedule means the product of the matrix', () => {
  for (const kind of MASK_KINDS) {
    it(`${kind.kind}, 80 random matrices, options and encodings`, () => {
      for (let i = 0; i < 80; i++) {
        const seed = 7919 * i + 1;
        const draw = random(seed);
        const drawn = drawMatrices(draw, kind, draw.integer(1, 40), draw.integer(1, 12), kind.kind === 'pattern' || kind.kind === 'block-punched' ? 9 : draw.pick([1, 4, 9]));
        const options = drawOptions(draw, drawn.rows);
        const says = `${kind.kind}, seed ${seed}: ${JSON.stringify(options)}`;
        const schedule = planSchedule(drawn.matrices, options);
        expectWhole(schedule, options, says);
        const groupRows = options.groupRows ?? drawn.rows;
        const pixels = draw.integer(1, 5);
        const activations = Float32Array.from({ length: (drawn.rows / groupRows) * drawn.columns * pixels }, () => draw.normal());
        const run = runSchedule(schedule, packWeights(drawn.matrices, schedule) as Float32Array, activations, pixels, groupRows);
        const expected = product(drawn, activations, pixels, groupRows);
        expect(run.outputs.length, says).toBe(expected.length);
        expect(run.outputs.reduce((most, y, at) => Math.max(most, Math.abs(y - expected[at]!)), 0), says).toBeLessThan(1e-9);

        const summary = summariseSchedule(schedule);
        expect([summary.loads, summary.loadsPerRow], says).toEqual([run.loads, run.products]);
        expect(summary.loadsSaved, says).toBe(run.products - run.loads);
        if (options.sharing === 'per-row') expect(summary.loadsSaved, says).toBe(0);
        expect(planSchedule(drawn.matrices, options), says).toEqual(schedule);
      }
    });
  }
});

it('reordering rows never costs loads, and sharing never does (400 random matrices)', () => {
  let fewer = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const draw = random(seed * 31);
    const { matrices } = drawMatrices(draw, draw.pick(MASK_KINDS), draw.integer(2, 40), draw.integer(1, 12), 9);
    const height = draw.pick([2, 4, 8]);
    const loads = (options: Partial<ScheduleOptions>): number => summariseSchedule(planSchedule(matrices, { height, ...options })).loads;
    const [plain, shared, both] = [loads({ reorder: 'as-stored', sharing: 'per-row' }), loads({ reorder: 'as-stored' }), loads({})];
    expect(shared, `seed ${seed}`).toBeLessThanOrEqual(plain);
    expect(both, `seed ${seed}`).toBeLessThanOrEqual(shared);
    if (both < shared) fewer++;
  }
  expect(fewer).toBeGreaterThan(100);
});
