/** NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2;
}

/** Of ms: 0.01234 → `12.3`. */
export const microseconds = (ms: number): string => (1000 * ms).toFixed(1);

/** 0.98 → `-2.0%`: by how much a prediction is above what was measured. */
export const off = (ratio: number): string => `${ratio >= 1 ? '+' : ''}${((ratio - 1) * 100).toFixed(1)}%`;
