import { MASK_KINDS, random, type Random } from '@fretwork/conformance';
import { dense, encode, encodeCsr, type SparseMatrix } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { packWeights, planSchedule, runSchedule, summariseSchedule, type Schedule, type ScheduleOptions } from '../src/index.js';
import { balancedBcr, PRODUCT_LAYERS } from './matrices.js';

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
    it(`${kind.kind}, 40 random matrices, options and encodings`, () => {
      for (let i = 0; i < 40; i++) {
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

it('reordering rows never costs loads, and sharing never does (150 random matrices)', () => {
  let fewer = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const draw = random(seed * 31);
    const { matrices } = drawMatrices(draw, draw.pick(MASK_KINDS), draw.integer(2, 40), draw.integer(1, 12), 9);
    const height = draw.pick([2, 4, 8]);
    const loads = (options: Partial<ScheduleOptions>): number => summariseSchedule(planSchedule(matrices, { height, ...options })).loads;
    const [plain, shared, both] = [loads({ reorder: 'as-stored', sharing: 'per-row' }), loads({ reorder: 'as-stored' }), loads({})];
    expect(shared, `seed ${seed}`).toBeLessThanOrEqual(plain);
    expect(both, `seed ${seed}`).toBeLessThanOrEqual(shared);
    if (both < shared) fewer++;
  }
  expect(fewer).toBeGreaterThan(30);
});

describe('threads', () => {
  it('share the weights to within 5 %, or the schedule says why not (200 random matrices)', () => {
    let shared = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const draw = random(seed * 131);
      const { matrices, rows } = drawMatrices(draw, draw.pick(MASK_KINDS), draw.integer(1, 64), draw.integer(1, 8), 9);
      const [threads, height] = [draw.integer(2, 8), draw.pick([4, 8])];
      const schedule = planSchedule(matrices, { height, threads });
      const parts = schedule.parts.map((part) => schedule.groups.slice(part.from, part.to).reduce((sum, group) => sum + group.nnz, 0));
      expect(schedule.parts.map(({ nnz }) => nnz), `seed ${seed}`).toEqual(parts);
      const mean = schedule.nnz / threads;
      if (schedule.nnz > 0) expect(schedule.balance, `seed ${seed}`).toBeCloseTo(Math.max(...parts) / mean, 12);
      expect(schedule.unbalanced === undefined, `seed ${seed}: ${schedule.balance}`).toBe(schedule.balance <= 1.05);
      // Single rows of at most a twentieth of a share leave nobody more than a twentieth above the mean.
      const longest = Math.max(...Array.from({ length: rows }, (_, row) => nnzOfRow(schedule, row)));
      if (longest > mean / 20) continue;
      expect(schedule.balance, `seed ${seed}`).toBeLessThanOrEqual(1.05);
      shared++;
    }
    expect(shared).toBeGreaterThan(10);
  });

  it('share the weights of layers of the papers to within 5 %, 2, 4 and 8 of them; three rows a thread do not share out', () => {
    for (const [i, layer] of PRODUCT_LAYERS.entries()) {
      const matrix = balancedBcr(i + 1, layer);
      for (const threads of [2, 4, 8]) {
        const { balance, unbalanced } = planSchedule([matrix], { height: 4, threads });
        if (layer.rows / threads > 3) expect(balance, `${layer.name} on ${threads}: ${unbalanced}`).toBeLessThanOrEqual(1.05);
        else if (balance > 1.05) expect(unbalanced).toContain('rows with weights do not share out to 8 threads');
      }
    }
  });

  it('as stored, take neighbours', () => {
    const matrix = balancedBcr(1, { rows: 64, columns: 64, block: [4, 16], keep: [2, 8] });
    const schedule = planSchedule([matrix], { height: 4, threads: 4, reorder: 'as-stored' });
    expect([...schedule.order]).toEqual(Array.from({ length: 64 }, (_, row) => row));
    expect(schedule.parts.map(({ from, to }) => to - from)).toEqual([4, 4, 4, 4]);
  });
});

const nnzOfRow = ({ groups, order }: Schedule, row: number): number => {
  const { start, segments } = groups.find((group) => order.subarray(group.start, group.start + group.height).includes(row))!;
  const bit = order.indexOf(row) - start;
  return segments.reduce((sum, { mask, columns }) => sum + (((mask >>> bit) & 1) === 1 ? columns.length : 0), 0);
};

it("the worked example of GRIM's storage: two pairs of equal rows, loads saved are those of one row of each pair", () => {
  const rows = ['01011001', '01011001', '00001001', '10100100', '10100100', '00000000'];
  const values = Float32Array.from(rows.flatMap((row) => [...row].map(Number)));
  const schedule = planSchedule([encodeCsr(values, 6, 8)], { height: 2 });
  expect(schedule.groups.map(({ start, height }) => [...schedule.order.subarray(start, start + height)])).toEqual([[0, 1], [2, 5], [3, 4]]);
  expect(schedule.groups.map(({ segments }) => segments.map(({ mask, columns }) => [mask, ...columns]))).toEqual([[[3, 1, 3, 4, 7]], [[1, 4, 7]], [[3, 0, 2, 5]]]);
  expect(summariseSchedule(schedule)).toEqual({
    rows: 6, columns: 8, nnz: 16, groups: 3, segments: 3, loads: 9, loadsPerRow: 16, loadsSaved: 7, sharedBy: [2, 7], partsNnz: [16], balance: 1,
  });
});

it('half-precision zeros of either sign are no weights', () => {
  const payload = Uint16Array.from([0x3c00, 0x8000, 0, 0x4000]);
  const matrix: SparseMatrix = { encoding: 'bcr', rows: 2, columns: 2, blockRows: 2, blockColumns: 2, payload };
  const schedule = planSchedule([matrix], { height: 2 }, 'f16');
  expect(schedule.nnz).toBe(2);
  expect(packWeights([matrix], schedule, 'f16')).toEqual(Uint16Array.from([0x3c00, 0x4000]));
});

it.each<[string, ScheduleOptions]>([
  ['no height', { height: 0 }], ['rows past a mask', { height: 33 }], ['no threads', { height: 4, threads: 0 }], ['a negative chunk', { height: 4, chunk: -1 }],
  ['groups that do not divide the rows', { height: 4, groupRows: 3 }], ['kernels without one row', { height: 4, rowCounts: [4, 2] }],
])('refuses %s', (_, options) => {
  expect(() => planSchedule([balancedBcr(1, { rows: 8, columns: 8, block: [4, 4], keep: [2, 2] })], options)).toThrow(/schedule\.options/);
});

it('refuses matrices that do not stack', () => {
  const of = (columns: number): SparseMatrix => balancedBcr(1, { rows: 4, columns, block: [4, 4], keep: [2, 2] });
  expect(() => planSchedule([of(8), of(4)], { height: 4 })).toThrow(/schedule\.columns/);
  expect(() => planSchedule([], { height: 4 })).toThrow(/schedule\.columns/);
});
