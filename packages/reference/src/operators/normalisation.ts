/** Operators that shift and scale by means and variances, and dropout. */
import { attribute, dense, elementCount, zeros, type DenseTensor } from '@fretwork/format';
import type { OperatorCall, OperatorRow } from '../contract.js';
import { Fault } from '../fault.js';
import { floatsOf, fromNumbers, scalarOf, type Numbers } from '../tensor/elements.js';
import { axisIn, broadcastMap } from '../tensor/index-map.js';

const epsilonOf = (call: OperatorCall): number => attribute(call.layer, 'epsilon', 'float', 1e-5);

interface Moments {
  readonly mean: number;
  /** Of the population: divided by the count. */
  readonly variance: number;
}

/** Mean and variance of the elements `at(0)` … `at(count - 1)`. */
function momentsOf(values: Numbers, count: number, at: (i: number) => number): Moments {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[at(i)]!;
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[at(i)]! - mean) ** 2;
  return { mean, variance: squares / count };
}

/** Values of input `i`, one per channel. Throws `run.shape`. */
function perChannel(call: OperatorCall, i: number, channels: number): Numbers {
  const tensor = call.dense(i);
  if (tensor.data.length !== channels) throw new Fault('run.shape', `input ${i} has one value per channel`, { expected: `[${channels}]`, actual: `[${tensor.shape.join(', ')}]` });
  return floatsOf(tensor);
}

/**
 * x `[N, C, ...]`, scale, B, mean, variance `[C]`. With `training_mode` the batch's own moments are used and the
 * running ones returned: running · momentum + own · (1 - momentum).
 */
function batchNormalization(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const [batch = 1, channels = 1, ...rest] = x.shape;
  const size = elementCount(rest);
  const values = floatsOf(x);
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) => perChannel(call, i, channels)) as [Numbers, Numbers, Numbers, Numbers];
  const training = attribute(call.layer, 'training_mode', 'int', 0) !== 0;
  const moments = Array.from({ length: channels }, (_, c): Moments => (training
    ? momentsOf(values, batch * size, (i) => (Math.floor(i / size) * channels + c) * size + i % size)
    : { mean: mean[c]!, variance: variance[c]! }));
  const out = new Float64Array(values.length);
  for (let plane = 0; plane < batch * channels; plane++) {
    const c = plane % channels;
    const factor = scale[c]! / Math.sqrt(moments[c]!.variance + epsilonOf(call));
    for (let i = plane * size; i < (plane + 1) * size; i++) out[i] = (values[i]! - moments[c]!.mean) * factor + bias[c]!;
  }
  const y = fromNumbers(x.dtype, x.shape, out);
  if (!training) return [y];
  const momentum = attribute(call.layer, 'momentum', 'float', 0.9);
  const running = (old: Numbers, now: (m: Moments) => number, i: number): DenseTensor =>
    fromNumbers(call.dense(i).dtype, [channels], Float64Array.from(old, (v, c) => v * momentum + now(moments[c]!) * (1 - momentum)));
  return [y, running(mean, (m) => m.mean, 3), running(variance, (m) => m.variance, 4)];
}

/** Each plane of each image by itself; scale and B `[C]`. */
function instanceNormalization(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const [batch = 1, channels = 1, ...rest] = x.shape;
  const size = elementCount(rest);
  const values = floatsOf(x);
  const [scale, bias] = [perChannel(call, 1, channels), perChannel(call, 2, channels)];
  const out = new Float64Array(values.length);
  for (let plane = 0; plane < batch * channels; plane++) {
    const { mean, variance } = momentsOf(values, size, (i) => plane * size + i);
    const factor = scale[plane % channels]! / Math.sqrt(variance + epsilonOf(call));
    for (let i = plane * size; i < (plane + 1) * size; i++) out[i] = (values[i]! - mean) * factor + bias[plane % channels]!;
  }
  return [fromNumbers(x.dtype, x.shape, out)];
}

/**
 * All axes from `axis` on together; Scale and B broadcast to x. With `centred` (LayerNormalization) further outputs are
 * Mean and InvStdDev, f32 as `stash_type` 1 asks; without (RMSNormalization) the mean counts as 0.
 */
