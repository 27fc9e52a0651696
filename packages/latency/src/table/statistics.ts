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
