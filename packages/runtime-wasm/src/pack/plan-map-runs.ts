import type { SparseMatrix } from '@fretwork/format';
import { rowCountsOf } from '../kernels/manifest.js';
import { choosePanel } from './choose-panel.js';
import type { RunOptions, RunPlan } from './plan-runs.js';
import { planCycles } from './run-cost.js';

export interface MapRunOptions extends Omit<RunOptions, 'panel' | 'rowCounts'> {
  /** Vectors of pixels that the runs will go over, where that is known at load. */
  readonly vectors?: number | undefined;
}

/** Where nobody knows how large maps will be: in the middle of what networks have. */
const LIKELY_VECTORS = 96;

/** On maps no larger than this a row's sums stay in registers from the first column to the last. */
const FEW_VECTORS = 16;

/** Bytes of outputs that runs put in order together go over: no more than the second cache holds beside their inputs. */
const NEAR = 2 ** 17;

/** The runs of `matrix` that cost least on maps of so many vectors. */
export const planMapRuns = (matrix: SparseMatrix, { vectors = LIKELY_VECTORS, ...options }: MapRunOptions = {}): RunPlan =>
  choosePanel(matrix, { rowCounts: rowCountsOf('stream'), cost: (plan) => planCycles(plan, vectors), byRow: vectors <= FEW_VECTORS }, { together: NEAR / (16 * vectors), ...options });
