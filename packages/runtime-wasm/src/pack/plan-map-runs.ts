import type { SparseMatrix } from '@fretwork/format';
import { isWhole, planRuns, type RunOptions, type RunPlan } from './plan-runs.js';
import { planCycles } from './run-cost.js';

export interface MapRunOptions extends Omit<RunOptions, 'panel' | 'rowCounts'> {
  /** Vectors of pixels that the runs will go over, where that is known at load. */
  readonly vectors?: number;
}

/** Where nobody knows how large maps will be: in the middle of what networks have. */
const LIKELY_VECTORS = 96;

/** On maps no larger than this a row's sums stay in registers from the first column to the last. */
const FEW_VECTORS = 16;

const PANELS = [32, 16, 8, 4, 2, 1];

/** Above this many weights fewer heights are tried: trials cost time at load. */
const MOST_TRIED = 2 ** 21;

/**
 * The runs of `matrix` with the panel height that costs least on maps (`run-cost.ts`). Blocks are taken by their own height, on
 * small maps or row by row; for other matrices (whole ones with zeros, rows, patterns) the heights of the table are tried.
 */
export function planMapRuns(matrix: SparseMatrix, { vectors = LIKELY_VECTORS, ...options }: MapRunOptions = {}): RunPlan {
  const [first, ...others] = heightsOf(matrix, vectors).map((panel) => () => planRuns(matrix, { ...options, panel }));
  let best = first!();
  for (const other of others) {
    const plan = other();
    if (planCycles(plan, vectors) < planCycles(best, vectors)) best = plan;
  }
  return best;
}

function heightsOf(matrix: SparseMatrix, vectors: number): readonly number[] {
  const many = matrix.payload.length > MOST_TRIED;
  if (isWhole(matrix)) return density(matrix.payload as Float32Array) > 0.75 ? [32] : many ? [8, 1] : PANELS;
  if (matrix.encoding === 'bcr') return many || vectors > FEW_VECTORS ? [Math.min(32, matrix.blockRows)] : [...new Set([Math.min(32, matrix.blockRows), 1])];
  return many ? [8, 1] : PANELS;
}

function density(values: Float32Array): number {
  let kept = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) kept++;
  return values.length === 0 ? 1 : kept / values.length;
}
