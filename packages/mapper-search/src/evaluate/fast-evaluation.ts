import { adam, captureWith, cosine, createTrainer, samples, type ModelTrainer, type SampleSource, type SessionFactory } from '@fretwork/autodiff';
import { decode, dense, FretworkError, type Model } from '@fretwork/format';
import { calibrate, pruneModel, type PrunedModel } from '@fretwork/pruner';
import type { EvaluateOptions, Job, Metrics } from '../contract.js';
import type { Task, TaskSamples } from './task.js';

/** Evaluates plans for one task, one after another. */
export interface FastEvaluation {
  evaluate(job: Job, options?: EvaluateOptions): Promise<Metrics>;
  dispose(): Promise<void>;
}

/**
 * Prunes in one shot, brings batch norms to what is left, then trains for some batches with masks held; after each rung the samples kept out of training judge.
 * The training graph is made once: a plan changes weights and masks alone. Throws what pruning and training throw, and `search.option` for a model
 * that has not one float input.
 */
export function fastEvaluation(task: Task, sessions: SessionFactory): FastEvaluation {
  let ready: { readonly seed: number; readonly prepared: Promise<Prepared> } | undefined;
  const release = async (): Promise<void> => {
    const last = ready;
    ready = undefined;
    await (await last?.prepared)?.trainer.dispose();
  };
  return {
    evaluate: async (job, options = {}) => {
      if (ready?.seed !== job.seed) {
        await release();
        ready = { seed: job.seed, prepared: prepare(task, job.seed, sessions) };
      }
      return await run(task, await ready!.prepared, job, sessions, options);
    },
    dispose: release,
  };
}

interface Prepared {
  readonly trainer: ModelTrainer;
  readonly train: SampleSource;
  readonly batch: number;
  /** The dense network, before its first step. */
  readonly start: Uint8Array;
}

async function prepare({ model, train, judge, settings }: Task, seed: number, sessions: SessionFactory): Promise<Prepared> {
  const [input] = model.inputs;
  if (input === undefined || model.inputs.length !== 1 || input.dtype !== 'f32') throw new FretworkError('search.option', 'a fast evaluation needs a model with one float32 input', { actual: `${model.inputs.length} inputs` });
  const fixed = input.shape?.[0];
  const batch = typeof fixed === 'number' ? fixed : Math.min(settings.batch, train.shape[0]!);
  const source = (from: TaskSamples): SampleSource => {
    const all = samples({ inputs: { [input.name]: dense('f32', from.shape, from.data) }, labels: from.labels });
    // A model of fixed batch takes whole batches alone.
    return typeof fixed === 'number' ? { ...all, count: all.count - (all.count % fixed) } : all;
  };
  const steps = settings.recalibrationBatches + Math.max(1, settings.rungs.at(-1)!);
  const trainer = createTrainer(model, {
    loss: { kind: 'cross-entropy' }, optimiser: adam(), rate: cosine({ rate: settings.learningRate, steps }), seed, sessions,
    train: source(train), test: source(judge), batchSize: batch,
  });
  return { trainer, train: source(train), batch, start: await trainer.checkpoint() };
}

async function run({ model, settings }: Task, { trainer, train, batch, start }: Prepared, { plan, seed, bars }: Job, sessions: SessionFactory, { signal }: EvaluateOptions): Promise<Metrics> {
  const { rungs, projection, calibrationSamples, recalibrationBatches } = settings;
  const more = signal === undefined ? {} : { signal };
  const pruned = projection === 'magnitude' ? pruneModel(model, { plan })
    : await calibrate(model, { plan, captureInputs: captureWith(sessions, train, batch, Math.min(calibrationSamples, train.count)), recalibrate: 'none', seed, ...more });
  await trainer.setMasks(new Map());
  await trainer.restore(start);
  const { values, masks } = cut(pruned, trainer);
  await trainer.write(values);
  await trainer.setMasks(masks);
  const step = async (count: number, learningRate: number): Promise<void> => {
    if (count > 0) await trainer.step({ unit: 'batch', count, learningRate, distillation: 0, ...more });
  };
  // Running statistics follow the batches of a step whose rate is 0, and weights do not.
  if (hasNorms(model)) await step(recalibrationBatches, 0);
  const found: number[] = [];
  let done = 0;
  for (const [rung, until] of rungs.entries()) {
    await step(until - done, 1);
    done = until;
    const { accuracy } = await trainer.evaluate(more);
    found.push(accuracy);
    const bar = bars[rung] ?? null;
    if (rung < rungs.length - 1 && bar !== null && accuracy < bar) return { rungs: found, stopped: true };
  }
  return { rungs: found, stopped: false };
}

const hasNorms = (model: Model): boolean => model.layers.some(({ operator, domain, attributes }) => operator === 'BatchNormalization' && domain === '' && attributes.get('training_mode')?.value !== 1);

/** The weights that a pruned model has, and where it has none. */
function cut({ model, report }: PrunedModel, trainer: ModelTrainer): { readonly values: Map<string, Float32Array>; readonly masks: Map<string, Uint8Array> } {
  const values = new Map<string, Float32Array>();
  const masks = new Map<string, Uint8Array>();
  for (const { tensor } of report.layers.filter(({ scheme }) => scheme.kind !== 'dense').flatMap(({ tensors }) => tensors)) {
    if (!trainer.parameters.has(tensor)) throw new FretworkError('search.option', 'a weight that the plan prunes cannot be trained', { tensor, hint: 'skip its layer' });
    const data = decode(model.tensors.get(tensor)!).data as Float32Array;
    values.set(tensor, data);
    masks.set(tensor, Uint8Array.from(data, (value) => (value === 0 ? 0 : 1)));
  }
  return { values, masks };
}
