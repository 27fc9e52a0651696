import type { Schedule } from './phase.js';

/** Training with masks fixed, after weights have gone. */
export interface RetrainOptions {
  /** Default 10. */
  readonly retrainEpochs?: number;
  /** Multiplies the trainer's own learning rate, at the start of every stage. Default 1. */
  readonly learningRate?: number;
  /** 0 to 1: share of the loss that compares with the dense network, see `StepRequest`. Default 0. */
  readonly distillation?: number;
  /** Epochs at the start of retraining in which the learning rate rises from a hundredth. Default 0. */
  readonly warmUp?: number;
}

/** Masked retraining: warm-up, then a cosine down to 0 (papers.md 1.2). */
export function retraining(options: RetrainOptions): Schedule {
  const { retrainEpochs = 10, learningRate = 1, distillation = 0, warmUp = 0 } = options;
  return Array.from({ length: retrainEpochs }, (_, epoch) => {
    const falling = (1 + Math.cos((Math.PI * Math.max(0, epoch - warmUp)) / Math.max(1, retrainEpochs - warmUp))) / 2;
    const factor = epoch < warmUp ? 0.01 + (0.99 * epoch) / warmUp : falling;
    return { do: 'train', says: 'retrain', learningRate: learningRate * factor, distillation };
  });
}

/** `epochs` epochs in which the learning rate falls to a tenth after each third (papers.md 1.2). */
export function dropping(says: string, epochs: number, { learningRate = 1, distillation = 0 }: RetrainOptions): Schedule {
  return Array.from({ length: epochs }, (_, epoch) =>
    ({ do: 'train', says, learningRate: learningRate * 0.1 ** Math.floor((3 * epoch) / epochs), distillation }));
}
