/**
 * Points that fill a cube evenly whatever number of them is taken: the additive recurrence of M. Roberts ("The unreasonable
 * effectiveness of quasirandom sequences", 2018), a generalised golden ratio, from a start that the seed gives. A prefix of the
 * points is as evenly spread as all of them, so that a smaller design is the beginning of a larger one.
 */
export interface Spread {
  /** Coordinates in [0, 1) of point `i`, as many as asked for. */
  readonly point: (i: number) => readonly number[];
}

export function spread(seed: number, dimensions: number): Spread {
  // The root of x^(d+1) = x + 1.
  let root = 2;
  for (let step = 0; step < 64; step++) root = (1 + root) ** (1 / (dimensions + 1));
  const steps = Array.from({ length: dimensions }, (_, d) => root ** -(d + 1));
  const starts = Array.from({ length: dimensions }, (_, d) => start(seed, d));
  return { point: (i) => steps.map((step, d) => (starts[d]! + step * (i + 1)) % 1) };
}

/** A number in [0, 1) for each seed and dimension: the mixing step of MurmurHash3. */
function start(seed: number, dimension: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(dimension + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A value between `low` and `high`, its logarithm evenly spread. */
export const logBetween = (u: number, low: number, high: number): number => low * (high / low) ** u;

/** One of `values`, each as likely as its weight. */
export function weighted<T>(u: number, values: readonly (readonly [weight: number, value: T])[]): T {
  const total = values.reduce((sum, [weight]) => sum + weight, 0);
  let left = u * total;
  for (const [weight, value] of values) {
    left -= weight;
    if (left < 0) return value;
  }
  return values.at(-1)![1];
}

export const pick = <T>(u: number, values: readonly T[]): T => values[Math.min(values.length - 1, Math.floor(u * values.length))]!;

/** Channels as networks have them: multiples of 8, below 16 any number. */
export const channels = (value: number): number => (value < 16 ? Math.max(1, Math.round(value)) : 8 * Math.round(value / 8));
