import type { Schedule } from './phase.js';
import { dropping, retraining, type RetrainOptions } from './plan-parts.js';

export interface ReweightedOptions extends RetrainOptions {
  /** Times that strengths are set anew. Default 4. */
  readonly rounds?: number;
  /** Default 10. */
  readonly epochsPerRound?: number;
  /** Price of all weights together, in units of the loss. Default 1. */
  readonly strength?: number;
  /** Where the price of a group stops rising, as a share of its layer's mean square weight. Default 0.01. */
  readonly epsilon?: number;
  /** Groups below this share of their layer's mean square weight go. Default 0.01. */
  readonly below?: number;
  /** Instead of `below`: compression over all pruned layers together; each layer's own still comes out by itself. */
  readonly rate?: number;
}

/**
 * Reweighted group regularisation (papers.md 3.2). The rates of the plan's schemes are not read: which layer keeps how
 * much is the outcome.
 */
export function planReweighted(options: ReweightedOptions): Schedule {
  const { rounds = 4, epochsPerRound = 10, strength = 1, epsilon = 0.01, below = 0.01, rate } = options;
  return [
    ...Array.from({ length: rounds }, (_, round): Schedule => [
      { do: 'reweigh', strength, epsilon },
      ...dropping(`round ${round + 1} of ${rounds}`, epochsPerRound, options),
    ]).flat(),
    { do: 'threshold', below, ...(rate !== undefined && { rate }) },
    ...retraining(options),
  ];
}
