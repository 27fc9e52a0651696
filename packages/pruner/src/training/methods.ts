import type { TrainedParameter } from './parameter.js';
import type { Schedule } from './phase.js';
import { planAdmm, type AdmmOptions } from './plan-admm.js';
import { planGradual, type GradualOptions } from './plan-gradual.js';
import { retraining, type RetrainOptions } from './plan-parts.js';
import { planReweighted, type ReweightedOptions } from './plan-reweighted.js';

/** The options of each method. */
export interface MethodOptions {
  readonly magnitude: RetrainOptions;
  readonly gradual: GradualOptions;
  readonly admm: AdmmOptions;
  readonly reweighted: ReweightedOptions;
  readonly retrain: RetrainOptions;
}

export type MethodName = keyof MethodOptions;

export interface MethodRow<M extends MethodName> {
  readonly method: M;
  /** One sentence. */
  readonly says: string;
  /** What a run will do; pure. */
  readonly plan: (parameters: readonly TrainedParameter[], options: MethodOptions[M]) => Schedule;
}

/** Every method that trains. */
export const METHODS: { readonly [M in MethodName]: MethodRow<M> } = {
  magnitude: {
    method: 'magnitude',
    says: 'one-shot magnitude pruning, then training with masks fixed',
    plan: (_, options) => [{ do: 'prune', part: 'all', progress: 1 }, ...retraining(options)],
  },
  gradual: {
    method: 'gradual',
    says: 'the least weights go in several steps, with training in between',
    plan: (_, options) => planGradual(options),
  },
  admm: {
    method: 'admm',
    says: 'weights are pulled towards the nearest structured network while they train, then pruned to it',
    plan: planAdmm,
  },
  reweighted: {
    method: 'reweighted',
    says: 'small groups pay for being there until they are gone; the rate of each layer is the outcome',
    plan: (_, options) => planReweighted(options),
  },
  retrain: {
    method: 'retrain',
    says: 'a model that is pruned already trains on with its zeros held',
    plan: (_, options) => [{ do: 'hold-zeros' }, ...retraining(options)],
  },
};
