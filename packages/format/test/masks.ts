/**
 * Seeded masks and weights for tests and for `tools/index-bytes.mjs`. Imports nothing, so that Node runs it as it is.
 */

/** mulberry32: small, seeded, good enough to draw masks. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 <= x < 1 */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** low <= n <= high */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)]!;
  }

  /** `count` different numbers below `from`, ascending. */
  choose(from: number, count: number): number[] {
    const all = Array.from({ length: from }, (_, i) => i);
    for (let i = 0; i < count; i++) {
      const j = this.integer(i, from - 1);
      [all[i], all[j]] = [all[j]!, all[i]!];
    }
    return all.slice(0, count).sort((a, b) => a - b);
  }
}

/** One byte per weight, row-major: 1 is kept. */
export type Mask = Uint8Array;

/** `count` rounded up or down at random, so that its mean is right. */
const quota = (random: Random, count: number): number => Math.floor(count) + (random.next() < count % 1 ? 1 : 0);

/**
 * BCR: each block keeps its share of rows and of columns: rows keep rate^-rowShare, columns the rest. The quota of rows is
 * whole, at least one, and columns make up for its rounding, so that the rate is met.
 */
export function bcrMask(
  random: Random, rows: number, columns: number, blockRows: number, blockColumns: number, rate: number, rowShare: number,
): Mask {
  const mask = new Uint8Array(rows * columns);
  for (let top = 0; top < rows; top += blockRows) {
    for (let left = 0; left < columns; left += blockColumns) {
      const height = Math.min(blockRows, rows - top);
      const width = Math.min(blockColumns, columns - left);
      const keptRows = Math.max(1, Math.round(height * rate ** -rowShare));
      const keptColumns = Math.min(width, quota(random, (height * width) / rate / keptRows));
      const keepColumns = random.choose(width, keptColumns);
      for (const r of random.choose(height, keptRows)) for (const c of keepColumns) mask[(top + r) * columns + left + c] = 1;
    }
  }
  return mask;
}

export function unstructuredMask(random: Random, rows: number, columns: number, rate: number): Mask {
  return Uint8Array.from({ length: rows * columns }, () => (random.next() * rate < 1 ? 1 : 0));
}

export function filterMask(random: Random, rows: number, columns: number, rate: number): Mask {
  const mask = new Uint8Array(rows * columns);
  for (const r of random.choose(rows, Math.max(1, Math.round(rows / rate)))) mask.fill(1, r * columns, (r + 1) * columns);
  return mask;
}

export function channelMask(random: Random, rows: number, columns: number, kernel: number, rate: number): Mask {
  const mask = new Uint8Array(rows * columns);
  const channels = columns / kernel;
  for (const channel of random.choose(channels, Math.max(1, Math.round(channels / rate)))) {
    for (let r = 0; r < rows; r++) mask.fill(1, r * columns + channel * kernel, r * columns + (channel + 1) * kernel);
  }
  return mask;
}

/** The eight 4-of-9 patterns of the literature: the corner squares and the T shapes, centre included. */
export const EIGHT_PATTERNS: readonly (readonly number[])[] = [
  [4, 5, 7, 8], [3, 4, 6, 7], [1, 2, 4, 5], [0, 1, 3, 4], [3, 4, 5, 7], [1, 4, 5, 7], [1, 3, 4, 7], [1, 3, 4, 5],
];

/** 3x3 kernels with one of eight patterns of 4 positions, whole kernels gone until `rate` is met. */
export function patternMask(random: Random, rows: number, columns: number, rate: number): Mask {
  const mask = new Uint8Array(rows * columns);
  for (let start = 0; start < mask.length; start += 9) {
    if (random.next() >= 9 / 4 / rate) continue;
    for (const position of random.pick(EIGHT_PATTERNS)) mask[start + position] = 1;
  }
  return mask;
}

/** In each block of filters x channels the same positions for all kernels. */
export function punchedMask(
  random: Random, rows: number, columns: number, kernel: number, blockFilters: number, blockChannels: number, rate: number,
): Mask {
  const mask = new Uint8Array(rows * columns);
  const width = blockChannels * kernel;
  for (let top = 0; top < rows; top += blockFilters) {
    for (let left = 0; left < columns; left += width) {
      const positions = random.choose(kernel, quota(random, kernel / rate));
      for (let r = top; r < Math.min(top + blockFilters, rows); r++) {
        for (let c = left; c < Math.min(left + width, columns); c += kernel) for (const p of positions) mask[r * columns + c + p] = 1;
      }
    }
  }
  return mask;
}

/** float32 weights under a mask: nothing kept is 0. */
export function weightsUnder(random: Random, mask: Mask): Float32Array {
  return Float32Array.from(mask, (kept) => (kept === 1 ? (random.next() < 0.5 ? -1 : 1) * (0.01 + random.next()) : 0));
}
