import type { NdData } from '../contract.js';
import { optionError, type Augmentation } from './augmentation.js';

const imagesOnly: Augmentation['refuses'] = (shape) => (shape.length === 3 ? undefined : 'images [C, H, W]');

/**
 * Images `[C, H, W]` padded with `padding` zeros on all four sides, and cut back to `[C, H, W]` at a random place: moved
 * by at most `padding` pixels either way. Throws `augment.option`.
 */
export function randomCrop({ padding }: { readonly padding: number }): Augmentation {
  if (!Number.isSafeInteger(padding) || padding < 0) throw optionError('a whole padding from 0', padding);
  return {
    name: 'randomCrop',
    refuses: imagesOnly,
    sample: (from, to, [channels, height, width], source) => {
      const dy = source.below(2 * padding + 1) - padding;
      const dx = source.below(2 * padding + 1) - padding;
      const first = Math.max(0, -dx);
      const last = Math.min(width!, width! - dx);
      if (last <= first) return;
      for (let row = 0; row < channels! * height!; row++) {
        const y = (row % height!) + dy;
        if (y < 0 || y >= height!) continue;
        const at = (row + dy) * width! + dx;
        copy(from, at + first, at + last, to, row * width! + first);
      }
    },
  };
}

/** Images `[C, H, W]` mirrored left to right, each with `probability`, 0.5 when left out. Throws `augment.option`. */
export function horizontalFlip({ probability = 0.5 }: { readonly probability?: number } = {}): Augmentation {
  if (!(probability >= 0 && probability <= 1)) throw optionError('a probability of 0 to 1', probability);
  return {
    name: 'horizontalFlip',
    refuses: imagesOnly,
    sample: (from, to, [, , width], source) => {
      (to as Uint8Array).set(from as Uint8Array);
      if (source.unit() >= probability) return;
      for (let at = 0; at < to.length; at += width!) to.subarray(at, at + width!).reverse();
    },
  };
}

const copy = (from: NdData, start: number, end: number, to: NdData, at: number): void =>
  (to as Uint8Array).set((from as Uint8Array).subarray(start, end), at);
