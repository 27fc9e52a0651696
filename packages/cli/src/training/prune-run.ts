import { captureWith } from '@fretwork/autodiff';
import type { Model, Scheme } from '@fretwork/format';
import {
  calibrate, pruneModel, pruneWithTraining, type Evaluation, type PrunedModel, type PruneReport, type PruneRequest, type RunOptions, type TrainingRequest,
} from '@fretwork/pruner';
import type { Terminal } from '../contract.js';
import { sourceOf, type TrainingData } from './data.js';
import type { Engine } from './engine.js';
import { judge, makeTrainer } from './make-trainer.js';
import type { MethodSettings, PruneMethod } from './method-settings.js';
import { progressLine } from './progress.js';
import type { Settings } from './settings.js';

/** Everything that pruning with data needs. */
export interface PruneRun {
  readonly method: PruneMethod;
  readonly with: MethodSettings;
  /** Reweighted: compression over all pruned layers; left out, `below` decides. */
  readonly rate?: number;
  readonly settings: Settings;
  readonly data: TrainingData;
  readonly engine: Engine;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly evaluateEvery: number;
  readonly onCheckpoint?: (bytes: Uint8Array) => Promise<void>;
  readonly resume?: Uint8Array;
  /** What distillation compares with; left out: the model that is pruned. */
  readonly teacher?: Model;
}

/** A pruned model and what is known of it; accuracies are of the test samples, `heldOut` of those kept out of training (before: the teacher's). */
export interface PruneOutcome {
  readonly model: Model;
  readonly report: PruneReport;
  readonly before: Evaluation;
  readonly after: Evaluation;
  /** The teacher's, where it is not the model itself. */
  readonly taught?: Evaluation;
  readonly heldOut?: { readonly before: Evaluation; readonly after: Evaluation };
  /** Epochs of training that this run did. */
  readonly epochs: number;
}

/** Prunes by the method of `run`, trains, and judges before and after. Throws what calibration and training throw. */
export async function prune(model: Model, request: PruneRequest, run: PruneRun): Promise<PruneOutcome> {
  const { data, engine: { sessions }, settings: { batch } } = run;
  const before = await judge(model, data.test, sessions, batch);
  const { epochs, ...pruned } = await pruneByMethod(model, request, run);
  const after = await judge(pruned.model, data.test, sessions, batch);
  const { teacher = model } = run;
  const taught = teacher === model ? {} : { taught: await judge(teacher, data.test, sessions, batch) };
  const heldOut = data.holdout === undefined ? {} : {
    heldOut: { before: await judge(teacher, data.holdout, sessions, batch), after: await judge(pruned.model, data.holdout, sessions, batch) },
  };
  return { model: pruned.model, report: pruned.report, before, after, ...taught, ...heldOut, epochs };
}

/** Prunes by the method of `run` and trains. Throws what calibration and training throw. */
export async function pruneByMethod(model: Model, request: PruneRequest, run: PruneRun): Promise<PrunedModel & { readonly epochs: number }> {
  const { method, with: given, rate, teacher = model } = run;
  const { samples: _, damping: __, shares: ___, ...options } = given;
  if (method === 'calibrated' || (method === 'magnitude' && (options.retrainEpochs ?? 0) === 0)) {
    const pruned = method === 'calibrated' ? await calibrated(model, request, run) : pruneModel(model, request);
    if ((options.retrainEpochs ?? 0) === 0) return { ...pruned, epochs: 0 };
    const trained = await training(pruned.model, { ...request, method: 'retrain', with: options }, run, teacher);
    // Masks are those of the first step: so are rates and what layers were asked for.
    return { model: withSchemes(trained.model, pruned.report), report: pruned.report, epochs: trained.epochs };
  }
  return await training(model, { ...request, method, with: { ...options, ...(method === 'reweighted' && rate !== undefined && { rate }) } } as TrainingRequest, run, teacher);
}

const withSchemes = (model: Model, report: PruneReport): Model => {
  const schemes = new Map<string, Scheme>(report.layers.map(({ layer, scheme }) => [layer, scheme]));
  return { ...model, layers: model.layers.map((layer) => (layer.scheme === undefined ? layer : { ...layer, scheme: schemes.get(layer.name) ?? layer.scheme })) };
};

async function calibrated(model: Model, request: PruneRequest, { with: { samples = 256, damping, steps, shares }, data, settings, engine, terminal, signal }: PruneRun): Promise<PrunedModel> {
  const source = sourceOf(model, data.train, settings.batch);
  const n = source.count;
  const count = Math.min(samples, n);
  // Spread over the set: sets are often sorted by class.
  const spread = { ...source, count, batch: (indices: readonly number[]) => source.batch(indices.map((i) => Math.floor((i * n) / count))) };
  return await calibrate(model, {
    ...request, captureInputs: captureWith(engine.sessions, spread, source.batchSize, count), seed: settings.seed, signal,
    ...(damping !== undefined && { damping }), ...(steps !== undefined && { steps }), ...(shares !== undefined && { shares }),
    onProgress: ({ layer, does, done, layers }) => terminal.err(`${does} ${done}/${layers} ${layer}\n`),
  });
}

async function training(model: Model, request: TrainingRequest, run: PruneRun, teacher: Model): Promise<PrunedModel & { readonly epochs: number }> {
  const { data, settings, engine, terminal, signal, evaluateEvery, onCheckpoint, resume } = run;
  const trainer = makeTrainer(model, { data, settings, engine, command: 'prune', teacher });
  let says = '';
  const options: RunOptions = {
    signal, evaluateEvery, ...(onCheckpoint !== undefined && { onCheckpoint }), ...(resume !== undefined && { resume }),
    onProgress: ({ phase, ...facts }) => {
      if (phase.do === 'train') says = phase.says;
      terminal.err(progressLine({ says: phase.do === 'train' ? says : phase.do, ...facts }));
    },
  };
  try {
    const trained = await pruneWithTraining(model, trainer, request, options);
    return { model: trained.model, report: trained.report, epochs: trained.history.filter(({ phase }) => phase.do === 'train').length };
  } finally {
    await trainer.dispose();
  }
}
