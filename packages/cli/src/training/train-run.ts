import { cosine, warmUp, type ModelTrainer, type Schedule } from '@fretwork/autodiff';
import type { Terminal } from '../contract.js';
import { progressLine } from './progress.js';

/** How the learning rate goes over all steps. */
export const RATES = ['cosine', 'constant'] as const;
export type RateCourse = (typeof RATES)[number];

export interface EpochPlan {
  readonly epochs: number;
  readonly course: RateCourse;
  /** Epochs in which the rate rises first. */
  readonly warmUp: number;
}

/** Learning rate by step. */
export function scheduleOf({ epochs, course, warmUp: rising }: EpochPlan, rate: number, stepsPerEpoch: number): Schedule {
  const steps = Math.max(1, (epochs - rising) * stepsPerEpoch);
  const main: Schedule = course === 'constant' ? () => rate : cosine({ rate, steps });
  return rising > 0 ? warmUp({ steps: rising * stepsPerEpoch, next: main }) : main;
}

export interface EpochRun {
  readonly epochs: number;
  /** Epochs done before, of a checkpoint. */
  readonly done: number;
  readonly evaluateEvery: number;
  readonly distillation: number;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
  readonly onCheckpoint: (done: number, bytes: Uint8Array) => Promise<void>;
}

/** Epoch after epoch, each with its line of progress and its checkpoint. */
export async function trainEpochs(trainer: ModelTrainer, { epochs, done, evaluateEvery, distillation, signal, terminal, onCheckpoint }: EpochRun): Promise<void> {
  const started = performance.now();
  for (let epoch = done + 1; epoch <= epochs; epoch++) {
    const { loss } = await trainer.step({ unit: 'epoch', count: 1, learningRate: 1, distillation, signal });
    const judged = evaluateEvery > 0 && epoch % evaluateEvery === 0 ? { accuracy: (await trainer.evaluate({ signal })).accuracy } : {};
    terminal.err(progressLine({ says: 'train', epoch, epochs, loss, ...judged, etaMs: ((performance.now() - started) / (epoch - done)) * (epochs - epoch) }));
    await onCheckpoint(epoch, await trainer.checkpoint());
  }
}
