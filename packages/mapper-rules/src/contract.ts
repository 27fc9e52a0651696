/**
 * The contract of `@fretwork/mapper-rules`: which pruning scheme, block size and rate suit which layer, without training.
 *
 * What it is. A `Mapper` is a pure function from a model, a `LatencyModel` and options to a plan. `mapByRules` is one: the rules of
 * the mapping paper (papers.md 3.5) in order, one row of `RULES` each, and on top of them a rate for each layer where the target
 * is a budget (`MapTarget`). `judgeDifficulty` answers the one question that the paper leaves to people, whether the data is
 * hard, from answers of the network itself. `forecast` says before anything is pruned what sparsity would bring.
 *
 * What it is not. It prunes nothing, runs nothing and reads no clock: how long a layer takes says the `LatencyModel`, what a layer
 * loses says a `Damage`, which reads weights (`energyDamage`) or a scan that the caller made (`scanDamage`). The same arguments
 * give the same plan.
 *
 * What a plan is. A `MappingPlan` of `@fretwork/format` with more to read in each entry. Whoever edits it edits `scheme` (kind,
 * rate, block, rowShare): that is all that pruning obeys. The other fields say what was predicted when the plan was made;
 * `predictPlan` says it again for an edited one.
 *
 * Which model to give. The one that will run, after the graph passes: the time of a layer is that of what runs. Names of layers with
 * weights are the same before and after them, so the plan fits the unfolded model that is trained.
 *
 * Who owns which buffer. Weights are read, never kept or changed. Plans are plain readonly records; `JSON.stringify` keeps all of them.
 *
 * What is thrown. `FretworkError` alone: `map.target` for a target that makes no sense, `map.impossible` for one that no choice of
 * the rules meets (it says what the best is), `map.threshold` for thresholds, `map.skip` for a layer that is not in the model,
 * `map.answers` for answers that do not belong together; and what the `LatencyModel` throws.
 */
import type { InputShapes, LatencyModel, Prediction, TableKey, WeightedQuery } from '@fretwork/latency';
import type { Layer, LayerWeight, MappingPlan, Model, PlanEntry, Scheme } from '@fretwork/format';

/** What the plan must reach. */
export type MapTarget =
  /** Each layer that is pruned keeps one weight in `rate`: the papers' way. */
  | { readonly kind: 'rate'; readonly rate: number }
  /** All prunable weights together; layers that bear it better give more. */
  | { readonly kind: 'weights'; readonly rate: number }
  /** Multiply-accumulates of the network, divided by `rate`. */
  | { readonly kind: 'macs'; readonly rate: number }
  /** Predicted time of one run. */
  | { readonly kind: 'latency'; readonly ms: number };

/** Whether the network has answers to spare. `hard`: it has none, and 3x3 kernels are pruned the gentle way. */
export interface Difficulty {
  readonly kind: 'hard' | 'easy';
  readonly reason: string;
}

/** Every number that a rule decides by. `THRESHOLDS` has the defaults. */
export interface Thresholds {
  /** Blocks may be this much slower than structured pruning at the same rate (the papers' β). */
  readonly beta: number;
  /** Layers that take a smaller share of the network's time stay dense. */
  readonly leastShare: number;
  /** Share of its time that a layer must win, or it stays dense. */
  readonly leastGain: number;
  /** Two times that differ by no more than this share are equal: about the error of a good latency model. */
  readonly asFast: number;
  /** Weight tensors with fewer weights stay dense. */
  readonly smallest: number;
  /** What the first convolution loses counts so many times where `structures` is `any`: layers after it hardly make up for it. */
  readonly firstCounts: number;
  /** Blocks of BCR that are looked at, rows x columns. */
  readonly blocks: readonly (readonly [rows: number, columns: number])[];
  /** Blocks of block-punched pruning that are looked at, filters x channels. */
  readonly punchedBlocks: readonly (readonly [filters: number, channels: number])[];
  /** Shares of the rate that rows may bear. */
  readonly rowShares: readonly number[];
  /** Rates that a layer may get where the target is a budget, rising. */
  readonly rates: readonly number[];
}

/** One layer with weights, and what is known of it. */
export interface MappedLayer {
  readonly layer: Layer;
  readonly weights: readonly LayerWeight[];
  /** Prunable weights. */
  readonly count: number;
  /** Multiply-accumulates of one run with all weights; 0 where they are not known. */
  readonly macs: number;
  /** Dense; left out where the latency model does not know the layer. */
  readonly query?: WeightedQuery;
  /** Why there is no `query`. */
  readonly unknown?: string;
  /** Predicted, dense. */
  readonly denseMs: number;
  /** Of the time of the network, dense. */
  readonly share: number;
  /** It is the first convolution. */
  readonly first: boolean;
}

