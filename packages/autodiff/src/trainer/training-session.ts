import { dense, elementCount, FretworkError, type DenseTensor, type Model } from '@fretwork/format';
import type { Penalty } from '@fretwork/pruner';
import type {
  Batch, BatchEvaluation, BatchResult, EvaluationGraph, Loss, Schedule, StepOptions, TrainingGraph, TrainingSession, TrainingSessionOptions,
} from '../contract.js';
import { resumed, seeded, type Random } from '../random.js';
import { onnxRuntime } from '../sessions/onnxruntime.js';
import { evaluationGraph, trainingGraph } from '../training-graph.js';
import { trainedTensors } from '../write/plan.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { correct, dataFeeds, emptyTargets, shapesOf, targetFeeds } from './feeds.js';
import { SessionCache, type Loaded } from './sessions.js';
import { addPenalties, applyMasks, checkedPenalties, clipGradients, copyOf, scaleGradients, setMasks, storeOf, tensorOf, update, type StoredParameter } from './store.js';

/**
 * Trains a copy of the weights of `model`. Sessions are made when a batch of a new shape comes, so that what cannot be
 * trained is thrown by the first `step`; parameters are known at once. Throws `train.output`, `train.parameter`, `train.dtype`.
 */
export function createTrainingSession(model: Model, options: TrainingSessionOptions): TrainingSession {
  return new GraphSession(model, options);
}

class GraphSession implements TrainingSession {
  readonly #model: Model;
  readonly #options: TrainingSessionOptions;
  readonly #store: readonly StoredParameter[];
  readonly #stored: ReadonlyMap<string, StoredParameter>;
  /** Running statistics, `[C]` each. */
  readonly #statistics: ReadonlyMap<string, Float32Array>;
  readonly #training: SessionCache<TrainingGraph>;
  readonly #distilling: SessionCache<TrainingGraph>;
  readonly #evaluation: SessionCache<EvaluationGraph>;
  readonly #teacher: SessionCache<EvaluationGraph> | undefined;
  readonly #schedule: Schedule;
  #penalties: ReadonlyMap<string, Penalty> = new Map();
  #random: Random;
  #steps = 0;
  #disposed = false;

