import { dense, FretworkError, type MatrixView, type Model, type Scheme } from '@fretwork/format';
import type { ProjectOptions, PruningPlan } from '../contract.js';
import { patternLibraries } from '../one-shot/pattern-libraries.js';
import { projectTensor } from '../one-shot/prune-tensor.js';
import { TRAINER_API, type Trainer } from './trainer.js';

/** A tensor that training prunes: where it stands, how it is seen, what it is to become. */
export interface TrainedParameter {
  readonly tensor: string;
  readonly layer: string;
  readonly shape: readonly number[];
  readonly matrices: MatrixView;
  readonly scheme: Scheme;
  readonly options: ProjectOptions;
}

/** Those tensors of a plan that are pruned, each once. Throws `train.nothing` where there are none. */
export function trainedParameters(model: Model, plan: PruningPlan, options: ProjectOptions = {}): readonly TrainedParameter[] {
  const optionsOf = patternLibraries(model, plan, options);
  const found = new Map<string, TrainedParameter>();
  for (const { layer, weights } of plan.layers) {
    for (const weight of weights) {
      if (weight.scheme.kind === 'dense' || found.has(weight.tensor)) continue;
      const { tensor, shape, matrices, scheme } = weight;
      found.set(tensor, { tensor, layer, shape, matrices, scheme, options: optionsOf(weight) });
    }
  }
  if (found.size === 0) {
    const reasons = [...new Set(plan.layers.map(({ reason }) => reason))].slice(0, 3).join('; ');
    throw new FretworkError('train.nothing', 'no weight is to be pruned', { actual: reasons, hint: 'ask for another scheme, or fewer layers to skip' });
  }
  return [...found.values()];
}

/** Which weights of `values` (`[elements]`, in the tensor's layout) stay by `scheme`. */
export const projectParameter = (parameter: TrainedParameter, values: Float32Array, scheme: Scheme = parameter.scheme): Uint8Array =>
  projectTensor(dense('f32', parameter.shape, values), { ...parameter, scheme }, parameter.options);

/** Throws `train.api` and `train.parameter` where `trainer` cannot train what the plan prunes. */
export function checkTrainer(trainer: Trainer, model: Model, parameters: readonly TrainedParameter[]): void {
  if (trainer.apiVersion !== TRAINER_API) {
    throw new FretworkError('train.api', 'the trainer speaks another version of the contract', {
      expected: String(TRAINER_API), actual: String(trainer.apiVersion), hint: 'use versions of the trainer and of @fretwork/pruner that belong together',
    });
  }
  for (const { tensor, layer, shape } of parameters) {
    if (trainer.parameters.has(tensor)) continue;
    throw new FretworkError('train.parameter', 'the trainer does not train a weight that is to be pruned', {
      layer, tensor, expected: `[${shape.join(', ')}]`, hint: 'skip this layer, or make the trainer from the same model',
    });
  }
  for (const [tensor, shape] of trainer.parameters) {
    const ours = model.tensors.get(tensor)?.shape;
    if (ours !== undefined && ours.join() === shape.join()) continue;
    throw new FretworkError('train.parameter', 'a parameter of the trainer is not a tensor of the model', {
      tensor, expected: ours === undefined ? `one of ${model.tensors.size} tensors` : `[${ours.join(', ')}]`, actual: `[${shape.join(', ')}]`,
      hint: 'make the trainer from the same model',
    });
  }
}
