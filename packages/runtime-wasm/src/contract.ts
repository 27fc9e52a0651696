/**
 * The contract of `@fretwork/runtime-wasm`: runs `.bcr` models, in browsers and in Node.
 *
 * What it is. `load` packs a model's weights once into the order in which the WebAssembly kernels read them (sparse
 * weights stay sparse all the way) and gives a `Runtime`. `run` executes it: for each set of input shapes there is a
 * plan, made when the set is first seen, in which every value has its place in one WebAssembly memory and every layer
 * is a step with nothing left to decide. `inspect` says what `load` would do, from the model or from its header alone.
 *
 * What it is not. No definition of operators: `@fretwork/reference` says what they mean, and this agrees with it to
 * float32. No reader: files are read by `@fretwork/format`, which judges bytes, records, graph and encodings; whether weights,
 * attributes and shapes fit the operators is judged here, when a plan is made. A `Model` made by hand is taken as valid
 * but for that (`checkModel` judges it). No optimiser of graphs: of all passes only one is done here, a Relu or Clip behind a Conv,
 * Gemm or MatMul joins it. No promise of speed at the level `javascript`: that is for hosts that refuse WebAssembly, and
 * `report` says so.
 *
 * Who owns which buffer. The model is only read. Inputs are copied into the memory. Outputs are copies that belong to
 * the caller, or with `outputs: 'views'` views on the memory, in a record that is the same every time; they hold until the
 * next `run` or `dispose` and are not to be written to. With `inputs: 'views'` the caller may write inputs where they are
 * read (`inputViews`) instead. After `run` has seen a set of shapes once, it allocates nothing
 * but those copies; only 64-bit integer arithmetic does, and so do models whose shapes depend on the content of an input,
 * for a content not seen before.
 *
 * Shapes that depend on data. Where the content of a model's input decides a shape (the second input of Reshape), that
 * content is part of the plan: another content is another plan. Where only a computed value would decide it (NonZero),
 * the layer is refused.
 *
 * Streams. With `carry` the value of an output becomes an input of the next run, with `states: 'kept'` recurrent layers
 * start where the last run left them: a sequence that comes in pieces gives what the whole gives. What is kept belongs
 * to the runtime, which holds one stream; `reset` begins another.
 *
 * Threads. With `threads` a pool of workers shares one memory with the caller and takes its part of the layers for which
 * that pays; `run` still returns when all is done, and the caller's thread works too. Workers sleep between runs, keep no
 * process of Node alive and end with `dispose`. Where memory cannot be shared there is one thread, and `report` says why.
 * With more threads than one, `views` lie on a `SharedArrayBuffer`, which some functions of browsers refuse.
 *
 * What is thrown. `FretworkError` alone: `run.unsupported` (every refused layer in one error), `run.input-missing`,
 * `run.input-unknown`, `run.dtype`, `run.rank`, `run.shape`, `run.index`, `run.value-missing`, `run.memory`,
 * `run.disposed`, `run.views`, `run.level`, `run.threads`, `run.worker`, `run.carry`, `run.attribute`, those of `loadStructure`, and the reason of `signal` as the cause of
 * `load.aborted`.
 */
import type { DenseTensor, LoadProgress } from '@fretwork/format';

/** What computes the layers with weights, best first. */
export type Level = 'relaxed' | 'simd' | 'javascript';

export interface RuntimeOptions {
  /** `auto`: the best that this host compiles. Asking for one that it refuses throws `run.level`. */
  readonly level?: Level | 'auto';
  /**
   * Threads, the caller's included; 1 where left out, so that nobody gets workers unasked. `auto`: as many as the host
   * has cores, at most 4. Pages need the headers Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy for more than one.
   */
  readonly threads?: number | 'auto';
  /**
   * Lets V8 join pairs of vectors to use registers of 256 bits, an experiment of V8's that Node has behind a flag: `load` sets
   * the flag, for the whole process and all WebAssembly compiled from then on, and takes kernels with wider tiles if their
   * answers are the same and they are faster here. `report().why` says what came of it. Off where left out.
   */
  readonly revectorize?: boolean;
  /** Bytes the memory may grow to; 1 GiB where left out. More needed: `run.memory`. */
  readonly memoryLimit?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** `copies` where left out. */
  readonly outputs?: 'copies' | 'views';
  /**
   * For models that take their state as an input and give it as an output: `{ output: input }`. The input starts as zeros, is
   * what the output was from then on, and need not be given; one that is given is taken. Throws `run.carry` where they do not fit.
   */
  readonly carry?: Readonly<Record<string, string>>;
  /**
   * `kept`: GRU, LSTM and RNN layers that start from a constant start there only once, and then where the last run ended.
   * `fresh` where left out. Throws `run.carry` for layers that run backwards.
   */
  readonly states?: 'fresh' | 'kept';
  /** Times every layer of every run, for `report`; off where left out: asking the clock costs some tenths of a microsecond a layer. */
  readonly timings?: boolean;
  /** `copies` where left out. With `views` the tensors of `inputViews` can be filled and given to `run`, which then copies nothing in. */
  readonly inputs?: 'copies' | 'views';
}

