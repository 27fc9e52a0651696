/**
 * The contract of `@fretwork/bench`: Fretwork held against its peers on single layers and on whole networks.
 *
 * What it is. A table of layers, a table of peers, a way of timing, and reports as plain records. `benchLayers` builds every
 * layer once per contender (ours sparse and dense, each peer dense), checks every answer first, and times all of
 * them interleaved in one run on one engine. `benchModels` does the same with whole networks, `benchInBrowser` does either
 * in headless Chromium. Peers are optional packages: one that is missing or does not start is a row with the reason.
 *
 * What it is not. No profiler: what is timed is the whole call a user makes, tensor in and tensor out. No judge of accuracy:
 * masks are drawn, or projected from random weights, for speed alone. No comparison across runs or machines: figures stand
 * beside each other only where they come from one run.
 *
 * How time is taken. Each contender is warmed up for 200 ms and at least three calls. A sample is as many calls as fill 3 ms,
 * divided by their number; where that is more than one, a call that does not count goes before. With several threads each sample follows a
 * millisecond of rest, in which threads of the others go to sleep. A round takes one sample of each contender, and each round starts with another one. A round is
 * rejected as noisy, and taken again, where the contenders as a whole were more than 15 % slower than usual (the median over the
 * contenders of sample / lower quartile of the contender's samples), until 50 rounds count. Where 100 rounds do not hold 50 quiet
 * ones, the machine is noisy as a rule: then none is rejected, and the spread tells. `ms` is the median, `spread` the distance
 * between the quartiles. A speed-up compares what was sampled together: it is the median, over the rounds, of the quotient of both samples.
 * It is not stated where the 95 % confidence interval of that median (by order statistics; six rounds at least) holds 1. So a machine that
 * is slower for some rounds, for both, takes nothing away, and one that is noisier for one of them widens the interval. Where the whole spread
 * of the times was asked instead, two contenders a tenth apart could never be told apart on a shared machine, however many the rounds.
 *
 * With several threads in Node, a row has a ceiling: how many times the work of one process as many processes do together, each with a copy of
 * the same run on one thread. Cores that share caches, memory or a clock do less than their number, whatever the runtime does. And each layer has a
 * round trip: the nanoseconds that a number takes to another thread and its answer back, taken when the layer has been timed. A layer of 50 µs on
 * cores that are a microsecond apart gains less than the same on cores that share a cache.
 *
 * Who owns which buffer. Peers get their own copies of weights and inputs, made before any timing.
 *
 * What is thrown. `FretworkError`: `bench.answer` where a contender's answer is wrong (nothing is timed then), `bench.option`, `bench.ceiling`, `bench.round-trip`,
 * `bench.package`, those of the browser part (`browser/contract.ts`), and the reason of `signal`.
 */

/** Or why not, and what to do about it. */
export type Refusal = { readonly ok: false; readonly reason: string; readonly hint: string };

/** Names of the peers, as reports use them. `own-one-thread` is ours at the same sparsity, where more threads than one were asked for. */
export type PeerName = 'onnxruntime-web' | 'litert' | 'tfjs-wasm' | 'onnxruntime-node' | 'own-dense' | 'own-one-thread';

/** Milliseconds of one call, the median over rounds. */
export interface Timing {
  readonly ms: number;
  /** Distance between the quartiles, ms. */
  readonly spread: number;
  /** Samples that count. */
  readonly rounds: number;
  /** Rounds that were taken and rejected as noisy. */
  readonly rejected: number;
  /** Calls in one sample. */
  readonly calls: number;
  /** ms of each round that counts; those of contenders that were measured together are of the same rounds. */
  readonly samples: readonly number[];
  /** ms over all samples, those of rejected rounds too: 50, 90 and 99 of 100 were as quick or quicker. */
  readonly percentiles: Percentiles;
}

export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** One layer at one sparsity. */
export interface LayerRow {
  readonly layer: string;
  /** `dense` in rows of sparsity 0. */
  readonly scheme: string;
  /** `8x32`; null where the scheme has no blocks. */
  readonly block: string | null;
  /** Asked share of weights that are zero, 0..1. */
  readonly sparsity: number;
  /** That ours ran on: fewer than asked for where memory cannot be shared. */
  readonly threads: number;
  /** Of ours. */
  readonly ms: number;
  readonly spread: number;
  /** ms of each peer, all dense but `own-one-thread`; null: not measured, and `caption.peers` or `caption.refused` says why. */
  readonly peers: Readonly<Partial<Record<PeerName, number | null>>>;
}

/** How a peer stands in this run. */
export interface PeerCaption {
  readonly name: PeerName;
  /** Left out where it did not start. */
  readonly version?: string;
  /** Why it did not start. */
  readonly reason?: string;
}

