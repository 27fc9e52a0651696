import { attribute, type Layer } from '@fretwork/format';
import type { WindowForm } from '../graph/builder.js';

/**
 * The window of a convolution or pool in numbers, `auto_pad` resolved from the sizes of input and output. `full` has the
 * positions that the layer slides over, `positions` the number of places where the window stands.
 */
export function windowOf(layer: Layer, full: readonly number[], positions: readonly number[], kernel: readonly number[]): WindowForm {
  const n = kernel.length;
  const strides = attribute(layer, 'strides', 'ints', undefined) ?? Array.from(kernel, () => 1);
  const dilations = attribute(layer, 'dilations', 'ints', undefined) ?? Array.from(kernel, () => 1);
  const group = attribute(layer, 'group', 'int', 1);
  const auto = attribute(layer, 'auto_pad', 'string', 'NOTSET');
  const needed = kernel.map((k, i) => (positions[i]! - 1) * strides[i]! + (k - 1) * dilations[i]! + 1 - full[i]!);
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    const begins = needed.map((d) => (auto === 'SAME_UPPER' ? Math.floor : Math.ceil)(Math.max(0, d) / 2));
    return { kernel, strides, dilations, group, pads: [...begins, ...needed.map((d, i) => Math.max(0, d) - begins[i]!)] };
  }
  const given = auto === 'VALID' ? undefined : attribute(layer, 'pads', 'ints', undefined);
  return { kernel, strides, dilations, group, pads: given ?? Array.from({ length: 2 * n }, () => 0) };
}

/** `pads` grown at the ends until the window stands at exactly `positions` places (`ceil_mode`). */
export function grown(form: WindowForm, full: readonly number[], positions: readonly number[]): WindowForm {
  const n = form.kernel.length;
  const pads = [...form.pads];
  form.kernel.forEach((k, i) => {
    const needed = (positions[i]! - 1) * form.strides[i]! + (k - 1) * form.dilations[i]! + 1 - full[i]! - pads[i]!;
    pads[i + n] = Math.max(pads[i + n]!, needed);
  });
  return { ...form, pads };
}

/** Positions in the kernel, last axis fastest: `[kh, kw]` of each tap. */
export function tapsOf(kernel: readonly number[]): readonly (readonly number[])[] {
  return kernel.reduce<readonly (readonly number[])[]>((taps, k) => taps.flatMap((tap) => Array.from({ length: k }, (_, i) => [...tap, i])), [[]]);
}
