import type { SparseMatrix } from '@fretwork/format';
import { rowCountsOf } from '../kernels/manifest.js';
import { choosePanel } from './choose-panel.js';
import type { PackedRun } from './lay-runs.js';
import type { Run, RunOptions, RunPlan } from './plan-runs.js';
import { planVectorCost, vectorCost } from './run-cost.js';
import { BLOCK, blockBytes, GROUP, MOST_COLUMNS, PART, QUARTERED_ROWS } from './vector-record.js';

/** The runs of `matrices`, one under the other, as the gemv kernels read their weights; rows that keep nothing have none. */
export function planVectors(matrices: readonly SparseMatrix[], options: Pick<RunOptions, 'scale'> = {}): RunPlan {
  return forVectors(matrices.map((matrix) => choosePanel(matrix, { rowCounts: rowCountsOf('gemv'), cost: planVectorCost, byRow: true }, { ...options, chunk: MOST_COLUMNS })));
}

/** `plans`, one under the other, with their runs in the order of programs, kind by kind: so weights are read as they lie, from whole vectors on where runs have such. */
export function forVectors(plans: readonly RunPlan[]): RunPlan {
  let top = 0;
  const runs = plans.flatMap((plan) => {
    const first = top;
    top += plan.rows;
    return plan.runs.filter((run) => run.columns.length > 0).map((run) => ({
      ...run, rows: run.rows.map((row) => row + first), columns: run.rows.length === QUARTERED_ROWS ? inTurns(run.columns) : run.columns,
    }));
  });
  const kind = (rows: number): number => (rows % 4 === 0 ? 32 : 0) + rows;
  runs.sort((a, b) => kind(b.rows.length) - kind(a.rows.length));
  return { rows: top, columns: plans[0]!.columns, panel: plans[0]!.panel, nnz: plans.reduce((sum, plan) => sum + plan.nnz, 0), runs };
}

/** One column of each quarter after the other, and what is left. */
function inTurns(columns: Uint32Array): Uint32Array {
  const quarter = columns.length >> 2;
  return columns.map((column, i) => (i < 4 * quarter ? columns[(i & 3) * quarter + (i >> 2)]! : column));
}

type Laid = Pick<Run, 'rows' | 'columns'>;

/** Bytes that `layVectors` will take at most, for any number of threads. */
export const vectorBytes = (runs: readonly Laid[]): number =>
  2 * PART.groups + runs.reduce((sum, run) => sum + PART.groups + GROUP.blocks + blockBytes(run.rows.length, run.columns.length), 0);

export interface VectorProgram {
  /** Address of each part; no two have a row in common, and each costs about the same. */
  readonly parts: readonly number[];
  /** Address of a part without rows, for threads that have none. */
  readonly empty: number;
  /** First free byte after the program. */
  readonly top: number;
}

export interface VectorRequest {
  readonly runs: readonly PackedRun[];
  readonly rows: number;
  /** Address of the biases. */
  readonly bias: number;
  /** Parts wanted; there may be fewer where rows cannot be told apart. */
  readonly parts: number;
}

/** Writes the program to `memory` from byte `base` on, as `vector-record.ts` describes. Throws `RangeError` where it does not fit. */
export function layVectors({ runs, rows, bias, parts }: VectorRequest, memory: ArrayBufferLike, base: number): VectorProgram {
  if (base + vectorBytes(runs) > memory.byteLength) throw new RangeError(`the program needs ${vectorBytes(runs)} bytes at ${base}, memory has ${memory.byteLength}`);
  const [words, halves] = [new Uint32Array(memory), new Uint16Array(memory)];
  let top = base;
  const header = (from: number, to: number): number => {
    words.set([0, 4 * from, 4 * to, bias + 4 * from], top / 4);
    top += PART.groups;
    return top - PART.groups;
  };
  const cuts = cutRows(runs, rows, parts);
  const laid = cuts.slice(1).map((to, i) => {
    const part = header(cuts[i]!, to);
    const own = runs.filter((run) => run.rows[0]! >= cuts[i]! && run.rows[0]! < to);
    // One kind of block after the other: which kernel comes next is decided once for all of a kind.
    for (const count of new Set(own.map((run) => run.rows.length))) {
      const group = top;
      top += GROUP.blocks;
      for (const run of own) if (run.rows.length === count) top = layBlock(run, words, halves, top);
      words.set([count, top], group / 4);
    }
    words[(part + PART.end) / 4] = top;
    return part;
  });
  const empty = header(0, 0);
  words[(empty + PART.end) / 4] = top;
  return { parts: laid, empty, top };
}

function layBlock({ rows, columns, weights }: PackedRun, words: Uint32Array, halves: Uint16Array, block: number): number {
  const first = columns[0]! - columns[0]! % MOST_COLUMNS;
  words.set([weights, columns.length, 4 * first, ...rows.map((row) => 4 * row)], block / 4);
  const at = (block + BLOCK.rows + 4 * rows.length) / 2;
  for (let c = 0; c < columns.length; c++) halves[at + c] = columns[c]! - first;
  return block + blockBytes(rows.length, columns.length);
}

/** Row numbers, from 0 to `rows`, between which lie at most `parts` parts of about equal cost; no run reaches across. */
export function cutRows(runs: readonly Pick<Run, 'rows' | 'weights' | 'columns'>[] | readonly PackedRun[], rows: number, parts: number): readonly number[] {
  const cost = new Float64Array(rows + 1);
  const across = new Int32Array(rows + 1);
  for (const run of runs) {
    const [low, high] = [run.rows[0]!, run.rows.at(-1)!];
    // A run counts where its rows end, so that a cut behind it has all of it on one side.
    cost[high + 1]! += vectorCost(run.rows.length, run.columns.length);
    across[low + 1]!++;
    across[high + 1]!--;
  }
  for (let r = 1; r <= rows; r++) {
    cost[r]! += cost[r - 1]!;
    across[r]! += across[r - 1]!;
  }
  const cuts = [0];
  for (let part = 1; part < parts; part++) {
    const wanted = cost[rows]! * part / parts;
    let best = cuts.at(-1)!;
    for (let r = best + 1; r < rows; r++) if (across[r] === 0 && Math.abs(cost[r]! - wanted) < Math.abs(cost[best]! - wanted)) best = r;
    if (best > cuts.at(-1)!) cuts.push(best);
  }
  if (rows > 0) cuts.push(rows);
  return cuts;
}
