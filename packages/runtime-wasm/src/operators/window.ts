/** Where sliding windows lie, in up to three spatial dimensions; fewer are taken as leading sizes of 1. */
import { attribute, type Layer } from '@fretwork/format';
import type { Support } from '../contract.js';

export type Triple = readonly [depth: number, height: number, width: number];

export interface Window {
  readonly inputs: Triple;
  readonly outputs: Triple;
  readonly kernel: Triple;
  readonly strides: Triple;
  readonly dilations: Triple;
  /** Cells of padding before the first input. */
  readonly begins: Triple;
  /** Cells of padding behind the last one; a window of `ceil_mode` may reach further. */
  readonly ends: Triple;
}

const AUTO_PADS = ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'];

export function knownWindow(layer: Layer): Support {
  const autoPad = attribute(layer, 'auto_pad', 'string', 'NOTSET');
  if (!AUTO_PADS.includes(autoPad)) return { ok: false, reason: `auto_pad ${autoPad} is not known`, hint: `use one of ${AUTO_PADS.join(', ')}` };
  const strides = attribute(layer, 'strides', 'ints', undefined);
  if (strides !== undefined && strides.length > 3) return tooMany;
  return { ok: true };
}

export const tooMany: Support = { ok: false, reason: 'more than three spatial dimensions', hint: 'fold some of them into the batch' };

export const triple = (sizes: readonly number[], otherwise = 1): Triple => {
  const [d, h, w] = [...new Array<number>(Math.max(0, 3 - sizes.length)).fill(otherwise), ...sizes];
  return [d!, h!, w!];
};

const each = (make: (d: 0 | 1 | 2) => number): Triple => [make(0), make(1), make(2)];

/** The windows of a layer from `inputs` to `outputs`, both spatial sizes alone. */
export function windowOf(layer: Layer, inputs: readonly number[], outputs: readonly number[], kernel: readonly number[]): Window {
  const rank = inputs.length;
  const strides = triple(attribute(layer, 'strides', 'ints', new Array<number>(rank).fill(1)));
  const dilations = triple(attribute(layer, 'dilations', 'ints', new Array<number>(rank).fill(1)));
  const pads = attribute(layer, 'pads', 'ints', new Array<number>(2 * rank).fill(0));
  const autoPad = attribute(layer, 'auto_pad', 'string', 'NOTSET');
  const [ins, outs, taps] = [triple(inputs), triple(outputs), triple(kernel)];
  const [first, last] = [triple(pads.slice(0, rank), 0), triple(pads.slice(rank), 0)];
  const same = autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER';
  const total = each((d) => Math.max(0, (outs[d] - 1) * strides[d] + (taps[d] - 1) * dilations[d] + 1 - ins[d]));
  const small = each((d) => Math.floor(total[d] / 2));
  const large = each((d) => total[d] - small[d]);
  const none: Triple = [0, 0, 0];
  return {
    inputs: ins, outputs: outs, kernel: taps, strides, dilations,
    begins: same ? (autoPad === 'SAME_LOWER' ? large : small) : autoPad === 'VALID' ? none : first,
    ends: same ? (autoPad === 'SAME_LOWER' ? small : large) : autoPad === 'VALID' ? none : last,
  };
}

/** `[taps, outputs]`: the input cell that meets each of them, -1 in the padding. */
export function windowMap(w: Window): Int32Array {
  const [D, H, W] = w.outputs;
  const [kd, kh, kw] = w.kernel;
  const map = new Int32Array(kd * kh * kw * D * H * W);
  let at = 0;
  for (let k = 0; k < kd * kh * kw; k++) {
    const [td, th, tw] = [Math.floor(k / (kh * kw)), Math.floor(k / kw) % kh, k % kw];
    for (let d = 0; d < D; d++) {
      const z = d * w.strides[0] - w.begins[0] + td * w.dilations[0];
      for (let h = 0; h < H; h++) {
        const y = h * w.strides[1] - w.begins[1] + th * w.dilations[1];
        for (let x0 = 0; x0 < W; x0++) {
          const x = x0 * w.strides[2] - w.begins[2] + tw * w.dilations[2];
          const inside = z >= 0 && z < w.inputs[0] && y >= 0 && y < w.inputs[1] && x >= 0 && x < w.inputs[2];
          map[at++] = inside ? (z * w.inputs[1] + y) * w.inputs[2] + x : -1;
        }
      }
    }
  }
  return map;
}
