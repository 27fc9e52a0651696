import { createTrainer, createTrainingSession, sgd, type ModelTrainer, type Schedule, type SessionFactory } from '@fretwork/autodiff';
import type { Model } from '@fretwork/format';
import type { Evaluation } from '@fretwork/pruner';
import type { Samples } from '../evaluate.js';
import { augmentation } from './augmentations.js';
import { sourceOf, type TrainingData } from './data.js';
import type { Engine } from './engine.js';
import { lossOf, optimiserOf, type Settings } from './settings.js';

export interface TrainerRequest {
  readonly data: TrainingData;
  readonly settings: Settings;
  readonly engine: Engine;
  /** For messages. */
  readonly command: string;
  /** Left out: the rate of the settings, always. */
  readonly rate?: Schedule;
  /** Left out: the model itself. */
  readonly teacher?: Model;
}

/** A trainer of `model` by these settings. Throws as `createTrainer`, `sourceOf` and `augmentation`. */
export function makeTrainer(model: Model, { data, settings, engine, command, rate, teacher }: TrainerRequest): ModelTrainer & { readonly stepsPerEpoch: number } {
  const steps = settings.augment.map((text) => augmentation(text, command));
  const train = sourceOf(model, data.train, settings.batch, steps);
  const test = sourceOf(model, data.test, train.batchSize);
  const trainer = createTrainer(model, {
    loss: lossOf(settings), optimiser: optimiserOf(settings), rate: rate ?? settings.learningRate, seed: settings.seed, sessions: engine.sessions,
    train, test, batchSize: train.batchSize,
    ...(settings.clipNorm === undefined ? {} : { clipNorm: settings.clipNorm }), ...(teacher === undefined ? {} : { teacher }),
  });
  return { ...trainer, stepsPerEpoch: Math.floor(train.count / train.batchSize) };
}

/** Loss and accuracy of `model` as it is, by the engine. */
export async function judge(model: Model, samples: Samples, sessions: SessionFactory, batch: number): Promise<Evaluation> {
  const source = sourceOf(model, samples, batch);
  const session = createTrainingSession(model, { loss: { kind: 'cross-entropy' }, optimiser: sgd(), rate: 0, sessions });
  try {
    const { loss, accuracy } = await session.evaluate((async function* batches() {
      for (let from = 0; from < source.count; from += source.batchSize) {
        yield await source.batch(Array.from({ length: Math.min(source.batchSize, source.count - from) }, (_, i) => from + i));
      }
    })());
    return { loss, accuracy: accuracy ?? Number.NaN };
  } finally {
    await session.dispose();
  }
}

/** The class that `model` holds for likeliest, of each sample. */
export async function answers(model: Model, samples: Samples, sessions: SessionFactory, batch: number): Promise<Int32Array> {
  const source = sourceOf(model, samples, batch);
  const session = createTrainingSession(model, { loss: { kind: 'cross-entropy' }, optimiser: sgd(), rate: 0, sessions });
  const found = new Int32Array(samples.shape[0]!);
  try {
    for (let from = 0; from < found.length; from += source.batchSize) {
      const count = Math.min(source.batchSize, found.length - from);
      const { inputs } = await source.batch(Array.from({ length: count }, (_, i) => from + i));
      const { data } = await session.predict(inputs);
      const classes = data.length / count;
      for (let i = 0; i < count; i++) {
        const row = (data as Float32Array).subarray(i * classes, (i + 1) * classes);
        found[from + i] = row.indexOf(row.reduce((a, b) => Math.max(a, b)));
      }
    }
    return found;
  } finally {
    await session.dispose();
  }
}
