import type { Model } from '@fretwork/format';
import type { EvaluationGraph, TrainingGraph, TrainingOptions } from './contract.js';
import { backward } from './write/backward.js';
import { forward } from './write/forward.js';
import { planWriting } from './write/plan.js';

const PRODUCER = { producer: '@fretwork/autodiff', producerVersion: '0', sourceOpset: 0, doc: '', metadata: [] } as const;

/**
 * Forward pass in training mode, loss and gradients of `model` as one model. Pure: the same model and options give the same
 * graph. Throws `train.unsupported`, `train.output`, `train.shape`, `train.parameter`, `train.dtype`, `train.option`.
 */
export function trainingGraph(model: Model, options: TrainingOptions): TrainingGraph {
  const plan = planWriting(model, options, 'train');
  const written = forward(plan);
  const parameters = backward(plan, written);
  const { graph } = plan;
  const scalar = { name: written.loss.name, dtype: graph.dtype, shape: [] };
  const finished = graph.finish(
    `${model.name}/training`,
    [...plan.data, ...plan.parameters.map((tensor) => ({ ...plan.known.value(tensor) })), ...written.targets.map(({ input, dtype, shape }) => ({ name: input, dtype, shape })),
      ...written.noise.map(({ input, shape }) => ({ name: input, dtype: graph.dtype, shape }))],
    [scalar, { ...written.output }, ...parameters.map((p) => ({ name: p.gradient, dtype: graph.dtype, shape: p.shape })),
      ...written.statistics.map((s) => ({ name: s.batch, dtype: graph.dtype, shape: s.shape }))],
    PRODUCER,
  );
  return {
    model: finished, parameters, statistics: written.statistics, noise: written.noise, data: plan.data, targets: written.targets,
    weights: plan.parameters, loss: written.loss.name, output: written.output.name, outputShape: written.output.shape,
  };
}

/**
 * Forward pass as in inference, and the loss, with trained tensors and running statistics as inputs. Of `distillation` it
 * is the cross-entropy with the labels. Throws what `trainingGraph` throws.
 */
export function evaluationGraph(model: Model, options: TrainingOptions): EvaluationGraph {
  const plan = planWriting(model, options, 'evaluate');
  const written = forward(plan);
  const { graph } = plan;
  const weights = [...plan.parameters, ...plan.statistics];
  const finished = graph.finish(
    `${model.name}/evaluation`,
    [...plan.data, ...weights.map((tensor) => ({ ...plan.known.value(tensor) })), ...written.targets.map(({ input, dtype, shape }) => ({ name: input, dtype, shape }))],
    [{ name: written.loss.name, dtype: graph.dtype, shape: [] }, { ...written.output }],
    PRODUCER,
  );
  return {
    model: finished, weights, data: plan.data, targets: written.targets, loss: written.loss.name, output: written.output.name,
    outputShape: written.output.shape,
  };
}
