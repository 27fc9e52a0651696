/**
 * The contract of `@fretwork/autodiff`: training any `Model` of `@fretwork/format` by running graphs.
 *
 * What it is. `trainingGraph` writes forward pass, loss and backward pass of a model as one more `Model`, in plain ONNX
 * operators: parameters, data and targets go in, loss and one gradient per parameter come out. Whatever runs ONNX can run
 * it: a `SessionFactory` hands in the engine. `createTrainer` keeps parameters, optimiser and masks, all in TypeScript and
 * the same for every engine, and calls that graph once per step. Rules are tables: one row per operator (`GRADIENTS`), per
 * loss (`LOSSES`).
 *
 * What it is not. No engine, no data loader, no pruning method: masks, penalties and teachers are given. No second
 * derivatives, no control flow, no dynamic shapes: one graph is made per shape of a batch. Sums in float32 depend on the
 * engine's thread count, so the same seed gives the same weights only on the same engine with the same threads.
 *
 * Who owns which buffer. A trainer copies the weights of the model given and never writes to that model. `weights()` and
 * `model()` copy out, `setWeights` copies in. Arrays of a batch are read during the call and not kept. A session's outputs
 * belong to the engine: `run` gives them with `release`, which the trainer calls when it has read them, so that memory
 * stays flat. Hooks (`Penalty.gradient`) see the trainer's own arrays for the time of the call: `weight` must not be
 * written to, `gradient` is to be added to.
 *
 * What is thrown. `FretworkError` alone: `train.unsupported` (every layer that has no gradient, all at once), `train.output`,
 * `train.shape`, `train.parameter`, `train.batch`, `train.dtype`, `train.disposed`, `train.diverged` (a loss that is no
 * number), `train.checkpoint`, `train.mask`, `train.option`, `train.engine`; and what the engine throws, unchanged.
 */
import type { DenseTensor, DType, Model, ValueInfo } from '@fretwork/format';

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
  /** Share of the teacher's part, above 0 to 1. Default 0.9. */
  readonly weight?: number;
  readonly labelSmoothing?: number;
}

export type Loss = CrossEntropyLoss | MseLoss | DistillationLoss;

/**
 * How gradients of convolutions and pools are written. `cpu`: through grouped convolutions with one-hot filters and max
 * pool indices, fastest on ONNX Runtime's CPU provider. `portable`: through slices and comparisons, for providers that
 * compute grouped convolutions wrongly or have no pool indices (WebGPU). Where pool maxima tie, `cpu` takes the first and
 * `portable` shares the gradient out.
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
export type TargetRole = 'labels' | 'target' | 'teacher';

/** One or more samples with what they should give. */
export interface Batch {
  /** By input name; `f32` data as Float32Array. The first axis that differs from the model's counts samples. */
  readonly inputs: Readonly<Record<string, DenseTensor>>;
  /** Class numbers, row-major over the logits' shape without its last axis. */
  readonly labels?: ArrayLike<number>;
  /** `mse`: values of the output's shape. */
  readonly target?: Float32Array;
  /** `distillation`: the teacher's logits, of the output's shape. Left out: the trainer's own teacher is asked. */
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

/** A term of the loss on weights alone. ADMM: ρ/2 ‖W - Z + U‖², its gradient ρ (W - Z + U). */
export interface Penalty {
  /** Adds the term's gradient to `gradient` and returns the term's value. Both arrays are row-major as the tensor. */
  readonly gradient: (tensor: string, weight: Float32Array, gradient: Float32Array) => number;
}

export interface TrainerOptions extends Omit<TrainingOptions, 'inputShapes'> {
  readonly optimiser: Optimiser;
  /** A number is a constant rate. */
  readonly rate: Schedule | number;
  /** Seeds dropout. Default 0. */
  readonly seed?: number;
  /** Gradients are scaled down to this joint norm (Pascanu et al. 2013). Left out: not at all. */
  readonly clipNorm?: number;
  /** Left out: `onnxRuntime()`, on its CPU provider. */
  readonly sessions?: SessionFactory;
  /** Its logits of the same inputs are the teacher of `distillation`, from its output named as the loss's or the first. */
  readonly teacher?: Model;
}

export interface StepResult {
  /** Of the data, before the update. */
  readonly loss: number;
  /** Sum of what the penalties returned. */
  readonly penalty: number;
  /** Joint norm of all gradients, penalties included, before clipping. */
  readonly gradientNorm: number;
  readonly rate: number;
  readonly step: number;
}

export interface Evaluation {
  /** Mean over samples. */
  readonly loss: number;
  /** Share of labels that have the largest logit; left out where the loss has no labels. */
  readonly accuracy?: number;
  /** Labels looked at, or samples where there are none. */
  readonly count: number;
}

/** A model in training. Calls must not overlap: await each. */
export interface Trainer {
  /** In model order. */
  readonly parameters: readonly { readonly tensor: string; readonly shape: readonly number[] }[];
  /** Steps done. */
  readonly steps: number;
  /** One update. Several batches: their gradients are averaged, weighted by samples, before it (accumulation). */
  step(batch: Batch | readonly Batch[]): Promise<StepResult>;
  /** Loss and accuracy with running statistics and without dropout. Changes nothing. */
  evaluate(batches: Iterable<Batch> | AsyncIterable<Batch>): Promise<Evaluation>;
  /** The named output for these inputs, as in `evaluate`. */
  predict(inputs: Readonly<Record<string, DenseTensor>>): Promise<DenseTensor>;
  /** Copies of parameters and running statistics. */
  weights(): ReadonlyMap<string, DenseTensor>;
  /** Those that are named are replaced; masks are applied. */
  setWeights(weights: ReadonlyMap<string, DenseTensor>): void;
  /** 1 (or any non-zero) = kept; by tensor, row-major. Weights and gradients elsewhere are 0 from now on. `undefined`: no masks. */
  setMasks(masks: ReadonlyMap<string, ArrayLike<number>> | undefined): void;
  setPenalties(penalties: readonly Penalty[]): void;
  /** The model given, with the weights of now. */
  model(): Model;
  /** Everything that `restore` needs to go on bit for bit: weights, optimiser, step, dropout's generator. Masks and penalties are the caller's. */
  checkpoint(): Uint8Array;
  restore(checkpoint: Uint8Array): void;
  dispose(): Promise<void>;
}