  constructor(model: Model, options: TrainingSessionOptions) {
    const { rate, seed = 0, teacher, sessions = onnxRuntime() } = options;
    const { parameters, statistics } = trainedTensors(model, options);
    this.#model = model;
    this.#options = options;
    this.#store = storeOf(model, parameters, options.optimiser);
    this.#stored = new Map(this.#store.map((p) => [p.tensor, p]));
    this.#statistics = new Map(statistics.map((name) => [name, copyOf(model, name)]));
    this.#schedule = typeof rate === 'number' ? () => rate : rate;
    this.#random = seeded(seed);
    this.#training = new SessionCache(sessions, (inputShapes) => trainingGraph(model, { ...options, inputShapes }));
    const distilled: Loss = { kind: 'distillation', weight: 'given', ...withoutKind(options.loss), ...(options.temperature === undefined ? {} : { temperature: options.temperature }) };
    this.#distilling = new SessionCache(sessions, (inputShapes) => trainingGraph(model, { ...options, loss: distilled, inputShapes }));
    this.#evaluation = new SessionCache(sessions, (inputShapes) => evaluationGraph(model, { ...options, inputShapes }));
    this.#teacher = teacher && new SessionCache(sessions, (inputShapes) =>
      evaluationGraph(teacher, { loss: { kind: 'cross-entropy', ...(options.loss.output === undefined ? {} : { output: options.loss.output }) }, trainable: [], inputShapes }));
  }

  get parameters(): ReadonlyMap<string, readonly number[]> {
    return new Map([...this.#store.map((p) => [p.tensor, p.shape] as const), ...[...this.#statistics].map(([name, v]) => [name, [v.length]] as const)]);
  }

  get steps(): number {
    return this.#steps;
  }

  async step(batch: Batch | readonly Batch[], { learningRate = 1, distillation = 0 }: StepOptions = {}): Promise<BatchResult> {
    this.#alive();
    const batches: readonly Batch[] = Array.isArray(batch) ? batch as readonly Batch[] : [batch as Batch];
    if (batches.length === 0) throw new FretworkError('train.batch', 'there is nothing to learn from', { expected: 'a batch', actual: 'an empty list' });
    const cache = distillation === 0 || this.#options.loss.kind !== 'cross-entropy' ? this.#training : this.#distilling;
    for (const p of this.#store) p.gradient.fill(0);
    const moved = new Map<string, Float32Array>();
    let [loss, total] = [0, 0];
    for (const one of batches) {
      const loaded = await cache.get(shapesOf(one.inputs));
      const share = batches.length === 1 ? 1 : elementCount(loaded.graph.outputShape);
      loss += share * await this.#gradients(loaded, await this.#taught(one, loaded.graph, distillation), distillation, share, moved);
      total += share;
    }
    loss /= total;
    if (total !== 1) scaleGradients(this.#store, 1 / total);
    if (!Number.isFinite(loss)) {
      throw new FretworkError('train.diverged', 'the loss is no number any more', {
        actual: `${loss} at step ${this.#steps + 1}`, hint: 'lower the rate, clip gradients, or go back to a checkpoint; weights are those of before this step',
      });
    }
    for (const [name, value] of moved) this.#statistics.get(name)!.set(value);
    return this.#update(loss, learningRate);
  }

  /** Adds `share` of the batch's gradients to the store and moves the running statistics in `moved`; gives the loss. */
  async #gradients({ graph, session }: Loaded<TrainingGraph>, batch: Batch, distillation: number, share: number, moved: Map<string, Float32Array>): Promise<number> {
    const { outputs, release } = await session.run({
      ...dataFeeds(graph, batch.inputs), ...targetFeeds(graph, batch, distillation), ...this.#weightFeeds(graph.weights), ...this.#noise(graph),
    });
    try {
      for (const { tensor, gradient } of graph.parameters) add(this.#stored.get(tensor)!.gradient, outputs[gradient]!.data as Float32Array, share);
      for (const s of graph.statistics) {
        const fresh = outputs[s.batch]!.data as Float32Array;
        const running = moved.get(s.tensor) ?? this.#statistics.get(s.tensor)!;
        moved.set(s.tensor, running.map((v, c) => v * s.keep + fresh[c]! * (1 - s.keep)));
      }
      return Number(outputs[graph.loss]!.data[0]);
    } finally {
      release();
    }
  }

  #update(loss: number, learningRate: number): BatchResult {
    const penalty = addPenalties(this.#store, this.#penalties);
    applyMasks(this.#store, 'gradient');
    const gradientNorm = clipGradients(this.#store, this.#options.clipNorm);
    const step = this.#steps + 1;
    const rate = this.#schedule(step) * learningRate;
    update(this.#store, this.#options.optimiser, rate, step);
    applyMasks(this.#store, 'weight');
    this.#steps = step;
    return { loss, penalty, gradientNorm, rate, step };
  }

  async evaluate(batches: Iterable<Batch> | AsyncIterable<Batch>): Promise<BatchEvaluation> {
    this.#alive();
    let [loss, weight, count, right, labelled] = [0, 0, 0, 0, false];
    for await (const batch of batches) {
      const { graph, session } = await this.#evaluation.get(shapesOf(batch.inputs));
      const { outputs, release } = await session.run({ ...dataFeeds(graph, batch.inputs), ...targetFeeds(graph, batch), ...this.#weightFeeds(graph.weights) });
      const elements = elementCount(graph.outputShape);
      loss += elements * Number(outputs[graph.loss]!.data[0]);
      weight += elements;
      const labels = graph.targets.some((t) => t.role === 'labels') ? batch.labels : undefined;
      if (labels !== undefined) {
        labelled = true;
        right += correct(outputs[graph.output]!.data as Float32Array, labels);
      }
      count += labels?.length ?? graph.outputShape[0] ?? 1;
      release();
    }
    return { loss: weight === 0 ? Number.NaN : loss / weight, ...(labelled ? { accuracy: right / count } : {}), count };
  }

  async predict(inputs: Batch['inputs']): Promise<DenseTensor> {
    this.#alive();
    return outputOf(this.#evaluation, inputs, (names) => this.#weightFeeds(names));
  }

  read(names?: readonly string[]): Map<string, Float32Array> {
    return new Map((names ?? [...this.parameters.keys()]).map((name) => [name, this.#own(name).slice()]));
  }

  write(values: ReadonlyMap<string, Float32Array>): void {
    const pairs = [...values].map(([name, given]) => {
      const own = this.#own(name);
      if (given.length !== own.length) throw new FretworkError('train.parameter', 'the weight has another length', { tensor: name, expected: `${own.length}`, actual: `${given.length}` });
      return [own, given] as const;
    });
    for (const [own, given] of pairs) own.set(given);
    applyMasks(this.#store, 'weight');
  }

  /** Throws `train.parameter`. */
  #own(name: string): Float32Array {
    const own = this.#stored.get(name)?.weight ?? this.#statistics.get(name);
    if (own === undefined) throw new FretworkError('train.parameter', 'this tensor is not trained', { tensor: name });
    return own;
  }

  setMasks(masks: ReadonlyMap<string, ArrayLike<number>>): void {
    setMasks(this.#store, masks);
  }

  setPenalties(penalties: ReadonlyMap<string, Penalty>): void {
    this.#penalties = checkedPenalties(this.#store, penalties);
  }

  model(): Model {
    const now = [...this.parameters].map(([name, shape]) => [name, tensorOf(shape, this.#own(name).slice())] as const);
    return { ...this.#model, tensors: new Map([...this.#model.tensors, ...now]) };
  }

  #arrays(): readonly (readonly [name: string, Float32Array])[] {
    return [
      ...this.#store.flatMap((p) => [[p.tensor, p.weight] as const, ...p.slots.map((s, i) => [`${p.tensor}#${i}`, s] as const)]),
      ...this.#statistics,
    ];
  }

  checkpoint(): Uint8Array {
    const arrays = this.#arrays();
    return writeCheckpoint({
      steps: this.#steps, optimiser: this.#options.optimiser.name, random: this.#random.state(), arrays: arrays.map(([name, a]) => [name, a.length]),
    }, arrays.map(([, a]) => a));
  }

  restore(checkpoint: Uint8Array): void {
    const arrays = this.#arrays();
    const header = readCheckpoint(checkpoint, this.#options.optimiser.name, arrays.map(([name]) => name), arrays.map(([, a]) => a));
    this.#steps = header.steps;
    this.#random = resumed(header.random);
    applyMasks(this.#store, 'weight');
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#training.dispose();
    await this.#distilling.dispose();
    await this.#evaluation.dispose();
    await this.#teacher?.dispose();
  }

  #alive(): void {
    if (this.#disposed) throw new FretworkError('train.disposed', 'the session has been disposed of', { hint: 'make a new one' });
  }

  /** The batch with the teacher's output where it is wanted and not given; of `mse`, mixed into the target. */
  async #taught(batch: Batch, graph: EvaluationGraph, distillation: number): Promise<Batch> {
    const mixes = distillation > 0 && this.#options.loss.kind === 'mse';
    if (!mixes && !graph.targets.some((t) => t.role === 'teacher')) return batch;
    const teacher = batch.teacher ?? await this.#askTeacher(batch);
    if (!mixes) return { ...batch, teacher };
    const { target } = batch;
    return { ...batch, target: target === undefined ? teacher : target.map((v, i) => v + distillation * (teacher[i]! - v)) };
  }

  async #askTeacher(batch: Batch): Promise<Float32Array> {
    if (this.#teacher === undefined) throw new FretworkError('train.batch', 'nothing says what the teacher gives', { hint: 'give `teacher` with the batch, or a teacher with the options' });
    return (await outputOf(this.#teacher, batch.inputs, () => ({}))).data as Float32Array;
  }

  #weightFeeds(names: readonly string[]): Record<string, DenseTensor> {
    return Object.fromEntries(names.map((name) => {
      const data = this.#own(name);
      return [name, tensorOf(this.#stored.get(name)?.shape ?? [data.length], data)];
    }));
  }

  #noise(graph: TrainingGraph): Record<string, DenseTensor> {
    return Object.fromEntries(graph.noise.map(({ input, shape, keep }) => {
      const data = new Float32Array(elementCount(shape));
      for (let i = 0; i < data.length; i++) data[i] = this.#random.unit() < keep ? 1 / keep : 0;
      return [input, dense('f32', shape, data)];
    }));
  }
}

/** What a cross-entropy shares with a distillation. */
function withoutKind(loss: Loss): Omit<Extract<Loss, { kind: 'cross-entropy' }>, 'kind'> {
  const { kind: _, ...rest } = loss.kind === 'cross-entropy' ? loss : { kind: loss.kind };
  return rest;
}

function add(to: Float32Array, from: Float32Array, share: number): void {
  if (share === 1) to.set(from);
  else for (let i = 0; i < to.length; i++) to[i] = to[i]! + share * from[i]!;
}

/** A copy of the graph's output for these inputs. */
async function outputOf(
  cache: SessionCache<EvaluationGraph>, inputs: Batch['inputs'], weights: (names: readonly string[]) => Record<string, DenseTensor>,
): Promise<DenseTensor> {
  const { graph, session } = await cache.get(shapesOf(inputs));
  const { outputs, release } = await session.run({ ...dataFeeds(graph, inputs), ...emptyTargets(graph), ...weights(graph.weights) });
  const { shape, data } = outputs[graph.output]!;
  const copy = dense('f32', shape, (data as Float32Array).slice());
  release();
  return copy;
}
