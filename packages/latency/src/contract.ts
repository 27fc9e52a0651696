/**
 * The contract of `@fretwork/latency`: how long layers take on a device, measured once and then predicted.
 *
 * What it is. A `LayerQuery` says all of a layer that decides how long it takes: its kind, its sizes, and how its weights are
 * pruned; no value of any weight (papers.md 3.4: latency depends on structure). A `LatencyProbe`, which a backend makes, times
 * such layers inside a running model, on drawn weights. `fillTable` lets it time a design (a list of queries) and gives a
 * `LatencyTable`, a file that belongs to one device, backend, version and number of threads. `fitLatency` makes a
 * `LatencyModel` of a table, which answers for layers that were never measured and for whole networks, with bounds and with
 * what the time consists of. `queriesOf` reads the queries off a `Model`, as it is or as a `MappingPlan` wants it.
 *
 * What it is not. No runtime and no clock: probes live with the backends (`@fretwork/bench` has the one of
 * `@fretwork/runtime-wasm`). No mapper: it says how long, not what to do. No judge across devices: a model speaks for the key of
 * its table and for nothing else.
 *
 * What a millisecond is here. The time of the layer inside a run of a larger model, with what joins it (Relu, Clip, the Add of a
 * residual): its inputs and outputs lie as in the middle of a network, and other layers have used the caches meanwhile. A whole
 * network is the sum of its layers and of what a run costs by itself.
 *
 * Who owns which buffer. Everything is plain, readonly and printable; a table holds no typed arrays.
 *
 * What is thrown. `FretworkError` alone: `latency.file` for a table that breaks a rule of `TABLE_RULES`, `latency.keys` for
 * tables of different keys that were to be merged, `latency.few` for a table with too few entries to fit, `latency.query` for a
 * query that describes no layer, `latency.log` for a log that belongs to another design; what a probe throws; and the reason of
 * `signal`. A probe that cannot run a layer does not throw: it refuses it with a reason.
 */
import type { MappingPlan, Model, Scheme } from '@fretwork/format';

/** What surrounds a layer in a run. */
export interface Surrounded {
  /**
   * Bytes that the rest of the run touches: what does not fit the caches beside them is fetched anew each time. Left out: so many
   * that nothing stays in a near cache.
   */
  readonly besides?: number;
}

/** How the weights of a layer are pruned. */
export interface Weighted extends Surrounded {
  /** Its rate says how many weights are kept: one in `rate`. */
  readonly scheme: Scheme;
  /** Share of the weights that is kept, 0..1, where it is known better than by the rate. */
  readonly density?: number;
}

/** Conv: one map of `inputs` channels to one of `outputs`. A depthwise layer has `groups` equal to `inputs`. */
export interface ConvolutionQuery extends Weighted {
  readonly layer: 'convolution';
  readonly inputs: number;
  readonly outputs: number;
  readonly groups: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [vertical: number, horizontal: number];
  /** Of the output map. Padding is taken to keep the size but for the stride. */
  readonly size: readonly [height: number, width: number];
  /** Images in a run. */
  readonly batch: number;
  /** A map is added to the result: the layer ends a residual block. */
  readonly residual: boolean;
  /** Zeros that the layers behind want around the output map: the padding of convolutions without stride that read it. Left out: none. */
  readonly margin?: number;
}

/** Gemm, MatMul: `vectors` vectors of `inputs` to as many of `outputs`, by one matrix. */
export interface FullQuery extends Weighted {
  readonly layer: 'full';
  readonly inputs: number;
  readonly outputs: number;
  readonly vectors: number;
}

/** GRU, LSTM, RNN over a whole sequence; each gate is pruned by itself. */
export interface RecurrentQuery extends Weighted {
  readonly layer: 'recurrent';
  readonly cell: 'gru' | 'lstm' | 'rnn';
  readonly inputs: number;
  readonly hidden: number;
  readonly steps: number;
  readonly batch: number;
  readonly directions: 1 | 2;
  /** GRU: the reset gate acts after the recurrent product (linear_before_reset), so that all gates are one product. */
  readonly resetAfter: boolean;
}

/** Everything without weights that takes time: pools, sums that join nothing, normalisations, transpositions. */
export interface GlueQuery extends Surrounded {
  readonly layer: 'glue';
  readonly operator: string;
  /** Elements of all inputs that are computed, and of all outputs. */
  readonly reads: number;
  readonly writes: number;
  /** Elements read for each written one: Kh·Kw of a pool, else 1. */
  readonly window: number;
  /** Elements of the output that lie side by side: its last dimension. Left out: 16. */
  readonly width?: number;
}

export type WeightedQuery = ConvolutionQuery | FullQuery | RecurrentQuery;
export type LayerQuery = WeightedQuery | GlueQuery;

/** What reports sum over. `other convolution`: kernels that are none of the named ones. */
export type LayerKind = '1x1' | '3x3' | '5x5' | '7x7' | 'other convolution' | 'depthwise' | 'full' | 'recurrent' | 'glue';

