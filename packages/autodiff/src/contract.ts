/**
 * The contract of `@fretwork/autodiff`: training any `Model` of `@fretwork/format` by running graphs.
 *
 * What it is. `trainingGraph` writes forward pass, loss and backward pass of a model as one more `Model`, in plain ONNX
 * operators: parameters, data and targets go in, loss and one gradient per parameter come out. Whatever runs ONNX can run
 * it: a `SessionFactory` hands in the engine. `createTrainingSession` keeps parameters, optimiser, masks and penalties, all
 * in TypeScript and the same for every engine, and runs that graph once per batch; `createTrainer` adds data and their order,
 * and is what `@fretwork/pruner` trains with. Rules are tables: one row per operator (`GRADIENTS`), per loss (`LOSSES`).
 *
 * What it is not. No engine, no data loader, no pruning method: masks, penalties and teachers are given. No second
 * derivatives, no control flow, no dynamic shapes: one graph is made per shape of a batch. Sums in float32 depend on the
 * engine's thread count, so the same seed gives the same weights only on the same engine with the same threads.
 *
 * Who owns which buffer. A session copies the weights of the model given and never writes to that model. `read`,
 * `checkpoint` and `model` copy out; `write`, `setMasks`, `setPenalties` and `restore` copy in. Arrays of a batch are read
 * during the call and not kept. What an engine's `run` gives belongs to the engine: `release` is called when it has been
 * read, so that memory stays flat.
 *
 * What is thrown. `FretworkError` alone: `train.unsupported` (every layer that has no gradient, all at once), `train.output`,
 * `train.shape`, `train.parameter`, `train.batch`, `train.dtype`, `train.disposed`, `train.diverged` (a loss that is no
 * number), `train.checkpoint`, `train.mask`, `train.option`, `train.engine`; and what the engine throws, unchanged.
 */
import type { DenseTensor, DType, Model, ValueInfo } from '@fretwork/format';
import type { Penalty, Trainer } from '@fretwork/pruner';

/** Softmax cross-entropy over the last axis of the logits; mean over all other axes. Szegedy et al. 2016 for smoothing. */
export interface CrossEntropyLoss {
  readonly kind: 'cross-entropy';
  /** The model's output that holds logits; left out: the first. Where a Softmax gives it, the loss goes before that. */
  readonly output?: string;
  /** Share of the target that is spread over all classes, 0 to below 1. Default 0. */
  readonly labelSmoothing?: number;
}

/** Mean of squared differences to a target of the output's shape. */
export interface MseLoss {
  readonly kind: 'mse';
  readonly output?: string;
}

/**
 * Hinton et al. 2015: weight · T² · KL(teacher at T ‖ student at T) + (1 - weight) · cross-entropy with the labels. With
 * weight 1 no labels are read.
 */
export interface DistillationLoss {
  readonly kind: 'distillation';
  readonly output?: string;
  /** T, above 0. Default 4. */
  readonly temperature?: number;
  /** Share of the teacher's part, above 0 to 1; `given`: each batch says it, as `share`. Default 0.9. */
  readonly weight?: number | 'given';
  readonly labelSmoothing?: number;
}

export type Loss = CrossEntropyLoss | MseLoss | DistillationLoss;

/**
 * How gradients of convolutions and pools are written. `cpu`: through grouped convolutions with one-hot filters and max
 * pool indices, fastest on ONNX Runtime's CPU provider. `portable`: through slices and comparisons, for providers that
 * compute grouped convolutions wrongly or have no pool indices (WebGPU). Where maxima of a pool tie, the gradient is
 * shared out; only overlapping windows under `cpu` give it to the first.
 */
export type GradientForm = 'cpu' | 'portable';

export interface TrainingOptions {
  readonly loss: Loss;
  /** Shapes of the model's inputs by name, batch included. Inputs of fixed shape may be left out. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /**
   * Which tensors are trained. Left out: those that stand where a row of `GRADIENTS` expects weights. A list names them;
   * a function is asked about those. BatchNormalization's running statistics never are.
   */
  readonly trainable?: readonly string[] | ((tensor: string) => boolean);
  /** Default `cpu`. */
  readonly form?: GradientForm;
  /** `frozen` normalises with the running statistics and leaves them alone. Default `batch`. */
  readonly batchNorm?: 'batch' | 'frozen';
}

