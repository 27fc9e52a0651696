import { FretworkError, type Model } from '@fretwork/format';
import type { PrunedModel, PruneRequest, PruningPlan, Tally } from '../contract.js';
import { planPruning } from '../one-shot/plan-pruning.js';
import { storePruned } from '../one-shot/store.js';
import { carryOut, type Told } from './actions.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { METHODS, type MethodName, type MethodOptions, type MethodRow } from './methods.js';
import { checkTrainer, trainedParameters, type TrainedParameter } from './parameter.js';
import { withRate } from './part.js';
import type { Phase, Schedule } from './phase.js';
import { emptyState, penaltiesOf, type MethodState, type Work } from './state.js';
import type { Evaluation, Trainer } from './trainer.js';

/** What to prune, by which method. */
export type TrainingRequest = PruneRequest & {
  [M in MethodName]: { readonly method: M; readonly with?: MethodOptions[M] }
}[MethodName];

/** After each phase. */
export interface Progress extends Told {
  readonly phase: Phase;
  /** Phases that are done, this one too, and all. */
  readonly done: number;
  readonly phases: number;
  readonly epoch: number;
  readonly epochs: number;
  /** Where the network was evaluated after this phase. */
  readonly accuracy?: number;
  /** Until the end, by the epochs since the start; left out before the first. */
  readonly etaMs?: number;
}

export interface RunOptions {
  readonly onProgress?: (progress: Progress) => void;
  /** Looked at between phases and given to the trainer; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Epochs between two evaluations; 0: at the end alone. Default 1. */
  readonly evaluateEvery?: number;
  /** Epochs between two checkpoints; one is also made after every phase that is no epoch. Default 1. */
  readonly checkpointEvery?: number;
  /** Gets each checkpoint, to keep it. Left out: none is made. */
  readonly onCheckpoint?: (bytes: Uint8Array) => void | Promise<void>;
  /** A checkpoint of the same request, to go on from. */
  readonly resume?: Uint8Array;
  /** Milliseconds, for `etaMs` alone. Default `performance.now`. */
  readonly now?: () => number;
}

export interface TrainedModel extends PrunedModel {
  readonly before: Evaluation;
  readonly after: Evaluation;
  /** What was told after each phase of this run; a resumed run has those since then. */
  readonly history: readonly Progress[];
}

/** What a run will do. Pure; throws as `planPruning`, and `train.nothing` and `train.option`. */
export function planTraining(model: Model, request: TrainingRequest): { readonly plan: PruningPlan; readonly schedule: Schedule } {
  const plan = planPruning(model, request);
  return { plan, schedule: scheduleOf(request, trainedParameters(model, plan, request.options)) };
}

const scheduleOf = (request: TrainingRequest, parameters: readonly TrainedParameter[]): Schedule =>
  (METHODS[request.method] as MethodRow<MethodName>).plan(parameters, request.with ?? {});

/**
 * Prunes `model` by a method that trains. `trainer` must hold the same network; it is left with the trained weights,
 * its masks set and penalties off. Throws as `planTraining`, `train.api`, `train.parameter`, `train.diverged`,
 * `checkpoint.*`, the signal's reason, and what the trainer throws.
 */
export async function pruneWithTraining(model: Model, trainer: Trainer, request: TrainingRequest, options: RunOptions = {}): Promise<TrainedModel> {
  const plan = planPruning(model, request);
  const parameters = trainedParameters(model, plan, request.options);
  checkTrainer(trainer, model, parameters);
  const schedule = scheduleOf(request, parameters);
  const text = JSON.stringify({ method: request.method, parameters, schedule });
  const before = await trainer.evaluate(signalOf(options));
  const { state, done } = await begin(trainer, text, options.resume);
  const work: Work = { trainer, parameters, state };
  const history = await follow(work, schedule, done, text, options);
  const after = await trainer.evaluate(signalOf(options));
  const free = request.method === 'reweighted' || request.method === 'retrain';
  const values = await trainer.read();
  const { report, model: pruned } = storePruned(model, free ? withOutcome(plan, state) : plan, state.masks, values);
  return { model: pruned, report, before, after, history };
}

const signalOf = ({ signal }: RunOptions): { signal?: AbortSignal } => (signal === undefined ? {} : { signal });

async function begin(trainer: Trainer, schedule: string, resume: Uint8Array | undefined): Promise<{ state: MethodState; done: number }> {
  if (resume === undefined) {
    await trainer.setMasks(new Map());
    await trainer.setPenalties(new Map());
    return { state: emptyState(), done: 0 };
  }
  const found = readCheckpoint(resume);
  if (found.schedule !== schedule) {
    throw new FretworkError('checkpoint.other', 'the checkpoint belongs to another run', {
      hint: 'resume with the same model, method, scheme and options, or start over',
    });
  }
  await trainer.restore(found.trainer);
  await trainer.setMasks(found.state.masks);
  await trainer.setPenalties(penaltiesOf(found.state));
  return found;
}

async function follow(work: Work, schedule: Schedule, done: number, text: string, options: RunOptions): Promise<readonly Progress[]> {
  const { signal, evaluateEvery = 1, checkpointEvery = 1, onCheckpoint, now = () => performance.now() } = options;
  const epochsIn = (phases: Schedule): number => phases.filter((phase) => phase.do === 'train').length;
  const epochs = epochsIn(schedule);
  const first = epochsIn(schedule.slice(0, done));
  const started = now();
  const history: Progress[] = [];
  let epoch = first;
  for (const [index, phase] of schedule.entries()) {
    if (index < done) continue;
    signal?.throwIfAborted();
    const told = await carryOut(work, phase, signal);
    if (told.loss !== undefined && !Number.isFinite(told.loss)) {
      throw new FretworkError('train.diverged', `the loss is no number after epoch ${epoch + 1}`, { actual: String(told.loss), hint: 'lower the learning rate, rho or strength' });
    }
    if (phase.do === 'train') epoch++;
    const evaluated = phase.do === 'train' && evaluateEvery > 0 && epoch % evaluateEvery === 0;
    const progress: Progress = {
      phase, done: index + 1, phases: schedule.length, epoch, epochs, ...told,
      ...(evaluated && { accuracy: (await work.trainer.evaluate(signalOf(options))).accuracy }),
      ...(epoch > first && { etaMs: ((now() - started) / (epoch - first)) * (epochs - epoch) }),
    };
    history.push(progress);
    options.onProgress?.(progress);
    if (onCheckpoint !== undefined && (phase.do !== 'train' || epoch % checkpointEvery === 0)) {
      await onCheckpoint(writeCheckpoint({ schedule: text, done: index + 1, state: work.state, trainer: await work.trainer.checkpoint() }));
    }
  }
  return history;
}

/** The rates that came out, in place of those that were not asked for. */
function withOutcome(plan: PruningPlan, { masks }: MethodState): PruningPlan {
  const rateOf = (tensors: readonly string[]): Tally['rate'] => {
    const found = tensors.flatMap((tensor) => masks.get(tensor) ?? []);
    const kept = found.reduce((sum, mask) => sum + mask.reduce((n, k) => n + k, 0), 0);
    return kept === 0 ? 1 : found.reduce((sum, { length }) => sum + length, 0) / kept;
  };
  return {
    layers: plan.layers.map((layer) => ({
      ...layer, scheme: withRate(layer.scheme, rateOf(layer.weights.map(({ tensor }) => tensor))),
      weights: layer.weights.map((weight) => ({ ...weight, scheme: withRate(weight.scheme, rateOf([weight.tensor])) })),
    })),
  };
}
