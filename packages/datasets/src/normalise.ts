import type { NdArray } from './contract.js';
import { halfToNumber } from './dtype.js';
import { DatasetError } from './error.js';

export interface Normalisation {
  /** Times this first; 1 when left out. Pixels of 0..255 become 0..1 with 1/255. */
  readonly scale?: number;
  /** Subtracted next: one number, or one for each channel; 0 when left out. */
  readonly mean?: number | readonly number[];
  /** Divided by last: one number, or one for each channel; 1 when left out. */
  readonly std?: number | readonly number[];
}

/**
 * `((x * scale) - mean) / std` of every element, in that order, computed in float64 and rounded once to float32.
 * `images` are `[N, C, …]` of any element type; with single numbers any shape will do. Returns a fresh array in the same
 * order. Throws `normalise.channels` where a list is not as long as axis 1, `normalise.value` on a number that is not
 * finite or a std of 0.
 */
export function normalise(images: NdArray, by: Normalisation): Float32Array {
  const scale = by.scale ?? 1;
  const channels = Math.max(listLength(by.mean), listLength(by.std));
  const means = perChannel(by.mean ?? 0, channels, images.shape);
  const stds = perChannel(by.std ?? 1, channels, images.shape);
  if (![scale, ...means, ...stds].every(Number.isFinite) || stds.includes(0)) {
    throw new DatasetError('normalise.value', {
      expected: 'finite numbers, no std of 0', actual: `scale ${scale}, mean ${means.join(',')}, std ${stds.join(',')}`,
    });
  }
  const { data } = images;
  const numberAt: (i: number) => number = images.dtype === 'f16' ? (i) => halfToNumber(Number(data[i]!)) : (i) => Number(data[i]!);
  const plane = images.shape.slice(2).reduce((a, b) => a * b, 1);
  const out = new Float32Array(data.length);
  if (channels <= 1) {
    for (let i = 0; i < out.length; i++) out[i] = (numberAt(i) * scale - means[0]!) / stds[0]!;
    return out;
  }
  for (let from = 0, channel = 0; from < out.length; from += plane, channel = (channel + 1) % channels) {
    const mean = means[channel]!;
    const std = stds[channel]!;
    for (let i = from; i < from + plane; i++) out[i] = (numberAt(i) * scale - mean) / std;
  }
  return out;
}

const listLength = (value: number | readonly number[] | undefined): number => (typeof value === 'object' ? value.length : 1);

function perChannel(value: number | readonly number[], channels: number, shape: readonly number[]): readonly number[] {
  const list = typeof value === 'number' ? [value] : value;
  const spread = list.length === 1 ? new Array<number>(channels).fill(list[0]!) : list;
  if (spread.length !== channels || channels < 1 || (channels > 1 && shape[1] !== channels)) {
    throw new DatasetError('normalise.channels', {
      expected: `one number, or one for each channel of [${shape.join(', ')}]`, actual: `${list.length}`,
      hint: 'images are [N, C, H, W]: their channels are axis 1',
    });
  }
  return spread;
}
