/**
 * The contract of `fretwork compress`: one command from a model and a budget to a faster model, and what can be put in its place.
 *
 * What it is. A table of stages (`stages.ts`), one row each, that a runner walks in order: import, passes, profile, map, rehearse,
 * prune, encode, verify, measure, report. Every stage reads files of the folder OUT and leaves files in it; `stages/state.json` says
 * what each was made from. A second call with the same wishes goes on where the first stopped; a stage whose wishes or files changed
 * runs again, and all that read from it. `plan.json` belongs to the user once it is there: an edited plan is obeyed, not replaced.
 *
 * Four values do the work that others may do better: `CompressTarget` (where the model is to be fast: runs it and times it),
 * `CompressMapper` (which scheme for which layer), `CompressPruner` (how weights are chosen and trained again) and the data.
 * `fretwork.config.ts` names them as imported values; the command line has the ones of Fretwork.
 *
 * What it is not. No numbers of its own: rates are searched on validation samples, the drop that is reported is of test samples,
 * which neither training nor any search has seen. No promise on paper: a layer that is slower on the target than its dense self, in
 * the same run, gets its dense form back unless `--keep-slower` says otherwise, and the report names it.
 *
 * Who owns which buffer. Models are read-only records. Files are written beside their name and renamed.
 *
 * What is thrown. `FretworkError`: `compress.*` (`compress.data`, `compress.leak`, `compress.unsupported`, `compress.budget`,
 * `compress.nothing`, `compress.plan-edited`, `compress.state`, `compress.verify`), `config.*`, `run.stopped` after Ctrl-C, and what
 * the packages throw.
 */
import type { Dataset } from '@fretwork/datasets';
import type { DenseTensor, MappingPlan, Model } from '@fretwork/format';
import type { Difficulty } from '@fretwork/mapper-rules';
import type { PrunedModel, PruneRequest } from '@fretwork/pruner';
import type { Engine } from '../training/engine.js';
import type { PreparedSamples } from '../training/data.js';
import type { Settings } from '../training/settings.js';

/** Of values that configurations hand in; another one is refused with `config.api`. */
export const COMPRESS_API = 1;

/** Samples: a spec as `--data` takes it, with an optional slice (`cifar10/test-jpeg[509:2009]`), or a function that gives them. */
export type DataSource = string | (() => Dataset | Promise<Dataset>);

export interface DataConfig {
  readonly train?: DataSource;
  /** To search rates by; left out: some training samples are kept out of training. */
  readonly validation?: DataSource;
  /** For the report alone. */
  readonly test?: DataSource;
  /** Training samples that become the validation samples, where there are no others. Default: one in eight. */
  readonly holdout?: number;
  /** Samples are multiplied by `scale`, then `mean` is subtracted, then they are divided by `std`. */
  readonly scale?: number;
  readonly mean?: number | readonly number[];
  readonly std?: number | readonly number[];
}

/** What the model is to reach. */
export interface Budget {
  /** Points of accuracy (percent of all samples) that may be lost. */
  readonly maxDrop?: number;
  /** Milliseconds of one run on the target, at most. */
  readonly latencyMs?: number;
  /** Compression over the layers that are pruned; where a search is asked for, its start. */
  readonly rate?: number;
}

/** `fretwork.config.ts`. What the command line says goes before it. */
export interface FretworkConfig extends Budget {
  readonly data?: DataConfig;
  readonly target?: CompressTarget;
  readonly mapper?: CompressMapper;
  readonly pruner?: CompressPruner;
  /** Layers to leave alone: names, `*` stands for anything. */
  readonly ignore?: readonly string[];
  /** Weight tensors with fewer weights stay dense. Default 64. */
  readonly smallest?: number;
  readonly seed?: number;
  readonly training?: Partial<Omit<Settings, 'seed'>>;
}

/** For types alone: gives back what it is given. */
export const defineConfig = (config: FretworkConfig): FretworkConfig => config;

/** A value of a configuration: what is printed of it decides whether a stage must run again. */
interface Value {
  readonly apiVersion: typeof COMPRESS_API;
  readonly name: string;
  /** Plain, printable. */
  readonly options: unknown;
}

/** Sizes of inputs by name; every size is a number. */
export type InputShapes = Readonly<Record<string, readonly number[]>>;

/** A model that is ready to run on the target. */
export interface Running {
  run(inputs: Readonly<Record<string, DenseTensor>>): Readonly<Record<string, DenseTensor>> | Promise<Readonly<Record<string, DenseTensor>>>;
  dispose(): void | Promise<void>;
}

