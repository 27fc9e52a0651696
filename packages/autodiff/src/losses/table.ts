import { FretworkError } from '@fretwork/format';
import type { CrossEntropyLoss, DistillationLoss, Loss, MseLoss } from '../contract.js';
import { range, sizeOf, type Value } from '../graph/value.js';
import type { LossCall, LossRow, LossValues } from './row.js';

const inRange = (name: string, value: number, good: boolean, expected: string): number => {
  if (!good) throw new FretworkError('train.option', `${name} is out of range`, { expected, actual: `${value}` });
  return value;
};

const option = (name: string, value: number, low: number, high: number): number =>
  inRange(name, value, value >= low && value < high, `${low} to below ${high}`);

/** -Σ q log softmax(z) / rows, and softmax(z) - q over rows, with q the smoothed one-hot labels. */
function crossEntropy({ graph, output, target }: LossCall<Loss>, smoothing: number): LossValues {
  const classes = output.shape.at(-1)!;
  const rows = sizeOf(output.shape) / classes;
  const labels = target('labels', 'i64', output.shape.slice(0, -1));
  const ends = graph.floats(`smooth-${smoothing}`, [2], () => [smoothing / classes, 1 - smoothing + smoothing / classes]);
  const wanted = graph.one('OneHot', [labels, graph.list([classes]), ends], output.shape, { axis: { type: 'int', value: -1 } }, output.dtype);
  return softTargets(graph, output, wanted, rows);
}

function softTargets(graph: LossCall<Loss>['graph'], logits: Value, wanted: Value, rows: number): LossValues {
  const logs = graph.unary('LogSoftmax', logits, { axis: { type: 'int', value: -1 } });
  const loss = graph.scale(graph.sum(graph.mul(wanted, logs), range(logits.shape.length)), -1 / rows);
  return { loss, gradient: graph.scale(graph.sub(graph.unary('Exp', logs), wanted), 1 / rows) };
}

const CROSS_ENTROPY: LossRow<CrossEntropyLoss> = {
  kind: 'cross-entropy',
  logits: true,
  write: (call) => crossEntropy(call, option('labelSmoothing', call.loss.labelSmoothing ?? 0, 0, 1)),
};

const MSE: LossRow<MseLoss> = {
  kind: 'mse',
  logits: false,
  write: ({ graph, output, target }) => {
    const difference = graph.sub(output, target('target', output.dtype, output.shape));
    const count = sizeOf(output.shape);
    return {
      loss: graph.scale(graph.sum(graph.square(difference), range(output.shape.length)), 1 / count),
      gradient: graph.scale(difference, 2 / count),
    };
  },
};

const DISTILLATION: LossRow<DistillationLoss> = {
  kind: 'distillation',
  logits: true,
  write: (call) => {
    const { graph, output, target, loss } = call;
    const given = loss.weight ?? 0.9;
    if (given !== 'given') inRange('weight', given, given > 0 && given <= 1, 'above 0, at most 1');
    const weight = given === 'given' ? target('share', output.dtype, []) : graph.number(given);
    const T = loss.temperature ?? 4;
    inRange('temperature', T, T > 0 && Number.isFinite(T), 'above 0');
    const rows = sizeOf(output.shape) / output.shape.at(-1)!;
    const axis = { axis: { type: 'int', value: -1 } } as const;
    const teacher = graph.unary('LogSoftmax', graph.scale(target('teacher', output.dtype, output.shape), 1 / T), axis);
    const wanted = graph.unary('Exp', teacher);
    const soft = softTargets(graph, graph.scale(output, 1 / T), wanted, rows);
    // KL = cross-entropy with the teacher minus the teacher's own entropy, which has no gradient.
    const entropy = graph.scale(graph.sum(graph.mul(wanted, teacher), range(output.shape.length)), 1 / rows);
    const divergence = graph.mul(graph.scale(graph.add(soft.loss, entropy), T * T), weight);
    const pull = graph.mul(graph.scale(soft.gradient, T), weight);
    if (given === 1) return { loss: divergence, gradient: pull };
    const hard = crossEntropy(call as LossCall<Loss>, option('labelSmoothing', loss.labelSmoothing ?? 0, 0, 1));
    const rest = graph.complement(weight);
    return { loss: graph.add(divergence, graph.mul(hard.loss, rest)), gradient: graph.add(pull, graph.mul(hard.gradient, rest)) };
  },
};

/** Every loss, one row each. */
export const LOSSES: readonly LossRow[] = [CROSS_ENTROPY, MSE, DISTILLATION];

/** Throws `train.option` for a kind that is not there. */
export function lossRow(loss: Loss): LossRow {
  const row = LOSSES.find((r) => r.kind === loss.kind);
  if (row === undefined) throw new FretworkError('train.option', 'there is no such loss', { expected: LOSSES.map((r) => r.kind).join(', '), actual: String(loss.kind) });
  return row;
}
