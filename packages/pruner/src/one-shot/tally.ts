import type { Tally } from '../contract.js';

/** Sums behind a `Tally`, with energies as squared norms so that they add up. */
export interface Sums {
  readonly weights: number;
  readonly kept: number;
  readonly norm: number;
  readonly keptNorm: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

export function tally(parts: readonly Sums[]): Tally {
  const total = (of: (part: Sums) => number): number => parts.reduce((sum, part) => sum + of(part), 0);
  const [weights, kept, norm] = [total((p) => p.weights), total((p) => p.kept), total((p) => p.norm)];
  return {
    weights, kept,
    rate: weights === 0 ? 1 : weights / kept,
    energy: norm === 0 ? 1 : total((p) => p.keptNorm) / norm,
    bytesBefore: total((p) => p.bytesBefore),
    bytesAfter: total((p) => p.bytesAfter),
  };
}
