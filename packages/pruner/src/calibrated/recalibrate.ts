import { attribute, decode, dense, elementCount, type Layer, type Model } from '@fretwork/format';
import { canRank, fromFloats, toFloats } from '../one-shot/floats.js';
import { gather } from '../one-shot/matrices.js';
import { collect, eachTrace, kindOf, traceOf, type Subject } from './collect.js';
import type { CalibrateRequest } from './contract.js';
import { momentSum, type Moments } from './moments.js';
import { picker } from './pick.js';
import { floatsOf } from './trace.js';

/**
 * Layer by layer in the order they run: biases are set so that each output channel has the mean it has in `dense`, and batch
 * norms so that means and variances are those they were made for. Each layer sees what the corrected layers before give.
 */
export async function recalibrate(
  original: Model, pruned: Model, means: ReadonlyMap<Subject, readonly Moments[]>, request: CalibrateRequest,
): Promise<{ readonly model: Model; readonly recalibrated: readonly string[] }> {
  const subjects = new Map([...means.keys()].flatMap((subject) => subject.users.map(({ layer }) => [layer.name, subject] as const)));
  const norms = original.layers.filter((layer) => isNorm(original, layer));
  const before = await spreads(original, norms, request);
  const todo = pruned.layers.filter((layer) => before.has(layer.name) || (subjects.has(layer.name) && biasPlace(pruned, layer) !== undefined));
  const recalibrated: string[] = [];
  let model = pruned;
  for (const { name } of todo) {
    const layer = model.layers.find((l) => l.name === name)!;
    const subject = subjects.get(name);
    if (subject === undefined) {
      const after = (await spreads(model, [layer], request)).get(name)!;
      model = withNorm(model, layer, before.get(name)!, after);
    } else {
      const now = (await collect(model, [subject], request, false)).get(subject)!;
      model = withBias(original, model, layer, subject, means.get(subject)!, now);
    }
    recalibrated.push(name);
    request.onProgress?.({ layer: name, does: 'recalibrate', done: recalibrated.length, layers: todo.length });
  }
  return { model, recalibrated };
}

/** Where a bias stands that adds to each row's output; undefined: the layer has no such place, or shares its weights. */
function biasPlace(model: Model, layer: Layer): { readonly input: 2; readonly scale: number } | undefined {
  const weight = model.tensors.get(layer.inputs[1] ?? '');
  if (weight === undefined || model.layers.filter(({ inputs }) => inputs.includes(layer.inputs[1]!)).length > 1) return undefined;
  const name = layer.inputs[2] ?? '';
  if (layer.operator === 'Conv') return name === '' || model.tensors.has(name) ? { input: 2, scale: 1 } : undefined;
  if (layer.operator !== 'Gemm') return undefined;
  const beta = attribute(layer, 'beta', 'float', 1);
  const outputs = weight.shape[attribute(layer, 'transB', 'int', 0) === 0 ? 1 : 0]!;
  const bias = model.tensors.get(name);
  if (beta === 0 || (name !== '' && (bias === undefined || elementCount(bias.shape) !== outputs || bias.shape.at(-1) !== outputs))) return undefined;
  return { input: 2, scale: attribute(layer, 'alpha', 'float', 1) / beta };
}

/** bias += W·mean(x) - Ŵ·mean(x̂). */
function withBias(original: Model, model: Model, layer: Layer, subject: Subject, before: readonly Moments[], now: readonly Moments[]): Model {
  const { matrices, planned: { tensor } } = subject;
  const { input, scale } = biasPlace(model, layer)!;
  const [old, current] = [decode(original.tensors.get(tensor)!), decode(model.tensors.get(tensor)!)];
  const given = model.tensors.get(layer.inputs[input] ?? '');
  const bias = given === undefined ? new Float32Array(matrices.count * matrices.rows) : toFloats(given);
  for (let m = 0; m < matrices.count; m++) {
    const [a, b] = [gather(old, matrices, m).values, gather(current, matrices, m).values];
    const [x, y] = [before[kindOf(subject, m)]!, now[kindOf(subject, m)]!];
    for (let r = 0; r < matrices.rows; r++) {
      let shift = 0;
      for (let c = 0, at = r * matrices.columns; c < matrices.columns; c++) shift += a[at + c]! * (x.sum[c]! / x.count) - b[at + c]! * (y.sum[c]! / y.count);
      bias[m * matrices.rows + r] = bias[m * matrices.rows + r]! + shift * scale;
    }
  }
  return withTensor(model, layer, input, fromFloats(given ?? dense(current.dtype, [bias.length], current.data.slice(0, bias.length)), bias));
}