/** A trained tensor: an input of the training graph, under its own name. */
export interface GraphParameter {
  readonly tensor: string;
  readonly shape: readonly number[];
  /** Output of the training graph, same shape. */
  readonly gradient: string;
}

/** A running statistic: new = old · keep + batch · (1 - keep), as ONNX's BatchNormalization says. */
export interface GraphStatistic {
  readonly tensor: string;
  readonly shape: readonly number[];
  /** Output of the training graph. */
  readonly batch: string;
  readonly keep: number;
}

/** A mask to be drawn for every step: elements are 1 / keep with chance `keep`, else 0. */
export interface GraphNoise {
  readonly input: string;
  readonly shape: readonly number[];
  readonly keep: number;
}

/** Forward pass and loss as one model, and what its inputs and outputs mean. Weights are inputs under their own names. */
export interface EvaluationGraph {
  readonly model: Model;
  /** Trained tensors and running statistics: inputs of the graph. */
  readonly weights: readonly string[];
  /** Inputs that carry data: the model's own. */
  readonly data: readonly ValueInfo[];
  /** What the loss asks for. */
  readonly targets: readonly GraphTarget[];
  /** Output names. */
  readonly loss: string;
  readonly output: string;
  readonly outputShape: readonly number[];
}

/** Forward, loss and backward as one model. */
export interface TrainingGraph extends EvaluationGraph {
  readonly parameters: readonly GraphParameter[];
  readonly statistics: readonly GraphStatistic[];
  readonly noise: readonly GraphNoise[];
}

