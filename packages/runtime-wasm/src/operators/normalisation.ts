/** Operators that shift and scale by means and variances. */
import { flag, float, int } from './attributes.js';
import { at, broadcastMap, onNumbers, type Elements, type Numbers } from './elements.js';
import { sizeOf, type Binding, type Given, type OperatorRow, type Shape, type Step, type Value } from './row.js';
import { axisIn, broadcast, requireShape, shapeOf } from './shapes.js';

/** Each of the inputs from 1 to `last` holds one element per channel. */
const perChannel = (last: number) => (given: Given): readonly Shape[] => {
  const x = shapeOf(given, 0, 1, Infinity);
  const channels = [x[1] ?? 1];
  for (let i = 1; i <= last; i++) requireShape(shapeOf(given, i), channels);
  return [x, channels, channels];
};

/** Scale and bias are broadcast to x; the moments have the normalised axes as 1. */
function alongAxes(given: Given): readonly Shape[] {
  const x = shapeOf(given, 0, 1, Infinity);
  for (const i of given.inputs[2] === undefined ? [1] : [1, 2]) requireShape(broadcast(x, shapeOf(given, i)), x);
  const axis = axisIn(int(given.layer, 'axis', -1), x.length);
  const moments = x.map((size, d) => (d < axis ? size : 1));
  return [x, moments, moments];
}

const epsilonOf = (b: Binding): number => float(b.node.layer, 'epsilon', 1e-5);

/** Mean and variance of the population, written to `into`: `count` stretches of `length` elements, `step` apart. */
function moments(into: Float64Array, x: Numbers, first: number, count: number, step: number, length: number): void {
  let sum = 0;
  for (let n = 0; n < count; n++) for (let i = 0; i < length; i++) sum += x[first + n * step + i]!;
  const mean = sum / (count * length);
  let squares = 0;
  for (let n = 0; n < count; n++) for (let i = 0; i < length; i++) squares += (x[first + n * step + i]! - mean) ** 2;
  into[0] = mean;
  into[1] = squares / (count * length);
}

/** With `training_mode` the batch's own moments are used, and the running ones given: running · momentum + own · (1 - momentum). */
function batchNormalization(b: Binding): Step {
  const x = b.node.inputs[0]!;
  const batch = x.shape[0] ?? 1;
  const channels = x.shape[1] ?? 1;
  const size = sizeOf(x.shape.slice(2));
  const training = flag(b.node.layer, 'training_mode');
  const momentum = float(b.node.layer, 'momentum', 0.9);
  const epsilon = epsilonOf(b);
  const own = new Float64Array(2);
  return onNumbers(b, ([X, scale, bias, mean, variance], [Y, M, V]: readonly (Numbers | undefined)[]) => () => {
    for (let c = 0; c < channels; c++) {
      own[0] = mean[c]!;
      own[1] = variance[c]!;
      if (training) moments(own, X, c * size, batch, channels * size, size);
      if (M !== undefined) M[c] = mean[c]! * momentum + own[0] * (1 - momentum);
      if (V !== undefined) V[c] = variance[c]! * momentum + own[1] * (1 - momentum);
      if (Y === undefined) continue;
      const factor = scale[c]! / Math.sqrt(own[1] + epsilon);
      const middle = own[0];
      const shift = bias[c]!;
      for (let n = 0; n < batch; n++) {
        const end = (n * channels + c + 1) * size;
        for (let i = end - size; i < end; i++) Y[i] = (X[i]! - middle) * factor + shift;
      }
    }
  });
}

interface Stretches {
  /** How many, of how many elements each. */
  readonly count: number;
  readonly size: number;
  /** Without it (RMSNormalization) the mean counts as 0. */
  readonly centred: boolean;
  /** Shape of scale and bias, broadcast to x. */
  readonly scaled: (value: Value) => Shape;
}

