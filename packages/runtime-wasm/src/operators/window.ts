/** Where sliding windows lie, in up to three spatial dimensions; fewer are taken as leading sizes of 1. */
import { FretworkError, type Layer } from '@fretwork/format';
import type { Support } from '../contract.js';
import { flag, ints, text } from './attributes.js';
import type { Shape } from './row.js';
import { misfit, requireShape } from './shapes.js';

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

export const autoPadOf = (layer: Layer): string => text(layer, 'auto_pad', 'NOTSET');

export function knownWindow(layer: Layer): Support {
  const autoPad = autoPadOf(layer);
  if (!AUTO_PADS.includes(autoPad)) return { ok: false, reason: `auto_pad ${autoPad} is not known`, hint: `use one of ${AUTO_PADS.join(', ')}` };
  const strides = ints(layer, 'strides');
  if (strides !== undefined && strides.length > 3) return tooMany;
  return { ok: true };
}

const tooMany = { ok: false, reason: 'more than three spatial dimensions', hint: 'fold some into the batch' } as const;

export const triple = (sizes: readonly number[], otherwise = 1): Triple => {
  const [d, h, w] = [...new Array<number>(Math.max(0, 3 - sizes.length)).fill(otherwise), ...sizes];
  return [d!, h!, w!];
};

export const none: Triple = [0, 0, 0];

export const each = (make: (d: 0 | 1 | 2) => number): Triple => [make(0), make(1), make(2)];

/** Attribute `name`: `count` numbers of `least` or more. */
export function listOf(layer: Layer, name: string, count: number, least: number, otherwise: number): readonly number[] {
  const found = ints(layer, name) ?? new Array<number>(count).fill(otherwise);
  return found.length === count && found.every((n) => n >= least) ? found : misfit(`${count} ${name} of ${least} or more`, found);
}

/** Strides, dilations and pads of a layer with `kernel`; leading dimensions that it has not count 1. */
export function settingsOf(layer: Layer, kernel: Shape): Pick<Window, 'kernel' | 'strides' | 'dilations'> & { readonly first: Triple; readonly last: Triple } {
  const rank = kernel.length;
  if (rank > 3) throw new FretworkError('run.unsupported', tooMany.reason, { hint: tooMany.hint });
  requireShape(ints(layer, 'kernel_shape'), kernel);
  if (kernel.some((size) => size < 1)) misfit('a kernel of 1 or more', kernel);
  const pads = listOf(layer, 'pads', 2 * rank, -Infinity, 0);
  return {
    kernel: triple(kernel), strides: triple(listOf(layer, 'strides', rank, 1, 1)), dilations: triple(listOf(layer, 'dilations', rank, 1, 1)),
    first: triple(pads.slice(0, rank), 0), last: triple(pads.slice(rank), 0),
  };
}

/** The windows of a layer over `inputs`, spatial sizes alone. Throws `run.shape` where they do not fit. */
export function windowOf(layer: Layer, inputs: Shape, kernel: Shape): Window {
  if (inputs.length !== kernel.length) misfit(`${kernel.length} spatial dimensions`, inputs);
  const { first, last, ...s } = settingsOf(layer, kernel);
  const ins = triple(inputs);
  const autoPad = autoPadOf(layer);
  const ceil = flag(layer, 'ceil_mode');
  const same = autoPad.startsWith('SAME');
  const reach = each((d) => (s.kernel[d] - 1) * s.dilations[d] + 1);
  const [begins, ends] = autoPad === 'NOTSET' ? [first, last] : [none, none];
  const outputs = each((d) => {
    if (same) return Math.ceil(ins[d] / s.strides[d]);
    const room = ins[d] + begins[d] + ends[d] - reach[d];
    if (room < 0) misfit(`an input of ${ins[d] - room} or more`, ins[d]);
    const windows = (ceil ? Math.ceil(room / s.strides[d]) : Math.floor(room / s.strides[d])) + 1;
    // A window that would start in the padding at the end is not counted.
    return ceil && (windows - 1) * s.strides[d] >= ins[d] + begins[d] ? windows - 1 : windows;
  });
  if (!same) return { ...s, inputs: ins, outputs, begins, ends };
  const total = each((d) => Math.max(0, (outputs[d] - 1) * s.strides[d] + reach[d] - ins[d]));
  const small = each((d) => Math.floor(total[d] / 2));
  const large = each((d) => total[d] - small[d]);
  return { ...s, inputs: ins, outputs, ...(autoPad === 'SAME_LOWER' ? { begins: large, ends: small } : { begins: small, ends: large }) };
}

/** `[taps, outputs]`: the input cell that meets each of them, -1 in the padding. */
export function windowMap(w: Window): Int32Array {
  const [D, H, W] = w.outputs;
  const [kd, kh, kw] = w.kernel;
  const map = new Int32Array(kd * kh * kw * D * H * W);
  let at = 0;
  for (let k = 0; k < kd * kh * kw; k++) {
    const td = Math.floor(k / (kh * kw));
    const th = Math.floor(k / kw) % kh;
    const tw = k % kw;
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
