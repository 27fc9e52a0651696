import { attribute, type Layer } from '@fretwork/format';

/** A sliding window over two position axes; where a layer has one, the first is of size 1. */
export interface Window {
  readonly input: readonly [height: number, width: number];
  readonly output: readonly [height: number, width: number];
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Cells of padding before the first input. */
  readonly begins: readonly [top: number, left: number];
  /** Those after the last one. */
  readonly ends: readonly [bottom: number, right: number];
}

type Pair = readonly [number, number];

const pair = (values: readonly number[], otherwise: number): Pair => [values.length === 2 ? values[0]! : otherwise, values.at(-1)!];

/** Of a layer over one or two position axes; `output` as `inferShapes` found it. */
export function windowOf(layer: Layer, spatial: readonly number[], kernelShape: readonly number[], output: readonly number[]): Window {
  const rank = spatial.length;
  const ones = spatial.map(() => 1);
  const [input, out, kernel] = [pair(spatial, 1), pair(output, 1), pair(kernelShape, 1)];
  const strides = pair(attribute(layer, 'strides', 'ints', ones), 1);
  const dilations = pair(attribute(layer, 'dilations', 'ints', ones), 1);
  const pads = attribute(layer, 'pads', 'ints', [...ones, ...ones].map(() => 0));
  const auto = attribute(layer, 'auto_pad', 'string', 'NOTSET');
  let [begins, ends] = [pair(pads.slice(0, rank), 0), pair(pads.slice(rank), 0)];
  if (auto === 'VALID') [begins, ends] = [[0, 0], [0, 0]];
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    const split = [0, 1].map((d) => {
      const total = Math.max(0, (out[d]! - 1) * strides[d]! + (kernel[d]! - 1) * dilations[d]! + 1 - input[d]!);
      const small = Math.floor(total / 2);
      return auto === 'SAME_LOWER' ? [total - small, small] : [small, total - small];
    });
    [begins, ends] = [[split[0]![0]!, split[1]![0]!], [split[0]![1]!, split[1]![1]!]];
  }
  return { input, output: out, kernel, strides, dilations, begins, ends };
}