/** Each stretch by its own moments; outputs 1 and 2 are the means and the inverse deviations. */
function stretchwise(b: Binding, { count, size, centred, scaled }: Stretches): Step {
  const [x, scale, bias] = b.node.inputs;
  const [atScale, atBias] = [scale!, bias ?? scale!].map((value) => broadcastMap(scaled(value), x!.shape));
  const own = new Float64Array(2);
  const epsilon = epsilonOf(b);
  return onNumbers(b, ([X, S, B]: readonly (Numbers | undefined)[] & Elements, [Y, M, I]: readonly (Numbers | undefined)[]) => () => {
    for (let o = 0; o < count; o++) {
      moments(own, X, o * size, 1, 0, size);
      const mean = centred ? own[0]! : 0;
      const inverse = 1 / Math.sqrt((centred ? own[1]! : own[1]! + own[0]! ** 2) + epsilon);
      if (M !== undefined) M[o] = mean;
      if (I !== undefined) I[o] = inverse;
      if (Y === undefined) continue;
      for (let i = o * size; i < (o + 1) * size; i++) Y[i] = (X[i]! - mean) * inverse * S[at(atScale, i)]! + (B === undefined ? 0 : B[at(atBias, i)]!);
    }
  });
}

function instanceNormalization(b: Binding): Step {
  const { shape } = b.node.inputs[0]!;
  const size = sizeOf(shape.slice(2));
  return stretchwise(b, { count: shape[0]! * shape[1]!, size, centred: true, scaled: (value) => [...value.shape, ...shape.slice(2).map(() => 1)] });
}

/** All axes from `axis` on together. */
const layerNormalization = (operator: string, centred: boolean): OperatorRow => ({
  operator,
  shapes: alongAxes,
  dtypes: () => [undefined, 'f32', 'f32'],
  prepare: (b) => {
    const { shape } = b.node.inputs[0]!;
    const axis = axisIn(int(b.node.layer, 'axis', -1), shape.length);
    return stretchwise(b, { count: sizeOf(shape.slice(0, axis)), size: sizeOf(shape.slice(axis)), centred, scaled: (value) => value.shape });
  },
});

/** x / (bias + alpha / size · Σ x²)^beta, the sum over `size` channels around each one. */
function lrn(b: Binding): Step {
  const { shape } = b.node.inputs[0]!;
  const batch = shape[0]!;
  const channels = shape[1]!;
  const plane = sizeOf(shape.slice(2));
  const alpha = float(b.node.layer, 'alpha', 1e-4);
  const beta = float(b.node.layer, 'beta', 0.75);
  const bias = float(b.node.layer, 'bias', 1);
  const size = int(b.node.layer, 'size', 1);
  return onNumbers(b, ([X], [Y]) => () => {
    for (let n = 0; n < batch; n++) {
      for (let c = 0; c < channels; c++) {
        const first = Math.max(0, c - Math.floor((size - 1) / 2));
        const last = Math.min(channels - 1, c + Math.ceil((size - 1) / 2));
        for (let i = 0; i < plane; i++) {
          let squares = 0;
          for (let k = first; k <= last; k++) squares += X[(n * channels + k) * plane + i]! ** 2;
          const at = (n * channels + c) * plane + i;
          Y[at] = X[at]! / (bias + alpha / size * squares) ** beta;
        }
      }
    }
  });
}

export const NORMALISATION: readonly OperatorRow[] = [
  { operator: 'BatchNormalization', shapes: perChannel(4), dtypes: ({ inputs }) => [undefined, inputs[3]?.dtype, inputs[4]?.dtype], prepare: batchNormalization },
  { operator: 'InstanceNormalization', shapes: perChannel(2), prepare: instanceNormalization },
  layerNormalization('LayerNormalization', true),
  layerNormalization('RMSNormalization', false),
  { operator: 'LRN', shapes: (given) => [shapeOf(given, 0, 2, Infinity)], prepare: lrn },
];