interface Spread {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

const isNorm = (model: Model, { operator, domain, inputs, attributes }: Layer): boolean =>
  operator === 'BatchNormalization' && domain === '' && attributes.get('training_mode')?.value !== 1
  && [3, 4].every((i) => canRank(model.tensors.get(inputs[i] ?? '')?.dtype ?? 'bool'));

/** Mean and variance of each channel `[N, C, …]` that flows into each of `layers`. */
async function spreads(model: Model, layers: readonly Layer[], request: CalibrateRequest): Promise<ReadonlyMap<string, Spread>> {
  if (layers.length === 0) return new Map();
  const sums = layers.map((layer) => {
    const channels = elementCount(model.tensors.get(layer.inputs[3]!)!.shape);
    return { layer, channels, pick: picker(request.places ?? 32, request.seed ?? 0), first: momentSum(channels, layer.name, false), second: momentSum(channels, layer.name, false) };
  });
  await eachTrace(model, layers.map(({ name }) => name), request, (traces) => {
    for (const { layer, channels, pick, first, second } of sums) {
      const { shape, data } = floatsOf(layer, traceOf(traces, layer), 0);
      const size = elementCount(shape.slice(2));
      const [x, square] = [new Float32Array(channels), new Float32Array(channels)];
      for (let n = 0; n < shape[0]!; n++) {
        for (const at of pick(size)) {
          for (let c = 0; c < channels; c++) {
            x[c] = data[(n * channels + c) * size + at]!;
            square[c] = x[c]! * x[c]!;
          }
          first.add(x);
          second.add(square);
        }
      }
    }
  });
  return new Map(sums.map(({ layer, first, second }) => {
    const [a, b] = [first.finish(), second.finish()];
    const mean = a.sum.map((s) => s / a.count);
    return [layer.name, { mean, variance: b.sum.map((s, c) => Math.max(0, s / b.count - mean[c]! * mean[c]!)) }];
  }));
}

/** A channel is brought back by at most this factor: what is nearly constant is not blown up. */
const MOST = 10;

/** The norm gives `after` the means and variances that it gave `before`. */
function withNorm(model: Model, layer: Layer, before: Spread, after: Spread): Model {
  const epsilon = attribute(layer, 'epsilon', 'float', 1e-5);
  const [meanTensor, varianceTensor] = [model.tensors.get(layer.inputs[3]!)!, model.tensors.get(layer.inputs[4]!)!];
  const [mean, variance] = [toFloats(meanTensor), toFloats(varianceTensor)];
  for (let c = 0; c < mean.length; c++) {
    const ratio = before.variance[c] === 0 ? 1 : Math.min(MOST, Math.max(1 / MOST, Math.sqrt(after.variance[c]! / before.variance[c]!)));
    const old = variance[c]! + epsilon;
    variance[c] = Math.max(0, old * ratio * ratio - epsilon);
    mean[c] = after.mean[c]! - (before.mean[c]! - mean[c]!) * Math.sqrt((variance[c]! + epsilon) / old);
  }
  return withTensor(withTensor(model, layer, 3, fromFloats(meanTensor, mean)), layer, 4, fromFloats(varianceTensor, variance));
}

/** Input `i` of `layer` becomes `tensor`: under its own name where nothing else reads that, else under a new one. */
function withTensor(model: Model, { name: layerName }: Layer, i: number, tensor: ReturnType<typeof fromFloats>): Model {
  const layer = model.layers.find((l) => l.name === layerName)!;
  const old = layer.inputs[i] ?? '';
  const readers = model.layers.reduce((n, { inputs }) => n + inputs.filter((input) => input === old).length, 0);
  let name = old;
  if (old === '' || readers > 1) for (let n = 0; name === old || model.tensors.has(name); n++) name = `${layerName}.calibrated${i}${n === 0 ? '' : `.${n}`}`;
  const inputs = Array.from({ length: Math.max(layer.inputs.length, i + 1) }, (_, k) => (k === i ? name : layer.inputs[k] ?? ''));
  return {
    ...model, tensors: new Map(model.tensors).set(name, tensor),
    layers: model.layers.map((l) => (l === layer ? { ...l, inputs } : l)),
  };
}
