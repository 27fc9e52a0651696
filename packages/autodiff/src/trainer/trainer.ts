import { dense, elementCount, FretworkError, type DenseTensor, type Model } from '@fretwork/format';
import type { Batch, Evaluation, EvaluationGraph, Penalty, Schedule, StepResult, Trainer, TrainerOptions, TrainingGraph } from '../contract.js';
import { resumed, seeded, type Random } from '../random.js';
import { onnxRuntime } from '../sessions/onnxruntime.js';
import { evaluationGraph, trainingGraph } from '../training-graph.js';
import { trainedTensors } from '../write/plan.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { correct, dataFeeds, emptyTargets, shapesOf, targetFeeds } from './feeds.js';
import { SessionCache } from './sessions.js';
import { addPenalties, applyMasks, clipGradients, copyOf, setMasks, storeOf, tensorOf, update, type StoredParameter } from './store.js';

/**
 * A trainer of `model`, which is left alone. Sessions are made when a batch of a new shape comes, so that what cannot be
 * trained is thrown by the first `step`; parameters are known at once. Throws `train.output`, `train.parameter`, `train.dtype`.
 */
export function createTrainer(model: Model, options: TrainerOptions): Trainer {
  return new GraphTrainer(model, options);
}

class GraphTrainer implements Trainer {
  readonly #model: Model;
  readonly #options: TrainerOptions;
  readonly #store: readonly StoredParameter[];
  /** Running statistics, `[C]` each. */
  readonly #statistics: ReadonlyMap<string, Float32Array>;
  readonly #training: SessionCache<TrainingGraph>;
  readonly #evaluation: SessionCache<EvaluationGraph>;
  readonly #teacher: SessionCache<EvaluationGraph> | undefined;
  readonly #schedule: Schedule;
  #penalties: readonly Penalty[] = [];
  #random: Random;
  #steps = 0;
  #disposed = false;

