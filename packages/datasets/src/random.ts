/** A seeded stream of numbers; nothing in it but 32-bit integers, which all engines agree on. */
export interface Random {
  /** In [0, 1), 32 bits fine. */
  readonly unit: () => number;
  readonly between: (low: number, high: number) => number;
  /** Whole number in [0, n). */
  readonly below: (n: number) => number;
  /**
   * Mean 0, deviation 1, within ±3.47: a sum of four uniform numbers, near enough to normal for noise, and exact where
   * a logarithm could differ between engines.
   */
  readonly bell: () => number;
}

/**
 * Stream number `stream` of `seed`, both whole numbers: sfc32 of Chris Doty-Humphrey's PractRand, 128 bits of state, so
 * that thousands of streams don't meet.
 */
export function random(seed: number, stream: number): Random {
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = stream | 0;
  let counter = 1;
  const next = (): number => {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return out >>> 0;
  };
  // The author's own number of rounds until near seeds have drifted apart.
  for (let round = 0; round < 12; round++) next();
  const unit = (): number => next() / 2 ** 32;
  return {
    unit,
    between: (low, high) => low + (high - low) * unit(),
    below: (n) => Math.floor(unit() * n),
    bell: () => (unit() + unit() + unit() + unit() - 2) * 1.7320508075688772,
  };
}
