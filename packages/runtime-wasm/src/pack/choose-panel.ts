import type { SparseMatrix } from '@fretwork/format';
import { rowCountsOf } from '../kernels/manifest.js';
import { isWhole, planRuns, type RunOptions, type RunPlan } from './plan-runs.js';

/** What a run costs, in multiply-adds of a kernel that runs at its best. */
interface Cost {
  readonly rowCounts: readonly number[];
  /** To begin and end a run: the loop's mispredicted exit, the sums' way to memory. */
  readonly perRun: number;
  /** A weight in a run of so many rows. One row alone loads a vector for every product. */
  readonly perWeight: (rows: number) => number;
}

/** As `run-cost.ts` has it for many vectors, in products of a pair of rows. */
export const MAP_COST: Cost = { rowCounts: rowCountsOf('stream'), perRun: 5, perWeight: (rows) => (rows === 1 ? 1.35 : 1) };

/**
 * Fitted to blocks of 1 to 16 rows and 4 to 400 columns timed in the second cache of a Zen 3 core, a weight of sixteen rows
 * (0.064 ns) being 1: 0.34 ns for a column and 0.043 for each of its weights, 2 ns for a block and 6 where its end is not foreseen.
 */
export const VECTOR_COST: Cost = { rowCounts: rowCountsOf('gemv'), perRun: 130, perWeight: (rows) => 0.67 + 5.3 / rows };

const PANELS = [32, 16, 8, 4, 2, 1];

/** Above this many weights fewer heights are tried: trials cost time at load. */
const MOST_TRIED = 2 ** 21;

const costOf = (plan: RunPlan, cost: Cost): number =>
  plan.runs.reduce((sum, run) => sum + runCost(run.rows.length, run.columns.length, cost), 0);

export const runCost = (rows: number, columns: number, cost: Cost): number => cost.perRun + rows * columns * cost.perWeight(rows);

/**
 * The runs of `matrix` with the panel height that costs least. Blocks are taken by their own height or row by row; for
 * other matrices (whole ones with zeros, rows, patterns) the heights of the table are tried.
 */
export function choosePanel(matrix: SparseMatrix, cost: Cost, options: Omit<RunOptions, 'panel' | 'rowCounts'> = {}): RunPlan {
  const whole = isWhole(matrix);
  const full = whole && density(matrix.payload as Float32Array) > 0.75;
  const blocks = matrix.encoding === 'bcr' && !whole;
  const many = matrix.payload.length > MOST_TRIED;
  const own = blocks ? [Math.min(32, matrix.blockRows), ...(many ? [] : [1])] : full ? [32] : many ? [8, 1] : PANELS;
  let best: RunPlan | undefined;
  for (const panel of own) {
    const plan = planRuns(matrix, { ...options, panel, rowCounts: cost.rowCounts });
    if (best === undefined || costOf(plan, cost) < costOf(best, cost)) best = plan;
  }
  return best!;
}

function density(values: Float32Array): number {
  let kept = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) kept++;
  return values.length === 0 ? 1 : kept / values.length;
}
