import type { SparseMatrix } from '@fretwork/format';
import { rowCountsOf } from '../kernels/manifest.js';
import { choosePanel } from './choose-panel.js';
import { cutRows } from './cut-rows.js';
import { requireRoom, type PackedRuns } from './lay-runs.js';
import type { RunOptions, RunPlan } from './plan-runs.js';
import { firstRowOf, heightOf, runWriter, type Runs } from './runs.js';
import { planVectorCost, vectorCost } from './run-cost.js';
import { BLOCK, blockBytes, GROUP, MOST_COLUMNS, PART, QUARTERED_ROWS } from './vector-record.js';

/** The runs of `matrices`, one under the other, as the gemv kernels read their weights; rows that keep nothing have none. Outputs are few: all runs are put in order together. */
export function planVectors(matrices: readonly SparseMatrix[], options: Pick<RunOptions, 'scale'> = {}): RunPlan {
  return forVectors(matrices.map((matrix) => choosePanel(matrix, { rowCounts: rowCountsOf('gemv'), cost: planVectorCost, byRow: true }, { ...options, chunk: MOST_COLUMNS, together: Infinity })));
}

/** `plans`, one under the other, with their runs in the order of programs, kind by kind: so weights are read as they lie, from whole vectors on where runs have such. */
export function forVectors(plans: readonly RunPlan[]): RunPlan {
  const runs = runWriter();
  const rows = plans.reduce((sum, plan) => sum + plan.rows, 0);
  for (const height of HEIGHTS) {
    let top = 0;
    for (const plan of plans) {
      for (let i = 0; i < plan.runs.count; i++) if (heightOf(plan.runs, i) === height && plan.runs.columnCount[i]! > 0) runs.take(plan.runs, i, top);
      top += plan.rows;
    }
  }
  let top = 0;
  const sources = plans.flatMap((plan) => {
    const own = plan.sources.map((source) => ({ ...source, firstRow: source.firstRow + top }));
    top += plan.rows;
    return own;
  });
  const [{ columns, panel }] = plans as readonly [RunPlan];
  return { rows, columns, panel, nnz: plans.reduce((sum, plan) => sum + plan.nnz, 0), runs: runs.finish(rows), sources };
}

/** Whole vectors first. */
const HEIGHTS: readonly number[] = [...rowCountsOf('gemv')].sort((a, b) => Number(b % 4 === 0) - Number(a % 4 === 0));

/** Bytes that `layVectors` will take at most, for any number of parts. */
export function vectorBytes(runs: Runs): number {
  let bytes: number = PART.groups;
  for (let i = 0; i < runs.count; i++) bytes += PART.groups + GROUP.blocks + blockBytes(heightOf(runs, i), runs.columnCount[i]!);
  return bytes;
}

export interface VectorProgram {
  /** Address of each part; no two have a row in common, and each costs about the same. */
  readonly parts: readonly number[];
  /** First free byte after the program. */
  readonly top: number;
}

export interface VectorRequest extends PackedRuns {
  readonly rows: number;
  /** Address of the biases. */
  readonly bias: number;
  /** Parts wanted; there may be fewer where rows cannot be told apart. */
  readonly parts: number;
}

/** Writes the program to `memory` from byte `base` on, as `vector-record.ts` describes. Throws `RangeError` where it does not fit. */
export function layVectors({ runs, weights, rows, bias, parts }: VectorRequest, memory: ArrayBufferLike, base: number): VectorProgram {
  requireRoom(memory, base, vectorBytes(runs));
  const words = new Uint32Array(memory);
  const halves = new Uint16Array(memory);
  let top = base;
  const header = (from: number, to: number): number => {
    words.set([0, 4 * from, 4 * to, bias + 4 * from], top / 4);
    top += PART.groups;
    return top - PART.groups;
  };
  const laid = cutRows(runs, rows, parts, (i) => vectorCost(heightOf(runs, i), runs.columnCount[i]!)).map(({ from, to }) => {
    const part = header(from, to);
    // One kind of block after the other, as they come: which kernel is next is decided once for all of a kind.
    let group = 0;
    let kind = 0;
    for (let i = 0; i < runs.count; i++) {
      const height = heightOf(runs, i);
      if (firstRowOf(runs, i) < from || firstRowOf(runs, i) >= to) continue;
      if (height !== kind) {
        [group, kind] = [top, height];
        words[group / 4] = kind;
        top += GROUP.blocks;
      }
      top = layBlock(runs, i, weights, words, halves, top);
      words[(group + GROUP.end) / 4] = top;
    }
    words[(part + PART.end) / 4] = top;
    return part;
  });
  return { parts: laid, top };
}

function layBlock(runs: Runs, i: number, weights: number, words: Uint32Array, halves: Uint16Array, block: number): number {
  const height = heightOf(runs, i);
  const count = runs.columnCount[i]!;
  const columns = runs.columns.subarray(runs.columnAt[i], runs.columnAt[i]! + count);
  const first = columns[0]! - columns[0]! % MOST_COLUMNS;
  const word = block / 4;
  words[word + BLOCK.weights / 4] = weights + 4 * runs.weightAt[i]!;
  words[word + BLOCK.columns / 4] = count;
  words[word + BLOCK.input / 4] = 4 * first;
  for (let r = 0; r < height; r++) words[word + BLOCK.rows / 4 + r] = 4 * runs.rows[runs.rowAt[i]! + r]!;
  const at = (block + BLOCK.rows + 4 * height) / 2;
  // One column of each quarter after the other, and what is left.
  const quarter = height === QUARTERED_ROWS ? count >> 2 : 0;
  for (let c = 0; c < count; c++) halves[at + c] = columns[c < 4 * quarter ? (c & 3) * quarter + (c >> 2) : c]! - first;
  return block + blockBytes(height, count);
}
