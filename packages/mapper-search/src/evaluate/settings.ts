import { FretworkError } from '@fretwork/format';

/** How a plan is evaluated. Plain: a state of a search belongs to it. */
export interface FastSettings {
  /** Updates of weights until the end of each rung, rising; 0 is allowed for the first: what is left after pruning alone. */
  readonly rungs: readonly number[];
  /** Samples of an update, where the model leaves it open. */
  readonly batch: number;
  /** Of Adam; falls as a cosine to 0 at the end of the last rung. */
  readonly learningRate: number;
  /** `magnitude`: the largest weights stay. `calibrated`: those that matter most on some inputs, and what stays is re-fitted. */
  readonly projection: 'magnitude' | 'calibrated';
  /** Inputs that `calibrated` looks at. */
  readonly calibrationSamples: number;
  /** Batches by which running statistics of batch norms are brought to the pruned network before it trains; networks without them skip it. */
  readonly recalibrationBatches: number;
}

/**
 * Five to fifteen seconds of one core for networks of 10 to 50 million multiply-adds: batches are small, since updates and not samples bring a pruned network back,
 * and most plans end after the first rung. docs/mapping.md says how well it ranks.
 */
export const FAST: FastSettings = { rungs: [8, 24], batch: 32, learningRate: 2e-3, projection: 'magnitude', calibrationSamples: 128, recalibrationBatches: 4 };

/** Throws `search.option`. */
export function checkSettings(settings: FastSettings): FastSettings {
  const { rungs, batch, learningRate, projection, calibrationSamples, recalibrationBatches } = settings;
  const count = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;
  const rows: readonly (readonly [keyof FastSettings, boolean, string])[] = [
    ['rungs', rungs.length > 0 && rungs.every((steps, i) => count(steps, 0) && steps > (rungs[i - 1] ?? -1)), 'rising numbers of updates'],
    ['batch', count(batch, 1), 'a whole number from 1'],
    ['learningRate', learningRate > 0 && Number.isFinite(learningRate), 'a number above 0'],
    ['projection', projection === 'magnitude' || projection === 'calibrated', 'magnitude or calibrated'],
    ['calibrationSamples', count(calibrationSamples, 1), 'a whole number from 1'],
    ['recalibrationBatches', count(recalibrationBatches, 0), 'a whole number'],
  ];
  for (const [name, good, expected] of rows) if (!good) throw new FretworkError('search.option', `${name} is out of range`, { expected, actual: JSON.stringify(settings[name]) });
  return settings;
}
