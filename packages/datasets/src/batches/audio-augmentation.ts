import type { NdArray } from '../contract.js';
import { optionError, type Augmentation } from './augmentation.js';

/**
 * Noise of nearly normal distribution added to every value, for waveforms and features in f32 or f64. Its deviation is
 * drawn for each sample, evenly from 0 to `deviation`. Throws `augment.option`.
 */
export function noise({ deviation }: { readonly deviation: number }): Augmentation {
  checkDeviation(deviation);
  return {
    name: 'noise',
    refuses: (_, dtype) => (isFloat(dtype) ? undefined : 'f32 or f64'),
    sample: (from, to, _, source) => {
      const level = source.between(0, deviation);
      for (let i = 0; i < to.length; i++) to[i] = Number(from[i]!) + level * source.bell();
    },
  };
}

/**
 * Waveforms `[T]` or features `[T, F]` moved in time by a random whole number of steps, at most `most` either way;
 * what comes in at the other end is zeros, or with `fill: 'edge'` the step at that end again (in features such as MFCC zeros
 * are no silence). Throws `augment.option`.
 */
export function timeShift({ most, fill = 'zeros' }: { readonly most: number; readonly fill?: 'zeros' | 'edge' }): Augmentation {
  if (!Number.isSafeInteger(most) || most < 0) throw optionError('a whole number of steps from 0', most);
  return {
    name: 'timeShift',
    refuses: (shape) => (shape.length === 1 || shape.length === 2 ? undefined : 'waveforms [T] or features [T, F]'),
    sample: (from, to, [steps, features = 1], source) => {
      const shift = Math.max(-steps!, Math.min(steps!, source.below(2 * most + 1) - most)) * features;
      (to as Uint8Array).set((from as Uint8Array).subarray(Math.max(0, -shift), Math.min(from.length, from.length - shift)), Math.max(0, shift));
      if (fill === 'zeros' || shift === 0) return;
      const edge = shift > 0 ? from.subarray(0, features) : from.subarray(from.length - features);
      const [first, end] = shift > 0 ? [0, shift] : [from.length + shift, from.length];
      for (let at = first; at < end; at += features) (to as Uint8Array).set(edge as Uint8Array, at);
    },
  };
}

/**
 * Features `[T, F]` with one number added to each of the F throughout, of deviation `deviation`: in MFCC and other logarithmic
 * features that is another loudness and another microphone. Throws `augment.option`.
 */
export function colour({ deviation }: { readonly deviation: number }): Augmentation {
  checkDeviation(deviation);
  return {
    name: 'colour',
    refuses: floatFeatures,
    sample: (from, to, [, features], source) => {
      const added = Float64Array.from({ length: features! }, () => deviation * source.bell());
      for (let i = 0; i < to.length; i++) to[i] = Number(from[i]!) + added[i % features!]!;
    },
  };
}

/**
 * Features `[T, F]` played faster or slower about their middle by at most the share `most`, below 1: steps are interpolated,
 * and beyond the ends the step at that end stands. Throws `augment.option`.
 */
export function stretch({ most }: { readonly most: number }): Augmentation {
  if (!(most >= 0 && most < 1)) throw optionError('a share of 0 to below 1', most);
  return {
    name: 'stretch',
    refuses: floatFeatures,
    sample: (from, to, [steps, features], source) => {
      const pace = 1 + source.between(-most, most);
      const middle = (steps! - 1) / 2;
      for (let t = 0; t < steps!; t++) {
        const place = Math.max(0, Math.min(steps! - 1, middle + (t - middle) * pace));
        const before = Math.min(Math.floor(place), Math.max(0, steps! - 2));
        const share = place - before;
        const after = Math.min(before + 1, steps! - 1);
        for (let f = 0; f < features!; f++) {
          to[t * features! + f] = (1 - share) * Number(from[before * features! + f]!) + share * Number(from[after * features! + f]!);
        }
      }
    },
  };
}

const isFloat = (dtype: NdArray['dtype']): boolean => dtype === 'f32' || dtype === 'f64';

const floatFeatures: Augmentation['refuses'] = (shape, dtype) => (shape.length === 2 && isFloat(dtype) ? undefined : 'features [T, F] in f32 or f64');

function checkDeviation(deviation: number): void {
  if (!(deviation >= 0) || !Number.isFinite(deviation)) throw optionError('a deviation from 0', deviation);
}
