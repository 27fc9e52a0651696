/** A seeded stream of numbers in [0, 1), 32 bits fine: sfc32 of Chris Doty-Humphrey's PractRand, integers only. */
export function uniform(seed: number): () => number {
  let [a, b, c, counter] = [seed | 0, Math.floor(seed / 2 ** 32) | 0, 0, 1];
  const next = (): number => {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return (out >>> 0) / 2 ** 32;
  };
  // The author's own number of rounds until near seeds have drifted apart.
  for (let round = 0; round < 12; round++) next();
  return next;
}

/**
 * Mean 0, deviation 1: the sum of twelve uniform numbers, within ±6. Not the logarithm and cosine of Box and Muller, whose
 * last bits differ between engines.
 */
export function normal(draw: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += draw();
  return sum;
}