/** Milliseconds of one layer in a run of its model, and how far they are spread. */
export interface LayerTiming {
  readonly layer: string;
  readonly ms: number;
  readonly spread: number;
  readonly kernel: string;
  /** Why this kernel. */
  readonly why: string;
  readonly fused: readonly string[];
}

/** One contender in a run. */
export interface ContenderTiming {
  /** `fretwork`, `own-dense`, or a peer. */
  readonly who: string;
  readonly version?: string;
  readonly ms: number;
  readonly spread: number;
  readonly p90: number;
  /** How many times faster ours is; null: the spread is larger than the gap. */
  readonly factor: number | null;
}

/** A whole model timed beside its dense self and its peers, interleaved in one run. */
export interface Measured {
  readonly threads: number;
  /** Where, when and how, for captions. */
  readonly caption: Readonly<Record<string, string>>;
  /** Ours first. */
  readonly contenders: readonly ContenderTiming[];
  /** Peers that did not take part, and why. */
  readonly absent: readonly { readonly who: string; readonly reason: string }[];
}

/** Where the model is to be fast. */
export interface CompressTarget extends Value {
  /** `TableKey` of latency tables: what its times belong to. */
  readonly says: string;
  /** Threads that `measure` is called with. */
  readonly threads: readonly number[];
  /** Per layer that it cannot run, the reason. */
  supports(model: Model, inputShapes: InputShapes): Promise<readonly { readonly layer: string; readonly operator: string; readonly reason: string }[]>;
  open(model: Model): Promise<Running>;
  /** Several models of the same graph, layer by layer, interleaved, one thread. One list for each model, layers in the order they run. */
  timeLayers(models: readonly Model[], inputShapes: InputShapes, options: TimingOptions): Promise<readonly (readonly LayerTiming[])[]>;
  measure(model: Model, inputShapes: InputShapes, threads: number, options: TimingOptions): Promise<Measured>;
}

export interface TimingOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

export interface MapRequest {
  readonly target: CompressTarget;
  readonly inputShapes: InputShapes;
  readonly rate: number;
  readonly ignore: readonly string[];
  readonly smallest: number;
  readonly seed: number;
  /** Of timing. */
  readonly rounds: number;
  /** Accuracy of a model on the validation samples, 0 to 1, for cheap proxies. */
  readonly evaluate: (model: Model) => Promise<number>;
  /** Whether the data is hard for the model: measured when it is asked for first, on training samples whose labels are not read. */
  readonly difficulty: () => Promise<Difficulty>;
  readonly signal: AbortSignal;
  readonly onProgress: (says: string) => void;
}

/** Which scheme for which layer. Trains nothing. */
export interface CompressMapper extends Value {
  map(model: Model, request: MapRequest): Promise<MappingPlan>;
}

/** What a pruner is given beside the model. */
export interface PruneTools {
  /** The dense model, to learn from; what is pruned may have lost weights already, in a step before. */
  readonly teacher: Model;
  readonly train: PreparedSamples;
  /** To judge by while training. */
  readonly validation: PreparedSamples;
  readonly settings: Settings;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
  readonly onCheckpoint: (bytes: Uint8Array) => Promise<void>;
  readonly resume?: Uint8Array;
}

/** Chooses weights and trains what is left. */
export interface CompressPruner extends Value {
  prune(model: Model, request: PruneRequest, tools: PruneTools): Promise<PrunedModel & { readonly epochs: number }>;
}

/** The samples of the three splits; no sample is in two of them. */
export interface Splits {
  readonly train: PreparedSamples;
  readonly validation: PreparedSamples;
  readonly test: PreparedSamples;
  /** Where the validation samples come from, in a sentence. */
  readonly validationFrom: string;
}

/** All that was asked for, command line and configuration in one. */
export interface CompressRequest {
  readonly model: { readonly path: string; readonly externalData: boolean };
  readonly out: string;
  readonly budget: Budget;
  readonly target: CompressTarget;
  readonly mapper: CompressMapper;
  readonly pruner: CompressPruner;
  readonly ignore: readonly string[];
  readonly smallest: number;
  readonly settings: Settings;
  readonly splits: Splits;
  readonly engine: Engine;
  /** A plan in place of the mapper's. */
  readonly plan?: MappingPlan;
  readonly keepSlower: boolean;
  readonly rounds: number;
  /** Of the command line, after `compress`. */
  readonly words: readonly string[];
}
