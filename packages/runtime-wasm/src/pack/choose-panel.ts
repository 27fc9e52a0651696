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
  const [first, ...others] = heightsOf(matrix, byRow).map((panel) => () => planRuns(matrix, { ...options, panel, rowCounts }));
  let best = first!();
  for (const other of others) {
    const plan = other();
    if (cost(plan) < cost(best)) best = plan;
  }
  return best;
}

function heightsOf(matrix: SparseMatrix, byRow: boolean): readonly number[] {
  const many = matrix.payload.length > MOST_TRIED;
  if (isWhole(matrix)) return density(matrix.payload as Float32Array) > 0.75 ? [32] : many ? [8, 1] : PANELS;
  if (matrix.encoding !== 'bcr') return many ? [8, 1] : PANELS;
  const own = Math.min(32, matrix.blockRows);
  return own === 1 || many || !byRow ? [own] : [own, 1];
}

function density(values: Float32Array): number {
  let kept = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) kept++;
  return values.length === 0 ? 1 : kept / values.length;
}
