/** Transposed convolution: each input position adds a weighted kernel to the output, the mirror of a convolution's gather. */
import { attribute, elementCount, type DenseTensor, type Layer } from '@fretwork/format';
import type { OperatorCall, OperatorRow } from '../contract.js';
import { Fault } from '../fault.js';
import { addScaled } from '../product/dense.js';
import { addTiled } from '../product/tiles.js';
import { weightOf } from '../product/weight.js';
import { floatsOf, fromNumbers } from '../tensor/elements.js';
import { biasOf, checkKernel } from './convolution.js';
import { autoPadOf, knownAutoPad, perDimension, spatialOf, splitPadding, windowMap, type Window } from './window.js';
import { allowed } from '../tensor/limit.js';

/** x `[N, Cin, ...]`, W `[Cin, Cout/g, ...kernel]`, B `[Cout]` → `[N, Cout, ...]`. */
function convTranspose(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const weight = weightOf(call, 1);
  const { batch, channels, spatial } = spatialOf(x.shape);
  const [first, perGroup, ...kernel] = weight.shape as [number, number, ...number[]];
  const groups = attribute(call.layer, 'group', 'int', 1);
  if (!(groups > 0) || first !== channels || channels % groups !== 0) {
    throw new Fault('run.shape', 'groups and input channels do not fit', { expected: `${first} channels in ${groups} groups`, actual: `${channels}` });
  }
  checkKernel(call.layer, kernel, spatial.length);
  const window = mirroredWindow(call.layer, spatial, kernel);
  const map = windowMap(window);
  const [positions, taps, outputs] = [elementCount(spatial), elementCount(kernel), elementCount(window.inputs)];
  const [filters, rows] = [perGroup * groups, perGroup * taps];
  // Column c of the matrix, an input channel, adds to the filters of its own group.
  const start = (column: number): number => Math.floor(column / (channels / groups)) * rows;
  const values = floatsOf(x);
  const bias = biasOf(call, filters);
  const out = new Float64Array(allowed(batch * filters * outputs));
  for (let n = 0; n < batch; n++) {
    const source = Float64Array.from(values.subarray(n * channels * positions, (n + 1) * channels * positions));
    const target = new Float64Array(filters * taps * positions);
    if (weight.kind === 'dense') {
      for (let c = 0; c < channels; c++) {
        for (let r = 0; r < rows; r++) {
          addScaled(target, (start(c) + r) * positions, weight.numbers[c * rows + r]!, source, c * positions, positions);
        }
      }
    } else {
      addTiled(weight, 0, source, target, positions, { source: (_, column) => column, target: (row, column) => start(column) + row });
    }
    for (let f = 0; f < filters; f++) {
      const to = (n * filters + f) * outputs;
      out.fill(bias[f]!, to, to + outputs);
      for (let i = 0; i < taps * positions; i++) {
        const cell = map[i]!;
        if (cell >= 0) out[to + cell]! += target[f * taps * positions + i]!;
      }
    }
  }
  return [fromNumbers(x.dtype, [batch, filters, ...window.inputs], out)];
}

/** The windows of the convolution that leads back: its inputs are this layer's outputs. */
function mirroredWindow(layer: Layer, spatial: readonly number[], kernel: readonly number[]): Window {
  const rank = spatial.length;
  const strides = perDimension(layer, 'strides', rank, 1);
  const dilations = perDimension(layer, 'dilations', rank, 1);
  const extra = perDimension(layer, 'output_padding', rank, 0);
  const pads = perDimension(layer, 'pads', 2 * rank, 0);
  const autoPad = autoPadOf(layer);
  const wanted = attribute(layer, 'output_shape', 'ints', []);
  const rows = spatial.map((size, d) => {
    const full = strides[d]! * (size - 1) + extra[d]! + (kernel[d]! - 1) * dilations[d]! + 1;
    const same = autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER';
    if (wanted.length === 0 && !same) {
      const [begin, end] = autoPad === 'VALID' ? [0, 0] : [pads[d]!, pads[rank + d]!];
      return { output: full - begin - end, begin, end };
    }
    // output_shape may repeat batch and channels in front.
    const output = wanted.length === 0 ? size * strides[d]! : wanted[wanted.length - rank + d]!;
    const [begin, end] = splitPadding(Math.max(0, full - output), autoPad !== 'SAME_UPPER');
    return { output, begin, end };
  });
  if (rows.some((r) => r.output < 0)) throw new Fault('run.shape', 'the padding is larger than the output');
  return {
    outputs: spatial, kernel, strides, dilations,
    inputs: rows.map((r) => r.output), begins: rows.map((r) => r.begin), ends: rows.map((r) => r.end),
  };
}

export const TRANSPOSED_CONVOLUTION: readonly OperatorRow[] = [
  { operator: 'ConvTranspose', supports: knownAutoPad, run: convTranspose },
];
