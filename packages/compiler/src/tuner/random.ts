/** Seeded draws (mulberry32): the same on every machine. */
export interface Draws {
  /** Uniform in [0, 1). */
  readonly next: () => number;
  /** Uniform in 0..below - 1. */
  readonly below: (below: number) => number;
}

export function draws(seed: number): Draws {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, below: (below) => Math.floor(next() * below) };
}