export interface GraphTarget {
  readonly input: string;
  readonly role: TargetRole;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** Which field of a batch it is. */
export type TargetRole = 'labels' | 'target' | 'teacher' | 'share';

/** One or more samples with what they should give. */
export interface Batch {
  /** By input name; `f32` data as Float32Array. The first axis that differs from the model's counts samples. */
  readonly inputs: Readonly<Record<string, DenseTensor>>;
  /** Class numbers, row-major over the logits' shape without its last axis. */
  readonly labels?: ArrayLike<number>;
  /** `mse`: values of the output's shape. */
  readonly target?: Float32Array;
  /** The teacher's logits, of the output's shape. Left out where they are wanted: the session's own teacher is asked. */
  readonly teacher?: Float32Array;
}

/** What one run gives; call `release` when it has been read. */
export interface SessionResult {
  readonly outputs: Readonly<Record<string, DenseTensor>>;
  readonly release: () => void;
}

/** A loaded graph. */
export interface Session {
  run(inputs: Readonly<Record<string, DenseTensor>>): Promise<SessionResult>;
  dispose(): Promise<void>;
}

/** An engine: ONNX Runtime with its options, or the reference interpreter. */
export interface SessionFactory {
  /** For messages: `onnxruntime-node cpu`. */
  readonly name: string;
  readonly create: (model: Model) => Promise<Session>;
}

/** Called once per parameter and step. `slots` are the optimiser's own arrays, zero before the first step. */
export interface OptimiserUpdate {
  readonly weight: Float32Array;
  readonly gradient: Float32Array;
  readonly slots: readonly Float32Array[];
  /** Learning rate of this step. */
  readonly rate: number;
  /** From 1. */
  readonly step: number;
  /** Whether weight decay goes to it: not to vectors (biases, scales), by custom. */
  readonly decays: boolean;
}

/** A value made by `sgd`, `adam`, `adamW`, `rmsProp`, or by the user. */
export interface Optimiser {
  readonly name: string;
  readonly slots: number;
  readonly update: (call: OptimiserUpdate) => void;
}

/** Learning rate of step `step`, from 1. */
export type Schedule = (step: number) => number;

export interface TrainingSessionOptions extends Omit<TrainingOptions, 'inputShapes'> {
  readonly optimiser: Optimiser;
  /** A number is a constant rate. */
  readonly rate: Schedule | number;
  /** Seeds dropout. Default 0. */
  readonly seed?: number;
  /** Gradients are scaled down to this joint norm (Pascanu et al. 2013). Left out: not at all. */
  readonly clipNorm?: number;
  /** Left out: `onnxRuntime()`, on its CPU provider. */
  readonly sessions?: SessionFactory;
  /** Asked for logits where a loss wants a teacher's and the batch has none. Its output is that named by the loss, or the first. */
  readonly teacher?: Model;
  /** T of the distillation that `StepOptions.distillation` adds. Default 4. */
  readonly temperature?: number;
}

export interface StepOptions {
  /** Multiplies the schedule's rate. Default 1. */
  readonly learningRate?: number;
  /**
   * 0 to 1: share of the loss that compares with the teacher in place of labels or targets. Default 0. Of a cross-entropy it
   * becomes a distillation, of `mse` the target is mixed with the teacher's output; a `distillation` has its own weight.
   */
  readonly distillation?: number;
}

export interface BatchResult {
  /** Of the data, before the update. */
  readonly loss: number;
  /** Sum of all penalties. */
  readonly penalty: number;
  /** Joint norm of all gradients, penalties included, before clipping. */
  readonly gradientNorm: number;
  readonly rate: number;
  readonly step: number;
}

export interface BatchEvaluation {
  /** Mean over samples. */
  readonly loss: number;
  /** Share of labels that have the largest logit; left out where the loss has no labels. */
  readonly accuracy?: number;
  /** Labels looked at, or samples where there are none. */
  readonly count: number;
}

/** A model in training, batch by batch; whose they are and in which order they come is the caller's. Calls must not overlap. */
export interface TrainingSession {
  /** Trained tensors, in the order of `Model.tensors`, then running statistics. */
  readonly parameters: ReadonlyMap<string, readonly number[]>;
  /** Steps done. */
  readonly steps: number;
  /** One update. Several batches: their gradients are averaged, weighted by samples, before it (accumulation). */
  step(batch: Batch | readonly Batch[], options?: StepOptions): Promise<BatchResult>;
  /** Loss and accuracy with running statistics and without dropout. Changes nothing. */
  evaluate(batches: Iterable<Batch> | AsyncIterable<Batch>): Promise<BatchEvaluation>;
  /** The output that the loss is of (logits) for these inputs, as in `evaluate`. */
  predict(inputs: Readonly<Record<string, DenseTensor>>): Promise<DenseTensor>;
  /** Copies of all `parameters`, or of those named. */
  read(names?: readonly string[]): Map<string, Float32Array>;
  /** Sets those given; masked weights stay 0. */
  write(values: ReadonlyMap<string, Float32Array>): void;
  /** Replaces all masks. By tensor, row-major: 0 = held at zero from now on, else free. */
  setMasks(masks: ReadonlyMap<string, ArrayLike<number>>): void;
  /** Replaces all penalties. */
  setPenalties(penalties: ReadonlyMap<string, Penalty>): void;
  /** The model given, with the weights of now, dense. */
  model(): Model;
  /** All that `restore` needs to go on bit for bit: weights, statistics, optimiser, step, dropout's generator. No masks, no penalties. */
  checkpoint(): Uint8Array;
  restore(checkpoint: Uint8Array): void;
  dispose(): Promise<void>;
}

/** Samples to be drawn from by number. */
export interface SampleSource {
  readonly count: number;
  /** The samples with these numbers as one batch. `draw` gives seeded numbers in 0 … 1, for augmentation; it is left out in evaluation. */
  readonly batch: (indices: readonly number[], draw?: () => number) => Batch | Promise<Batch>;
}

export interface TrainerOptions extends TrainingSessionOptions {
  readonly train: SampleSource;
  readonly test: SampleSource;
  readonly batchSize: number;
  /** Batches of one update. Default 1. */
  readonly accumulate?: number;
}

/**
 * A session that owns its data, as `@fretwork/pruner` asks for it. Each epoch goes through `train` once, in an order that
 * seed and epoch decide; samples that do not fill a batch are left for another epoch's order. Of a loss without labels,
 * the accuracy of `evaluate` is 1 / (1 + loss); the teacher of `distillation` is that of the options, or the model as it
 * was given.
 */
export interface ModelTrainer extends Trainer {
  /** The model given, with the weights of now, dense. */
  model(): Model;
}