/** A way to prune a layer that is still open. */
export interface Candidate {
  readonly scheme: Scheme;
  /** Predicted. */
  readonly ms: number;
}

/** What a rule sees. */
export interface RuleSubject {
  readonly layer: MappedLayer;
  /** Asked for. */
  readonly rate: number;
  readonly difficulty: Difficulty;
  readonly thresholds: Thresholds;
  readonly skipped: boolean;
  readonly skipFirst: boolean;
  /** Structured pruning alone: what is left can be cut out of the network for good. */
  readonly filters: boolean;
  /** What is still open: empty until a rule opens something. */
  readonly open: readonly Candidate[];
  /** Predicted ms of this layer, pruned so. */
  readonly time: (scheme: Scheme) => number;
  /** The same, with what the time goes to. */
  readonly predict: (scheme: Scheme) => Prediction;
}

/** A rule ends the matter, or narrows (or opens) what is possible, or has nothing to say. */
export type Ruling =
  | { readonly dense: string; readonly open?: never; readonly because?: never }
  | { readonly open: readonly Candidate[]; /** Left out: not worth a word. */ readonly because?: string; readonly dense?: never }
  | undefined;

/** One row of `RULES`. */
export interface Rule {
  readonly name: string;
  /** One sentence. */
  readonly says: string;
  /** Section of `papers.md`, or `ours`. */
  readonly source: string;
  /** The thresholds it reads. */
  readonly thresholds: readonly (keyof Thresholds)[];
  readonly rule: (subject: RuleSubject) => Ruling;
}

/**
 * How much pruning a layer so costs: 0 for dense, larger is worse. Comparable between layers, and added up over them. Called with
 * every layer and scheme that is looked at.
 */
export type Damage = (layer: MappedLayer, scheme: Scheme) => number;

export interface MapOptions {
  readonly target: MapTarget;
  /** Default: hard, as nobody said otherwise. */
  readonly difficulty?: Difficulty;
  readonly inputShapes?: InputShapes;
  /** Layers to leave alone: names, or patterns with `*` (any run of characters) and `?` (one). */
  readonly skip?: readonly string[];
  /** Leave the first convolution alone. Default false. */
  readonly skipFirst?: boolean;
  /** Prune whole filters alone, with equal rates where sums of residuals want equal channels. Default false. */
  readonly filters?: boolean;
  /** What pruning costs, for budgets. Default `energyDamage`. */
  readonly damage?: Damage;
  /**
   * For a target of time. `by-rules`: the rules name one structure for each layer and rate. `any`: every structure at every rate is weighed, loss against time, so that single
   * weights at a high rate stand beside blocks at a low one. Default `by-rules`.
   */
  readonly structures?: 'by-rules' | 'any';
  readonly thresholds?: Partial<Thresholds>;
}

/** One layer of a plan. All after `reason` is for people. */
export interface MapEntry extends PlanEntry {
  readonly operator: string;
  readonly weights: number;
  /** ms, predicted, dense. */
  readonly denseMs: number;
  /** ms, predicted, as planned. */
  readonly predictedMs: number;
  /** Of the time of the network, dense. */
  readonly share: number;
  /** The rule that decided. */
  readonly rule: string;
  /** Largest density at which pruning wins any time here; left out where it never does, or is not known. */
  readonly breakEven?: number;
  /** As `Damage` sees it. */
  readonly damage: number;
}

/** Sums over a network. */
export interface MapTotals {
  /** Predicted time of a run, with layers without weights and what a run costs by itself. */
  readonly ms: number;
  /** Prunable weights that are kept. */
  readonly weights: number;
  /** Multiply-accumulates. */
  readonly macs: number;
}

/** A plan with what is predicted for it. */
export interface PredictedPlan extends MappingPlan {
  /** Every layer with weights, in model order. */
  readonly entries: readonly MapEntry[];
  /** What the times belong to. */
  readonly key: TableKey;
  /** Nothing pruned. */
  readonly dense: MapTotals;
  /** As planned. */
  readonly planned: MapTotals;
  /** Time that layers without weights and the run itself take, in both. */
  readonly otherMs: number;
}

export interface MapPlan extends PredictedPlan {
  readonly goal: MapTarget;
  readonly difficulty: Difficulty;
}

/** Every mapper is one of these. */
export type Mapper = (model: Model, latency: LatencyModel, options: MapOptions) => MapPlan;
