/** Where sliding windows lie: what convolution, transposed convolution and pooling share, in any number of dimensions. */
import { attribute, elementCount, type Layer } from '@fretwork/format';
import { Fault } from '../fault.js';
import type { Support } from '../contract.js';
import { separableMap, stridesOf } from '../tensor/index-map.js';

/** All lists have one entry per spatial dimension. */
export interface Window {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Cells of padding before the first input; those after the last one are in `ends`. */
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

const AUTO_PADS = ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'];

export const autoPadOf = (layer: Layer): string => attribute(layer, 'auto_pad', 'string', 'NOTSET');

export function knownAutoPad(layer: Layer): Support {
  return AUTO_PADS.includes(autoPadOf(layer)) ? { ok: true }
    : { ok: false, reason: `auto_pad ${autoPadOf(layer)} is not known`, hint: `use one of ${AUTO_PADS.join(', ')}` };
}

/** Attribute `name` with one entry per dimension. Throws `run.attribute`. */
export function perDimension(layer: Layer, name: string, length: number, otherwise: number): readonly number[] {
  const values = attribute(layer, name, 'ints', undefined) ?? new Array<number>(length).fill(otherwise);
  if (values.length !== length) {
    throw new Fault('run.attribute', `${name} does not fit the rank of the input`, { expected: `${length} entries`, actual: `${values.length}` });
  }
  return values;
}

/** Begin and end of `total` cells of padding; an odd one goes to the end, or to the begin for SAME_LOWER. */
export function splitPadding(total: number, lower: boolean): [begin: number, end: number] {
  const small = Math.floor(total / 2);
  return lower ? [total - small, small] : [small, total - small];
}

/** The windows of a convolution or pooling layer over `inputs`. `ceil_mode` is read. Throws `run.attribute`, `run.shape`. */
export function windowOf(layer: Layer, inputs: readonly number[], kernel: readonly number[]): Window {
  const rank = inputs.length;
  const strides = perDimension(layer, 'strides', rank, 1);
  const dilations = perDimension(layer, 'dilations', rank, 1);
  const pads = perDimension(layer, 'pads', 2 * rank, 0);
  const autoPad = autoPadOf(layer);
  const ceil = attribute(layer, 'ceil_mode', 'int', 0) !== 0;
  const rows = inputs.map((size, d) => {
    const reach = (kernel[d]! - 1) * dilations[d]! + 1;
    const stride = strides[d]!;
    if (!(stride > 0)) throw new Fault('run.attribute', 'strides must be positive', { actual: `${stride}` });
    if (autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER') {
      const output = Math.ceil(size / stride);
      const [begin, end] = splitPadding(Math.max(0, (output - 1) * stride + reach - size), autoPad === 'SAME_LOWER');
      return { output, begin, end };
    }
    const [begin, end] = autoPad === 'VALID' ? [0, 0] : [pads[d]!, pads[rank + d]!];
    const steps = (size + begin + end - reach) / stride;
    let output = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // A last window that would start in the padding after the input is left out.
    if (ceil && (output - 1) * stride >= size + begin) output--;
    if (output < 0 || (steps < 0 && output > 0)) throw new Fault('run.shape', 'the kernel is larger than the padded input', { actual: `${reach} over ${size + begin + end}` });
    return { output, begin, end };
  });
  return {
    inputs, kernel, strides, dilations,
    outputs: rows.map((r) => r.output), begins: rows.map((r) => r.begin), ends: rows.map((r) => r.end),
  };
}

/**
 * `[kernel positions, output positions]`: the input position that meets each of them, -1 in the padding. Read the other
 * way round it says where a transposed convolution adds.
 */
export function windowMap(w: Window): Int32Array {
  const strides = stridesOf(w.inputs);
  const taps = elementCount(w.kernel);
  const positions = elementCount(w.outputs);
  const map = new Int32Array(taps * positions);
  const kernelStrides = stridesOf(w.kernel);
  for (let k = 0; k < taps; k++) {
    const terms = w.inputs.map((size, d) => {
      const tap = Math.floor(k / kernelStrides[d]!) % w.kernel[d]!;
      return Float64Array.from({ length: w.outputs[d]! }, (_, o) => {
        const at = o * w.strides[d]! - w.begins[d]! + tap * w.dilations[d]!;
        return at >= 0 && at < size ? at * strides[d]! : NaN;
      });
    });
    map.set(separableMap(terms), k * positions);
  }
  return map;
}

/** `[N, C, ...spatial]` taken apart. Throws `run.rank` below rank 3. */
export function spatialOf(shape: readonly number[]): { batch: number; channels: number; spatial: readonly number[] } {
  const [batch, channels, ...spatial] = shape;
  if (batch === undefined || channels === undefined || spatial.length === 0) {
    throw new Fault('run.rank', 'images are [batch, channels, ...positions]', { actual: `[${shape.join(', ')}]` });
  }
  return { batch, channels, spatial };
}
