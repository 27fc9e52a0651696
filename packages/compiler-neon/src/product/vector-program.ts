/**
 * A schedule as the kernels for one activation vector read it: lists of segments of one kernel. Of each segment there are
 *
 *     vector: [columns] [rows] [column numbers]      run: [columns] [rows] [first column]
 *     weights: column after column, in each its rows; where rows do not fill vectors four columns at a time, then what is
 *              left, in them row after row
 *
 * Sums are added to what lies in memory: outputs start as biases.
 */
import { kernelName, packWeights, planSchedule, summariseSchedule, type PlannedSchedule, type Schedule, type ScheduleOptions, type ScheduleSummary } from '@fretwork/compiler';
import type { SparseMatrix } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';
import { KERNELS, rowCounts } from '../kernels/manifest.js';
import { FAMILIES, type Family, type FloatType } from '../family.js';
import { casesOf } from './emit-stream.js';
import { scheduleOf, type ProductTuning } from './tuning.js';
import { BALANCE, describeSplit, splitOf, waysToSplit, weighed, type Split } from './split.js';

/** Numbers of rows and columns are 16 bits. */
export const MOST_COLUMNS = 65_535;

export interface VectorList {
  readonly kernel: string;
  readonly segments: number;
  readonly index: Uint16Array;
  readonly weights: Float32Array;
}

interface Piece {
  readonly operator: 'vector' | 'run';
  /** Columns lie one behind the other, eight or more. */
  readonly isRun: boolean;
  readonly rows: readonly number[];
  readonly columns: Uint32Array;
  readonly weights: number;
}

const isRun = (columns: Uint32Array): boolean => columns.at(-1) === columns[0]! + columns.length - 1;

/** Segments with their row numbers. */
export function piecesOf(schedule: Schedule, type: FloatType, from = 0, to: number = schedule.groups.length): Piece[] {
  return schedule.groups.slice(from, to).flatMap(({ start, segments }) => segments.map(({ mask, count, columns, weights }): Piece => {
    const rows: number[] = [];
    for (let bits = mask, r = 0; bits !== 0; bits >>>= 1, r++) if ((bits & 1) === 1) rows.push(schedule.order[start + r]!);
    const run = columns.length >= 8 && isRun(columns);
    return { operator: type === 'f32' && count % 4 === 0 && run ? 'run' : 'vector', isRun: run, rows, columns, weights };
  }));
}

/** Floats behind weights that are read in whole vectors. */
const BEHIND = 7;

/** `packed`: what `packWeights` gives for `schedule`. Groups `[from, to)`. */
export function layVector(schedule: Schedule, packed: Float32Array, from?: number, to?: number, { type, lanes }: Family = FAMILIES.f32): readonly VectorList[] {
  const lists = new Map<string, Piece[]>();
  for (const piece of piecesOf(schedule, type, from, to)) {
    const kernel = kernelName(KERNELS.select({ operator: piece.operator, type, rows: piece.rows.length })[0]!);
    const list = lists.get(kernel);
    if (list === undefined) lists.set(kernel, [piece]);
    else list.push(piece);
  }
  return [...lists].map(([kernel, pieces]): VectorList => {
    const index = pieces.flatMap(({ operator, rows, columns }) => [columns.length, ...rows, ...(operator === 'run' ? [columns[0]!] : columns)]);
    const weights = new Float32Array(pieces.reduce((sum, { rows, columns }) => sum + rows.length * columns.length, 0) + BEHIND);
    let at = 0;
    for (const { rows: { length: rows }, columns: { length: columns }, weights: first } of pieces) {
      weights.set(ordered(packed.subarray(first, first + rows * columns), rows, columns, lanes), at);
      at += rows * columns;
    }
    return { kernel, segments: pieces.length, index: Uint16Array.from(index), weights };
  });
}

function ordered(weights: Float32Array, rows: number, columns: number, lanes: number): Float32Array {
  if (rows % lanes === 0) return weights;
  const out = new Float32Array(weights.length);
  for (let c = 0; c < columns; c += lanes) {
    const width = Math.min(lanes, columns - c);
    for (let k = 0; k < width; k++) for (let r = 0; r < rows; r++) out[c * rows + r * width + k] = weights[(c + k) * rows + r]!;
  }
  return out;
}