/** More about one row than its figures. */
export interface LayerDetail {
  readonly layer: string;
  readonly sparsity: number;
  /** Multiply-adds of the dense layer, millions. */
  readonly mmac: number;
  /** Reached share of weights that are zero. */
  readonly reached: number;
  /** What ran ours. */
  readonly kernel: string;
  /** What as many copies on one thread, in processes of their own, do together, times what one does; left out for one thread, and in pages. */
  readonly ceiling?: number;
  /** Nanoseconds to another thread and back; left out like `ceiling`. */
  readonly roundTripNs?: number;
  readonly timing: Timing;
  readonly peers: Readonly<Partial<Record<PeerName, Timing>>>;
}

/** Where and how it was measured. */
export interface Caption {
  readonly what: string;
  /** ISO 8601. */
  readonly date: string;
  /** `Node 24.21.0 (V8 13.6…)`, `Chromium 156…`. */
  readonly engine: string;
  /** CPU, cores, system; what the page's host says in a browser. */
  readonly machine: string;
  readonly threads: number;
  /** Level of the runtime. */
  readonly level: string;
  readonly tensors: 'copies' | 'views';
  readonly masks: string;
  readonly seed: number;
  readonly timing: string;
  readonly peers: readonly PeerCaption[];
  /** Layers or networks that a peer cannot take. */
  readonly refused: readonly { readonly peer: PeerName; readonly layer: string; readonly reason: string }[];
}

export interface LayersReport {
  readonly caption: Caption & { readonly speedups: readonly Speedups[]; readonly details: readonly LayerDetail[] };
  readonly rows: readonly LayerRow[];
}

/** Geometric means of speed-ups over the layers of a group. */
export interface Speedups {
  readonly group: string;
  readonly sparsity: number;
  /** Layers that count: those with a speed-up that can be stated. */
  readonly peers: readonly { readonly peer: PeerName; readonly mean: number; readonly least: number; readonly most: number; readonly layers: number; readonly unstated: number }[];
}

/** What one contender needs to be ready, in a process of its own that does nothing else. */
export interface ColdStart {
  /** Importing the package and starting its WebAssembly, ms. */
  readonly startMs: number;
  /** From the bytes of the model to a session, ms. */
  readonly loadMs: number;
  /** ms. */
  readonly firstRunMs: number;
  /** Peak of resident memory above that of the empty process, bytes. */
  readonly memoryBytes: number;
}

/** One contender on one network. */
export interface ModelTiming {
  readonly ms: number;
  readonly spread: number;
  readonly percentiles: Percentiles;
  /** Null in a page, where nobody can tell. */
  readonly cold: ColdStart | null;
  /** Bytes of the model as it is sent: `.bcr`, for peers `.onnx`. */
  readonly modelBytes: number;
}

/** One network. */
/** Where the time of a network goes. */
export interface LayerTime {
  readonly layer: string;
  readonly operator: string;
  /** Mean of some runs, and its share of the sum. */
  readonly ms: number;
  readonly share: number;
  /** The same layer with dense weights; null where it is none there. */
  readonly denseMs: number | null;
  /** Weights that are not zero, as a share; null for layers without weights. */
  readonly kept: number | null;
  readonly kernel: string;
  readonly why: string;
  readonly fused: readonly string[];
}

export interface ModelRow extends ModelTiming {
  readonly model: string;
  readonly scheme: string;
  readonly block: string | null;
  /** Asked and reached compression of the pruned weights. */
  readonly rate: number;
  readonly reached: number;
  readonly threads: number;
  /** Multiply-adds of the dense network, millions; null where shapes do not tell. */
  readonly mmac: number | null;
  /** Null: not measured, and `caption.peers` or `caption.refused` says why. */
  readonly peers: Readonly<Partial<Record<PeerName, ModelTiming | null>>>;
  /** Of ours, in the order in which they run. */
  readonly layers: readonly LayerTime[];
}

export interface ModelsReport {
  readonly caption: Caption & { readonly weights: string; readonly timings: Readonly<Record<string, Readonly<Partial<Record<PeerName | 'fretwork', Timing>>>>> };
  readonly rows: readonly ModelRow[];
}

/** What a page measured. */
export interface Paged {
  /** Whether the page was served with COOP and COEP headers; without, there is one thread and a coarse clock. */
  readonly isolated: boolean;
  /** Bytes of bodies that the page loaded, not compressed, by the package they belong to; `page` is ours and the bench itself. */
  readonly servedBytes: Readonly<Record<string, number>>;
}

export type LayersPage = LayersReport & Paged;
export type ModelsPage = ModelsReport & Paged;