function layerNormalization(call: OperatorCall, centred: boolean): readonly DenseTensor[] {
  const x = call.dense(0);
  const axis = axisIn(attribute(call.layer, 'axis', 'int', -1), x.shape.length);
  const [outer, size] = [elementCount(x.shape.slice(0, axis)), elementCount(x.shape.slice(axis))];
  const values = floatsOf(x);
  const [scale, bias] = [call.dense(1), centred ? call.optional(2) : undefined];
  const atScale = broadcastMap(scale.shape, x.shape);
  const atBias = broadcastMap(bias?.shape ?? [], x.shape);
  const scales = floatsOf(scale);
  const biases = bias === undefined ? new Float64Array(1) : floatsOf(bias);
  const out = new Float64Array(values.length);
  const [means, inverses] = [new Float64Array(outer), new Float64Array(outer)];
  for (let o = 0; o < outer; o++) {
    const own = momentsOf(values, size, (i) => o * size + i);
    const mean = centred ? own.mean : 0;
    const variance = centred ? own.variance : own.variance + own.mean ** 2;
    const inverse = 1 / Math.sqrt(variance + epsilonOf(call));
    [means[o], inverses[o]] = [mean, inverse];
    for (let i = o * size; i < (o + 1) * size; i++) out[i] = (values[i]! - mean) * inverse * scales[atScale[i]!]! + biases[atBias[i]!]!;
  }
  const y = fromNumbers(x.dtype, x.shape, out);
  const shape = x.shape.map((d, i) => (i < axis ? d : 1));
  return centred ? [y, fromNumbers('f32', shape, means), fromNumbers('f32', shape, inverses)] : [y];
}

/** x / (bias + alpha / size · Σ x²)^beta, the sum over `size` channels around each one. */
function lrn(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const [batch = 1, channels = 1, ...rest] = x.shape;
  const plane = elementCount(rest);
  const values = floatsOf(x);
  const float = (name: string, otherwise: number): number => attribute(call.layer, name, 'float', otherwise);
  const [alpha, beta, bias, size] = [float('alpha', 1e-4), float('beta', 0.75), float('bias', 1), attribute(call.layer, 'size', 'int', 1)];
  const out = new Float64Array(values.length);
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) {
      const first = Math.max(0, c - Math.floor((size - 1) / 2));
      const last = Math.min(channels - 1, c + Math.ceil((size - 1) / 2));
      for (let i = 0; i < plane; i++) {
        let squares = 0;
        for (let k = first; k <= last; k++) squares += values[(n * channels + k) * plane + i]! ** 2;
        const at = (n * channels + c) * plane + i;
        out[at] = values[at]! / (bias + alpha / size * squares) ** beta;
      }
    }
  }
  return [fromNumbers(x.dtype, x.shape, out)];
}

/** Inference: x itself, and a mask of ones. In training mode only a ratio of 0 can be reproduced. */
function dropout(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const [ratio, training] = [call.optional(1), call.optional(2)];
  const dropped = ratio === undefined ? 0.5 : scalarOf(ratio);
  if (training !== undefined && scalarOf(training) !== 0 && dropped !== 0) {
    throw new Fault('run.unsupported', `dropout in training mode drops elements at random (ratio ${dropped}), which no definition can reproduce`, {
      hint: 'set training_mode to false or ratio to 0',
    });
  }
  const mask = zeros('bool', x.shape);
  (mask.data as Uint8Array).fill(1);
  return [dense(x.dtype, x.shape, x.data), mask];
}

export const NORMALISATION: readonly OperatorRow[] = [
  { operator: 'BatchNormalization', run: batchNormalization },
  { operator: 'InstanceNormalization', run: instanceNormalization },
  { operator: 'LayerNormalization', run: (call) => layerNormalization(call, true) },
  { operator: 'RMSNormalization', run: (call) => layerNormalization(call, false) },
  { operator: 'LRN', run: lrn },
  { operator: 'Dropout', run: dropout },
];
