/** Value below which `share` of the sorted samples lie, linear between neighbours. Throws RangeError for none. */
export function quantile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError('there is no quantile of no samples');
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/** Distance between the quartiles. */
export const quartileSpread = (samples: readonly number[]): number => quantile(samples, 0.75) - quantile(samples, 0.25);

/**
 * Between which values the median of what the samples are drawn from lies, with a confidence of 95 %: the order statistics that the
 * binomial distribution names, by its normal approximation. Fewer than six samples say nothing: from 0 to infinity.
 */
export function medianInterval(samples: readonly number[]): readonly [least: number, most: number] {
  const sorted = [...samples].sort((a, b) => a - b);
  const below = Math.floor((sorted.length - 1 - 1.96 * Math.sqrt(sorted.length)) / 2);
  return below < 0 ? [0, Infinity] : [sorted[below]!, sorted[sorted.length - 1 - below]!];
}

/** Throws RangeError for none. */
export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('there is no mean of no values');
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/**
 * How slow each round was as a whole: the median over the contenders of sample / what is usual for the contender, the lower
 * quartile of its samples. Noise only ever adds time, so that the quick rounds are the usual ones, be they the fewer.
 * `samples[contender][round]`.
 */
export function slowness(samples: readonly (readonly number[])[]): readonly number[] {
  const usual = samples.map((own) => quantile(own, 0.25));
  return (samples[0] ?? []).map((_, round) => median(samples.map((own, i) => own[round]! / usual[i]!)));
}
