/** Layers that training computes in another way than inference. */
import { attribute, FretworkError } from '@fretwork/format';
import { range, sizeOf, type Value } from '../graph/value.js';
import type { GradientRow, LayerCall, Rewritten } from './row.js';

/** What the forward pass of a batch normalisation leaves for the backward pass; per channel `[C, 1, 1…]`. */
interface Normalised {
  readonly centred: Value;
  readonly inverse: Value;
}

const perChannel = ({ graph }: LayerCall, v: Value, x: Value): Value => graph.reshape(v, [v.shape[0]!, ...range(x.shape.length - 2).map(() => 1)]);

/** Ioffe & Szegedy 2015 with the statistics of the batch, written out: y = scale · (x - mean) / √(var + ε) + bias. */
function batchForward(call: LayerCall): Rewritten {
  const { graph, layer, input } = call;
  const x = input(0);
  const axes = [0, ...range(x.shape.length - 2, 2)];
  const mean = graph.reduce('ReduceMean', x, axes, false);
  const centred = graph.sub(x, perChannel(call, mean, x));
  const variance = graph.reduce('ReduceMean', graph.square(centred), axes, false);
  const inverse = graph.unary('Reciprocal', graph.unary('Sqrt', graph.plus(variance, attribute(layer, 'epsilon', 'float', 1e-5))));
  const y = graph.add(graph.mul(centred, perChannel(call, graph.mul(input(1), inverse), x)), perChannel(call, input(2), x));
  const keep = attribute(layer, 'momentum', 'float', 0.9);
  return { outputs: [y], saved: { centred, inverse } satisfies Normalised, statistics: [[3, mean, keep], [4, variance, keep]] };
}

export const BATCH_NORMALIZATION: GradientRow = {
  operator: 'BatchNormalization',
  weights: [1, 2],
  forward: batchForward,
  backward: (call) => {
    const { graph, gradient, input } = call;
    const x = input(0);
    const { centred, inverse } = call.saved as Normalised;
    const axes = [0, ...range(x.shape.length - 2, 2)];
    const count = sizeOf(x.shape) / x.shape[1]!;
    const dbias = graph.sum(gradient, axes);
    const dscale = graph.mul(graph.sum(graph.mul(gradient, centred), axes), inverse);
    // dx = scale/σ · (dy - mean(dy) - x̂ · mean(dy · x̂)), with all that is per channel computed before it meets x.
    const slope = graph.mul(input(1), inverse);
    const along = graph.scale(graph.mul(graph.mul(dscale, inverse), slope), -1 / count);
    const level = graph.scale(graph.mul(dbias, slope), -1 / count);
    const [a, b, c] = [slope, along, level].map((v) => perChannel(call, v, x)) as [Value, Value, Value];
    return [graph.add(graph.mul(gradient, a), graph.add(graph.mul(centred, b), c)), dscale, dbias];
  },
};

/** The same with running statistics, as in inference. */
export const FROZEN_BATCH_NORMALIZATION: GradientRow = {
  operator: 'BatchNormalization',
  weights: [1, 2],
  backward: (call) => {
    const { graph, gradient, input, layer } = call;
    const x = input(0);
    const inverse = graph.unary('Reciprocal', graph.unary('Sqrt', graph.plus(input(4), attribute(layer, 'epsilon', 'float', 1e-5))));
    const axes = [0, ...range(x.shape.length - 2, 2)];
    const centred = graph.sub(x, perChannel(call, input(3), x));
    return [
      graph.mul(gradient, perChannel(call, graph.mul(input(1), inverse), x)),
      graph.mul(graph.sum(graph.mul(gradient, centred), axes), inverse),
      graph.sum(gradient, axes),
    ];
  },
};

export const DROPOUT: GradientRow = {
  operator: 'Dropout',
  forward: (call) => {
    const { graph, layer, input } = call;
    const ratio = call.numbers(1)?.[0] ?? 0.5;
    if (ratio < 0 || ratio >= 1) throw new FretworkError('train.option', 'the ratio of Dropout is out of range', { layer: layer.name, expected: '0 to below 1', actual: `${ratio}` });
    const mask: Value = { name: graph.fresh(`${layer.name}/mask`), dtype: graph.dtype, shape: input(0).shape };
    return { outputs: [graph.mul(input(0), mask)], saved: mask, noise: { value: mask, keep: 1 - ratio } };
  },
  backward: (call) => [call.graph.mul(call.gradient, call.saved as Value)],
};
