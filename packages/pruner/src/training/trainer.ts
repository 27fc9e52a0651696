/**
 * The contract between pruning and whatever trains: `Trainer`.
 *
 * What it is. The few things that a pruning method needs of an engine that owns a network, its data, its loss and its
 * optimiser: go on for some batches or epochs, say how good the network is, hand its parameters out and take them back,
 * hold weights at zero, pull weights towards targets, and save and restore its whole state. An engine in this process,
 * one behind a worker, or a program in another language can all implement it: everything that crosses the border is a
 * plain record or a typed array, nothing is a callback into the pruner.
 *
 * What it is not. No optimiser, no data reader, no network description: the maker of a trainer decides on those, and
 * starts it from the model that is pruned. No pruning method: rates, targets and masks come from outside.
 *
 * Names and layouts. A parameter is named as its tensor in the `Model` and lies in memory as that tensor does, row-major
 * in the tensor's own shape, as f32 (whatever the model stores). A trainer must offer every tensor that is pruned, and
 * should offer whatever else it changes (biases, norms with their running statistics), so that the trained model is whole.
 *
 * Who owns which buffer. Arrays that `read` and `checkpoint` return belong to the caller, who may write to them; arrays
 * given to `write`, `setMasks`, `setPenalties` and `restore` are copied before the promise resolves or never kept.
 *
 * Order and time. Calls never overlap: the caller awaits each before the next. `step` and `evaluate` look at their
 * `signal` at least once per batch and throw its reason; the state is then that after some whole batch, still usable.
 * The same calls on the same state give the same bytes on one machine and engine: order of data included.
 *
 * What is thrown. What the engine throws passes through. Pruning refuses a trainer of another `apiVersion`, or without a
 * parameter that it needs, before the first step (`train.api`, `train.parameter`).
 */
export const TRAINER_API = 1;

export interface Trainer {
  readonly apiVersion: typeof TRAINER_API;
  /** Shape of every parameter, by the name of its tensor. */
  readonly parameters: ReadonlyMap<string, readonly number[]>;
  /** Copies of the parameters named; all of them where no names are given. */
  read(names?: readonly string[]): Promise<Map<string, Float32Array>>;
  /** Sets the parameters given and leaves the others; masked weights stay 0. What the optimiser remembers is kept. */
  write(values: ReadonlyMap<string, Float32Array>): Promise<void>;
  /**
   * Replaces all masks. `[elements]` in the parameter's layout, 1 = free, 0 = held at zero: such a weight is 0 when the
   * promise resolves and after every batch, whatever momentum or weight decay would do to it.
   */
  setMasks(masks: ReadonlyMap<string, Uint8Array>): Promise<void>;
  /** Replaces all penalties. Their gradients are added to those of the loss in every batch, before the optimiser. */
  setPenalties(penalties: ReadonlyMap<string, Penalty>): Promise<void>;
  /** Trains on. Batches go on where the last step ended, in an order that only the trainer's seed and state decide. */
  step(request: StepRequest): Promise<StepResult>;
  /** How good the network is on held-out data; changes nothing. */
  evaluate(request?: { readonly signal?: AbortSignal }): Promise<Evaluation>;
  /** Everything `step` depends on: parameters, running statistics, optimiser, place in the data. Masks and penalties are not in it. */
  checkpoint(): Promise<Uint8Array>;
  restore(state: Uint8Array): Promise<void>;
  /** Lets go of everything; the trainer is not used again. */
  dispose(): Promise<void>;
}

/**
 * ½ · Σᵢ strengthᵢ · (wᵢ - targetᵢ)², with gradient strengthᵢ · (wᵢ - targetᵢ). One form for all methods: ADMM pulls
 * every weight with one strength rho towards Z - U, reweighted regularisation pulls each towards 0 with the strength of
 * its groups. `penalise` computes it for engines in TypeScript.
 */
export interface Penalty {
  /** One for all weights, or `[elements]`; not negative. */
  readonly strength: number | Float32Array;
  /** `[elements]`; left out: zeros. */
  readonly target?: Float32Array;
}

export interface StepRequest {
  readonly unit: 'batch' | 'epoch';
  readonly count: number;
  /** Multiplies the trainer's own learning rate. */
  readonly learningRate: number;
  /**
   * 0 to 1: share of the loss that compares with the outputs of the network as it was when the trainer was made, instead
   * of with labels. A trainer without a teacher throws where it is not 0.
   */
  readonly distillation: number;
  readonly signal?: AbortSignal;
}

/** Means over the batches of one `step`. */
export interface StepResult {
  readonly batches: number;
  /** Without penalties. */
  readonly loss: number;
  readonly penalty: number;
}

export interface Evaluation {
  readonly loss: number;
  /** 0 to 1, larger is better: top-1, or whatever the trainer measures by. */
  readonly accuracy: number;
}
