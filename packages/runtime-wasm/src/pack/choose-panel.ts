import type { SparseMatrix } from '@fretwork/format';
import { isWhole } from './panels.js';
import { planRuns, type RunOptions, type RunPlan } from './plan-runs.js';

/** What makes one plan better than another. */
export interface PanelChoice {
  readonly rowCounts: readonly number[];
  readonly cost: (plan: RunPlan) => number;
  /** May blocks be taken row by row too? */
  readonly byRow: boolean;
}

const PANELS = [32, 16, 8, 4, 2, 1];

/** Above this many weights fewer heights are tried: trials cost time at load. */
const MOST_TRIED = 2 ** 21;

/**
 * The runs of `matrix` with the panel height that costs least. Blocks are taken by their own height or row by row; for
 * other matrices (whole ones with zeros, rows, patterns) the heights of the table are tried.
 */
export function choosePanel(matrix: SparseMatrix, { rowCounts, cost, byRow }: PanelChoice, options: Omit<RunOptions, 'panel' | 'rowCounts'> = {}): RunPlan {
  const plan = (panel: number): RunPlan => planRuns(matrix, { ...options, panel, rowCounts });
  const many = matrix.payload.length > MOST_TRIED;
  if (matrix.encoding === 'bcr' && !isWhole(matrix)) {
    const own = plan(Math.min(32, matrix.blockRows));
    return byRow && !many && own.panel > 1 && cost(rowByRow(own)) < cost(own) ? plan(1) : own;
  }
  const heights = isWhole(matrix) && density(matrix.payload as Float32Array) > 0.75 ? [32] : many ? [8, 1] : PANELS;
  let best = plan(heights[0]!);
  for (const height of heights.slice(1)) {
    const other = plan(height);
    if (cost(other) < cost(best)) best = other;
  }
  return best;
}

/** `plan` with each row in one run, as far as its cost depends on that. */
function rowByRow(plan: RunPlan): RunPlan {
  const { runs, rows: count } = plan;
  const columnCount = new Uint32Array(count);
  for (let i = 0; i < runs.count; i++) for (let k = runs.rowAt[i]!; k < runs.rowAt[i + 1]!; k++) columnCount[runs.rows[k]!]! += runs.columnCount[i]!;
  const ids = Uint32Array.from({ length: count + 1 }, (_, row) => row);
  const ones = new Uint32Array(count).fill(1);
  return { ...plan, runs: { ...runs, count, rowAt: ids, rows: ids, columnCount, first: ones, last: ones } };
}

function density(values: Float32Array): number {
  let kept = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) kept++;
  return values.length === 0 ? 1 : kept / values.length;
}