/** Instructions, as counted in what clang 14 makes of the kernels. */
function pieceCost({ operator, rows, columns: { length: columns } }: Piece): number {
  const [count, turns, rest] = [rows.length, Math.floor(columns / 4), columns % 4];
  if (count % 4 !== 0) return turns * (15 + 1.5 * count) + (rest === 0 ? 0 : 12 + 3.5 * count) + 12 + 6.5 * count;
  const scatter = count - 1 === rows.at(-1)! - rows[0]! ? 1.25 * count : 4.5 * count;
  return turns * ((operator === 'run' ? 5 : 13) + 1.5 * count) + rest * (5.5 + 0.4 * count) + 12 + 1.5 * count + scatter;
}

export interface VectorChoice {
  readonly options: ScheduleOptions;
  readonly summary: ScheduleSummary;
  readonly reason: string;
  readonly kernel: string;
  readonly split: Split;
  /** Whoever gives it back gets this choice again. */
  readonly tuning: ProductTuning;
}

/** The height of groups that costs the fewest instructions; `tuning` decides by itself where it is there. */
export function chooseVector(matrices: readonly SparseMatrix[], threads: number, tuning?: ProductTuning, family: Family = FAMILIES.f32): VectorChoice {
  let best: { readonly options: ScheduleOptions; readonly schedule: Schedule; readonly cost: number; readonly weight: number; readonly kernel: string; readonly split: Split } | undefined;
  const rows = matrices.reduce((sum, matrix) => sum + matrix.rows, 0);
  const heights = tuning !== undefined ? [tuning.height] : [...new Set([8, 16, 32, 4].map((height) => Math.min(height, Math.max(1, rows))))];
  const by = waysToSplit(matrices.reduce((sum, { payload }) => sum + payload.length, 0), 1, threads)[0]!;
  for (const reorder of tuning !== undefined ? [tuning.reorder] : by === 'rows' ? ['as-stored', 'by-columns'] as const : ['as-stored'] as const) {
    for (const height of heights) {
      const options: ScheduleOptions = { ...(tuning === undefined ? { height, reorder, rowCounts: rowCounts('vector', family.type).filter((count) => count <= height) } : { ...scheduleOf(tuning), rowCounts: rowCounts('vector', family.type).filter((count) => count <= tuning.rows) }), threads: by === 'rows' ? threads : 1 };
      const schedule = planSchedule(matrices, options);
      const pieces = piecesOf(schedule, family.type);
      const split = splitOf(by, summariseSchedule(schedule), 1, threads);
      const cost = pieces.reduce((sum, piece) => sum + pieceCost(piece), 0);
      const weight = weighed(cost, split);
      if (best !== undefined && best.weight <= weight) continue;
      const largest = pieces.reduce<Piece | undefined>((a, b) => (a === undefined || b.rows.length * b.columns.length > a.rows.length * a.columns.length ? b : a), undefined);
      best = { options, schedule, cost, weight, split, kernel: largest === undefined ? 'loops' : kernelName(KERNELS.select({ operator: largest.operator, type: family.type, rows: largest.rows.length })[0]!) };
    }
    // Rows in an order of their own are looked at where those as stored do not share out.
    if (best!.split.balance <= BALANCE) break;
  }
  const { options, schedule, cost, kernel, split } = best!;
  return {
    options, summary: summariseSchedule(schedule), kernel, split,
    tuning: { way: 'vector', height: options.height, rows: Math.max(...options.rowCounts!), reorder: options.reorder! },
    reason: `groups of ${options.height} rows: ${tuning === undefined ? `fewest instructions of ${heights.length} heights (about ${Math.round(cost)} a vector)` : 'as tuned'}${describeSplit(split, threads)}`,
  };
}

/** Lines that add the product of `planned`'s matrices and the vector `from` to the vector `to`. */
export function vectorLines(code: LayerCode, matrices: readonly SparseMatrix[], planned: PlannedSchedule, { by }: Split, to: string, from: string): string[] {
  const schedule = planSchedule(matrices, planned.options);
  const packed = packWeights(matrices, schedule) as Float32Array;
  const calls = (lists: readonly VectorList[]): string[] =>
    lists.map(({ kernel, segments, index, weights }) => `${code.kernel(kernel)}(${to}, ${from}, ${code.index(index)}, ${code.weights(weights)}, ${segments});`);
  if (by === 'first') return code.alone(calls(layVector(schedule, packed, undefined, undefined, code.family)));
  return code.perPart(casesOf(schedule, (start, end) => calls(layVector(schedule, packed, start, end, code.family))));
}