/** A layer of a model as a query; or what runs it for nothing; or why it is not known. */
export type QueriedLayer =
  | { readonly layer: string; readonly operator: string; readonly query: LayerQuery; /** Layers that join it and take no time of their own. */ readonly joined: readonly string[] }
  | { readonly layer: string; readonly operator: string; readonly query?: never; readonly reason: string };

/** What times belong to. Strings are compared as they are. */
export interface TableKey {
  /** Processor and system. */
  readonly device: string;
  /** `runtime-wasm relaxed`. */
  readonly backend: string;
  /** Of the backend, and of the engine where one runs it. */
  readonly version: string;
  readonly threads: number;
}

/** One measured layer. */
export interface TableEntry {
  readonly query: LayerQuery;
  /**
   * The mean of its two quickest rounds. A round is the median over the quiet samples: those that are at most a tenth slower than
   * the quickest tenth.
   */
  readonly ms: number;
  /** Distance between the quartiles of a round's quiet samples, or between the two rounds, whichever is larger; ms. */
  readonly spread: number;
  /** How often it was measured, at different times. */
  readonly rounds: number;
  /** Quiet samples of all rounds, and those beside them: the machine did something else. */
  readonly samples: number;
  readonly noisy: number;
  /** ISO 8601, the last sample. */
  readonly when: string;
  /** What ran it, in the words of the backend. */
  readonly kernel: string;
  /** Share of the weights that the drawn layer kept: blocks cannot meet every rate. Left out for glue. */
  readonly density?: number;
}

/** A layer that the backend did not run, so that nobody measures it again. */
export interface TableRefusal {
  readonly query: LayerQuery;
  readonly reason: string;
}

export interface LatencyTable {
  readonly version: 1;
  readonly key: TableKey;
  /** How the times were taken, in a sentence or two. */
  readonly how: string;
  readonly entries: readonly TableEntry[];
  readonly refused: readonly TableRefusal[];
}

export type Refusal = { readonly ok: false; readonly reason: string; readonly hint: string };

/** A layer that is ready to be sampled. */
export interface ReadyLayer {
  readonly ok: true;
  readonly kernel: string;
  /** Reached share of kept weights; left out for glue. */
  readonly density?: number;
}

/** Layers in a running model, to be sampled side by side. */
export interface OpenedLayers {
  /** In the order of the queries. */
  readonly layers: readonly (ReadyLayer | Refusal)[];
  /** One more sample of each layer, ms, in the order of the queries; NaN for refused ones. Each sample is of warm code. */
  sample(): Promise<readonly number[]>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Of drawn weights, masks and inputs. */
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** What a backend gives so that tables can be filled: a value made by a factory of the backend. */
export interface LatencyProbe {
  readonly key: TableKey;
  /** How it takes times, for `LatencyTable.how`. */
  readonly how: string;
  /** Makes a model with all of these layers in it. Refuses single layers; throws only where the backend itself fails. */
  open(queries: readonly LayerQuery[], options: OpenOptions): Promise<OpenedLayers>;
}

/** Something that the time goes to, with a physical meaning: products, reading weights, beginnings of tiles. */
export interface TimePart {
  readonly name: string;
  readonly ms: number;
}

export interface Prediction {
  readonly ms: number;
  /** Four in five layers like this one lie between these. */
  readonly low: number;
  readonly high: number;
  /** `measured`: the table has this very query. */
  readonly from: 'measured' | 'fitted';
  /** Their sum is `ms`. */
  readonly parts: readonly TimePart[];
}

/** One layer of a network. Layers that run for nothing, or that nobody knows, have 0 ms and a reason. */
export type LayerPrediction = QueriedLayer & { readonly ms: number; readonly low: number; readonly high: number; readonly prediction?: Prediction };

export interface ModelPrediction {
  readonly key: TableKey;
  readonly layers: readonly LayerPrediction[];
  /** What a run costs beside its layers. */
  readonly overheadMs: number;
  /** Of all layers and the overhead. */
  readonly ms: number;
  readonly low: number;
  readonly high: number;
}

/** Sizes of inputs that the model leaves open, by name; other open sizes are taken as 1. */
export type InputShapes = Readonly<Record<string, readonly number[]>>;

export interface PredictOptions {
  /** What is asked about: schemes of layers that it names replace those they have. Left out: the model as it is. */
  readonly plan?: MappingPlan;
  readonly inputShapes?: InputShapes;
}

/** Made by `fitLatency`. Pure: the same question gives the same answer. */
export interface LatencyModel {
  readonly key: TableKey;
  /** Throws `latency.query` for sizes that describe no layer. */
  predict(query: LayerQuery): Prediction;
  /** Graph passes change which layers there are: give the model as it will be run. */
  predictModel(model: Model, options?: PredictOptions): ModelPrediction;
}