export type Tensors = Readonly<Record<string, DenseTensor>>;

export interface Runtime {
  /** Names that `run` needs, in the model's order; what is carried from run to run is not among them. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  run(inputs: Tensors): Record<string, DenseTensor>;
  /**
   * The inputs where the kernels read them, for inputs of these shapes (left out: those of the model): fill them and give them to
   * `run`. They keep what is in them from run to run, and are good until `run` or `inputViews` sees other shapes. Throws
   * `run.views` without the option `inputs: 'views'`, `run.shape` where a shape is not known.
   */
  inputViews(shapes?: Readonly<Record<string, readonly number[]>>): Record<string, DenseTensor>;
  /** What is kept from run to run starts anew. Does nothing where nothing is kept. */
  reset(): void;
  /** Lets the memory go. A second call does nothing; `run` throws `run.disposed` from here on. */
  dispose(): void;
  /** What is being done and why; of the plan that ran last. */
  report(): RuntimeReport;
}

/** Plain and printable. */
export interface RuntimeReport {
  readonly level: Level;
  /** Why this level, and why none above it. */
  readonly why: string;
  /** Checksum (CRC-32, hexadecimal) of the kernels' machine code: builds whose kernels differ have another. `none` at the level `javascript`. */
  readonly code: string;
  readonly threads: ThreadReport;
  /** What is kept from run to run: outputs that become inputs; `layer` has none of its own in the model. */
  readonly states: readonly { readonly from: string; readonly to: string; readonly layer?: string | undefined }[];
  readonly memory: {
    /** Of the WebAssembly memory as it is now. */
    readonly bytes: number;
    readonly limitBytes: number;
    /** Packed weights and biases. */
    readonly weightBytes: number;
    /** Programs and activations of the plan, the most it ever needs. */
    readonly planBytes: number;
  };
  /** Plans that are kept. */
  readonly plans: number;
  readonly layers: readonly LayerReport[];
}

export interface ThreadReport {
  readonly count: number;
  /** Why so many; where fewer than asked for, what is missing. */
  readonly why: string;
}

export interface LayerReport {
  readonly layer: string;
  readonly operator: string;
  /** What runs it: kernels of the manifest, `plain` loops, or `none` where its result is known beforehand. */
  readonly kernel: string;
  readonly why: string;
  /** Layers that were fused into it. */
  readonly fused: readonly string[];
  /** Weights that are not zero, and all; 0 for layers without. */
  readonly nnz: number;
  readonly weights: number;
  /** Milliseconds, the mean over the runs of this plan; with the option `timings`, for layers that are run. */
  readonly ms?: number;
}

export type Support =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly hint: string };

export interface LayerInspection {
  readonly layer: string;
  readonly operator: string;
  readonly support: Support;
  /** The kernels that will run it: of a model whose shapes are known as `report` names them, else those that come into question. */
  readonly kernel: string;
  readonly cost: EstimatedCost;
}

/**
 * An estimate of one run, for the shapes asked about. It counts products of weights and nothing else: no time, no elementwise work,
 * no activations. Layers compare by `keptMacs` only as far as their kernels are equally fast.
 */
export interface EstimatedCost {
  /** Multiply-accumulates as if nothing had been pruned; left out, with `keptMacs`, where `reason` says why. */
  readonly macs?: number;
  /** Those with kept weights, which are all that a run does; of a header's dense tensors all weights count as kept. */
  readonly keptMacs?: number;
  /** Of its tensors as they are stored, indices included; a tensor of several layers counts for the first. */
  readonly bytes: number;
  readonly reason?: string;
}

/** Plain and printable. */
export interface Inspection {
  readonly ok: boolean;
  /** The level that this host would use. */
  readonly level: Level;
  readonly why: string;
  readonly layers: readonly LayerInspection[];
  /** Sums over all layers. */
  readonly cost: EstimatedCost;
  /** Bytes needed for the shapes asked about; left out where a shape is not known yet. */
  readonly memoryBytes?: number | undefined;
}

export interface InspectOptions {
  /** Sizes of inputs that the model leaves open. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  readonly level?: Level | 'auto';
}
