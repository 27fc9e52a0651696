/** The mel scale in its natural-logarithm form, 1127 · ln(1 + f/700), f in Hz. */
export const melOf = (hertz: number): number => 1127 * Math.log1p(hertz / 700);

/** How the bins of a spectrum spread over overlapping triangles: each bin lies between two of them. */
export interface MelFilterbank {
  readonly filters: number;
  /** First bin that counts, and one past the last. DC never counts. */
  readonly from: number;
  readonly to: number;
  /** `[to - from]`: the lower of the bin's two triangles, from -1 on (the upper one is the next, if below `filters`). */
  readonly lower: Int32Array;
  /** `[to - from]`: the share that falls to the lower triangle; the rest falls to the upper one. */
  readonly share: Float64Array;
}

/**
 * `filters` triangles whose middles are evenly spaced in mel between `low` and `high` Hz, over a spectrum of `bins`
 * points from 0 Hz to half of `sampleRate`. The shape of HTK's filterbank (HTK Book 5.4) as TensorFlow's Mfcc
 * operator lays it.
 */
export function melFilterbank(filters: number, bins: number, sampleRate: number, low: number, high: number): MelFilterbank {
  const hertzPerBin = sampleRate / 2 / (bins - 1);
  const from = Math.floor(1.5 + low / hertzPerBin);
  const to = Math.min(bins, Math.floor(high / hertzPerBin) + 1);
  const base = melOf(low);
  const spacing = (melOf(high) - base) / (filters + 1);
  const middle = (filter: number): number => base + spacing * (filter + 1);
  const count = Math.max(0, to - from);
  const lower = new Int32Array(count);
  const share = new Float64Array(count);
  let next = 0;
  for (let i = 0; i < count; i++) {
    const mel = melOf((from + i) * hertzPerBin);
    while (next < filters && middle(next) < mel) next++;
    lower[i] = next - 1;
    share[i] = (middle(next) - mel) / spacing;
  }
  return { filters, from, to: from + count, lower, share };
}

/** Adds the magnitudes of a spectrum up into the triangles' sums, `[filters]`. */
export function applyFilterbank({ filters, from, to, lower, share }: MelFilterbank, magnitudes: Float64Array, sums: Float64Array): void {
  sums.fill(0);
  for (let bin = from; bin < to; bin++) {
    const magnitude = magnitudes[bin]!;
    const down = magnitude * share[bin - from]!;
    const filter = lower[bin - from]!;
    if (filter >= 0) sums[filter] = sums[filter]! + down;
    if (filter + 1 < filters) sums[filter + 1] = sums[filter + 1]! + magnitude - down;
  }
}
