/** Value below which `share` of the samples lie, linear between neighbours; NaN for none. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/** Distance between the quartiles. */
export const quartileSpread = (samples: readonly number[]): number => quantile(samples, 0.75) - quantile(samples, 0.25);

/** Samples slower than this multiple of the quickest tenth were disturbed. */
const NOISE = 1.1;

/**
 * The samples that nothing else disturbed. Noise only ever adds time: an interrupt, a neighbour on the processor. What is not more
 * than a tenth slower than the quickest tenth counts.
 */
export function quietSamples(samples: readonly number[]): readonly number[] {
  const most = NOISE * quantile(samples, 0.1);
  return samples.filter((sample) => sample <= most);
}

export const quietMedian = (samples: readonly number[]): number => median(quietSamples(samples));
