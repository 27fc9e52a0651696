import type { Schedule } from './phase.js';
import { retraining, type RetrainOptions } from './plan-parts.js';

export interface GradualOptions extends RetrainOptions {
  /** Times that weights go. Default 10. */
  readonly steps?: number;
  /** Epochs between them. Default 1. */
  readonly epochsPerStep?: number;
}

/**
 * Gradual magnitude pruning: the kept share falls from 1 to 1/rate along a cubic, fast while there is much to spare and
 * slowly at the end; the network trains in between (Zhu and Gupta, arXiv 1710.01878, section 3).
 */
export function planGradual(options: GradualOptions): Schedule {
  const { steps = 10, epochsPerStep = 1, learningRate = 1, distillation = 0 } = options;
  return [
    ...Array.from({ length: steps }, (_, step): Schedule => [
      { do: 'prune', part: 'all', progress: (step + 1) / steps },
      ...Array.from({ length: step + 1 === steps ? 0 : epochsPerStep }, () =>
        ({ do: 'train', says: `step ${step + 1} of ${steps}`, learningRate, distillation }) as const),
    ]).flat(),
    ...retraining(options),
  ];
}