  constructor(model: Model, options: TrainerOptions) {
    const { rate, seed = 0, teacher, sessions = onnxRuntime() } = options;
    const { parameters, statistics } = trainedTensors(model, options);
    this.#model = model;
    this.#options = options;
    this.#store = storeOf(model, parameters, options.optimiser);
    this.#statistics = new Map(statistics.map((name) => [name, copyOf(model, name)]));
    this.#schedule = typeof rate === 'number' ? () => rate : rate;
    this.#random = seeded(seed);
    this.#training = new SessionCache(sessions, (inputShapes) => trainingGraph(model, { ...options, inputShapes }));
    this.#evaluation = new SessionCache(sessions, (inputShapes) => evaluationGraph(model, { ...options, inputShapes }));
    this.#teacher = teacher && new SessionCache(sessions, (inputShapes) =>
      evaluationGraph(teacher, { loss: { kind: 'cross-entropy', ...(options.loss.output === undefined ? {} : { output: options.loss.output }) }, trainable: [], inputShapes }));
  }

  get parameters(): Trainer['parameters'] {
    return this.#store.map(({ tensor, shape }) => ({ tensor, shape }));
  }

  get steps(): number {
    return this.#steps;
  }

  async step(batch: Batch | readonly Batch[]): Promise<StepResult> {
    this.#alive();
    const batches: readonly Batch[] = Array.isArray(batch) ? batch as readonly Batch[] : [batch as Batch];
    if (batches.length === 0) throw new FretworkError('train.batch', 'there is nothing to learn from', { expected: 'a batch', actual: 'an empty list' });
    const loaded = [];
    for (const one of batches) loaded.push(await this.#training.get(shapesOf(one.inputs)));
    const total = loaded.reduce((sum, { graph }) => sum + elementCount(graph.outputShape), 0);
    for (const p of this.#store) p.gradient.fill(0);
    const found = new Map<string, Float32Array>();
    let loss = 0;
    for (const [i, { graph, session }] of loaded.entries()) {
      const share = elementCount(graph.outputShape) / total;
      const full = await this.#taught(batches[i]!, graph);
      const feeds = { ...dataFeeds(graph, full.inputs), ...targetFeeds(graph, full), ...this.#weightFeeds(graph.weights), ...this.#noise(graph) };
      const { outputs, release } = await session.run(feeds);
      try {
        loss += share * Number(outputs[graph.loss]!.data[0]);
        for (const { tensor, gradient } of graph.parameters) add(this.#stored(tensor).gradient, outputs[gradient]!.data as Float32Array, share);
        for (const s of graph.statistics) {
          const batchValue = outputs[s.batch]!.data as Float32Array;
          const running = found.get(s.tensor) ?? Float32Array.from(this.#statistics.get(s.tensor)!);
          found.set(s.tensor, running.map((v, c) => v * s.keep + batchValue[c]! * (1 - s.keep)));
        }
      } finally {
        release();
      }
    }
    if (!Number.isFinite(loss)) throw new FretworkError('train.diverged', 'the loss is no number any more', { actual: `${loss} at step ${this.#steps + 1}`, hint: 'lower the rate, clip gradients, or go back to a checkpoint; weights are those of before this step' });
    for (const [name, value] of found) this.#statistics.get(name)!.set(value);
    return this.#update(loss);
  }

  #update(loss: number): StepResult {
    const penalty = addPenalties(this.#store, this.#penalties);
    applyMasks(this.#store, 'gradient');
    const gradientNorm = clipGradients(this.#store, this.#options.clipNorm);
    const step = this.#steps + 1;
    const rate = this.#schedule(step);
    update(this.#store, this.#options.optimiser, rate, step);
    applyMasks(this.#store, 'weight');
    this.#steps = step;
    return { loss, penalty, gradientNorm, rate, step };
  }

  async evaluate(batches: Iterable<Batch> | AsyncIterable<Batch>): Promise<Evaluation> {
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

  weights(): ReadonlyMap<string, DenseTensor> {
    return new Map([
      ...this.#store.map((p) => [p.tensor, tensorOf(p.shape, p.weight.slice())] as const),
      ...[...this.#statistics].map(([name, v]) => [name, tensorOf([v.length], v.slice())] as const),
    ]);
  }

  setWeights(weights: ReadonlyMap<string, DenseTensor>): void {
    const pairs = [...weights].map(([name, given]) => {
      const own = this.#store.find((p) => p.tensor === name)?.weight ?? this.#statistics.get(name);
      if (own === undefined) throw new FretworkError('train.parameter', 'this tensor is not trained', { tensor: name });
      if (given.dtype !== 'f32' || given.data.length !== own.length) throw new FretworkError('train.parameter', 'the weight does not fit', { tensor: name, expected: `f32, ${own.length} elements`, actual: `${given.dtype}, ${given.data.length}` });
      return [own, given.data as Float32Array] as const;
    });
    for (const [own, data] of pairs) own.set(data);
    applyMasks(this.#store, 'weight');
  }

  setMasks(masks: ReadonlyMap<string, ArrayLike<number>> | undefined): void {
    setMasks(this.#store, masks);
  }

  setPenalties(penalties: readonly Penalty[]): void {
    this.#penalties = [...penalties];
  }

  model(): Model {
    return { ...this.#model, tensors: new Map([...this.#model.tensors, ...this.weights()]) };
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
    await this.#evaluation.dispose();
    await this.#teacher?.dispose();
  }

  #alive(): void {
    if (this.#disposed) throw new FretworkError('train.disposed', 'the trainer has been disposed of', { hint: 'make a new one' });
  }

  #stored(tensor: string): StoredParameter {
    return this.#store.find((p) => p.tensor === tensor)!;
  }

  /** The batch with the teacher's logits, where the loss wants them and they are not given. */
  async #taught(batch: Batch, graph: EvaluationGraph): Promise<Batch> {
    if (this.#teacher === undefined || batch.teacher !== undefined || !graph.targets.some((t) => t.role === 'teacher')) return batch;
    return { ...batch, teacher: (await outputOf(this.#teacher, batch.inputs, () => ({}))).data as Float32Array };
  }

  #weightFeeds(names: readonly string[]): Record<string, DenseTensor> {
    return Object.fromEntries(names.map((name) => {
      const stored = this.#store.find((p) => p.tensor === name);
      const data = stored?.weight ?? this.#statistics.get(name)!;
      return [name, tensorOf(stored?.shape ?? [data.length], data)];
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
