/** A seeded stream of numbers whose state can be kept: sfc32 of Chris Doty-Humphrey's PractRand, integers only. */
export interface Random {
  /** In [0, 1), 32 bits fine. */
  readonly unit: () => number;
  /** Four 32-bit integers: all there is to know. */
  readonly state: () => readonly number[];
}

/** From a seed. */
export function seeded(seed: number): Random {
  const stream = resumed([seed | 0, Math.floor(seed / 2 ** 32) | 0, 0, 1]);
  for (let round = 0; round < 12; round++) stream.unit();
  return stream;
}

/** From a state. */
export function resumed(state: readonly number[]): Random {
  let [a, b, c, counter] = state as [number, number, number, number];
  const unit = (): number => {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return (out >>> 0) / 2 ** 32;
  };
  return { unit, state: () => [a, b, c, counter] };
}
