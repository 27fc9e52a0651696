/**
 * The contract of `@fretwork/pruner`: what is pruned, by which rule, and what comes back.
 *
 * What it is. A projection takes one weight matrix and a `Scheme` of `@fretwork/format` and says which weights stay: the
 * mask of that structure that keeps the most energy (squared norm) at the asked rate, exactly where that can be found
 * and never worse than greedily where it cannot. `pruneModel` applies projections to a whole model in one shot, by
 * magnitude alone.
 *
 * On top of that: `calibrate` re-fits what stays on unlabelled inputs (`calibrated/contract.ts`), `pruneWithTraining` prunes
 * while a `Trainer` trains (`training/trainer.ts`), `shrinkModel` takes dead channels out, and `scanSensitivity` and
 * `findTarget` say which layers and how much.
 *
 * What it is not. No engine: nothing here runs a model or steps an optimiser; trainers, captured inputs and evaluations
 * come from the caller. A projection sees weights, not losses, and leaves shapes alone. No measuring of time: which
 * scheme suits a layer is a mapper's question.
 *
 * Who owns which buffer. Functions read `Matrix.values` and never write to it; a matrix gathered from a row-major f32
 * tensor is a view on the tensor's data. Masks are new and belong to the caller. Models come back as new records;
 * tensors that were not pruned are shared with the old model.
 *
 * What is thrown. `FretworkError` alone: `scheme.*` for a scheme that makes no sense for any matrix, `matrix.*` for
 * values that are no matrix, `projection.*` for a scheme or patterns that do not fit this one (ask `supports` first to get
 * the reason as a record), `mask.shape`, `prune.*` for a request that does not fit the model, `train.*` and `checkpoint.*`
 * for training, `capture.*` for captured inputs, `scan.*` and `target.*` for searches; and the reason of an aborted signal.
 */
import type { DType, MappingPlan, MatrixView, Model, Scheme } from '@fretwork/format';

/** Weights as `rows` x `columns`, row-major; `kernel` columns belong to one input channel (1 where there is no kernel). */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Kh·Kw of a convolution, else 1; divides `columns`. */
  readonly kernel: number;
  /** `[rows · columns]`, finite. */
  readonly values: Float32Array;
}

/** Which weights stay. */
export interface Mask {
  readonly rows: number;
  readonly columns: number;
  /** `[rows · columns]`, row-major: 1 = kept, 0 = removed. */
  readonly keep: Uint8Array;
}

/**
 * How the rate is shared out where a scheme has parts of equal standing (BCR and block-punched: blocks; pattern: the
 * kernels of each filter). The other schemes have one part, and the word changes nothing.
 * - `equal`: the same quota rule in each part, `n - floor(n · (1 - share kept))`: never more goes than asked. This is
 *   the papers' rule; small parts then miss the rate (a quarter of one row is a whole row).
 * - `balanced`: counts of equal parts differ by one at most, and the total meets the rate as nearly as whole groups
 *   allow: parts that win most energy by it keep one group more.
 * - `global`: one threshold for the whole matrix; parts may keep all or nothing.
 */
export type Allocation = 'equal' | 'balanced' | 'global';

export interface ProjectOptions {
  /** Default `balanced`. */
  readonly allocation?: Allocation;
  /** Pattern scheme: masks of kernel positions (bit i: position i), as `choosePatterns` returns them. Default: chosen from this matrix. */
  readonly patterns?: readonly number[];
  /** BCR: subsets of rows (or columns) of a block that are all tried before the search turns to alternation. Default 256. */
  readonly exhaustive?: number;
}

/** A mask and what it costs. */
export interface Projection {
  readonly scheme: Scheme;
  readonly mask: Mask;
  /** Weights of the matrix. */
  readonly weights: number;
  /** Weights that stay. */
  readonly kept: number;
  /** Reached compression, weights / kept; 1 for a matrix without weights. */
  readonly rate: number;
  /** Kept share of the squared norm, 0 to 1; 1 where the norm is 0. */
  readonly energy: number;
  /** Pattern scheme: the patterns that kernels could take. */
  readonly patterns?: readonly number[];
}

/** Whether a scheme fits a matrix, and if not, why and what to do instead. */
export type Support =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly hint: string };

/** What to prune a model by: one scheme for every layer that it fits, or a plan with one for each. */
export type PruneTarget =
  | { readonly scheme: Scheme; readonly plan?: never }
  /** Layers that the plan does not name stay as they are. */
  | { readonly plan: MappingPlan; readonly scheme?: never };

export type PruneRequest = PruneTarget & {
  /** Layers to leave alone: names, or patterns with `*` (any run of characters) and `?` (one). */
  readonly skip?: readonly string[];
  /** Leave the first convolution alone, which the papers prune lightly or not at all. Default false. */
  readonly skipFirst?: boolean;
  /** Weight tensors with fewer weights stay dense. Default 64. */
  readonly smallest?: number;
  /** How each matrix is projected. Patterns left out are chosen from all layers that the pattern scheme goes to. */
  readonly options?: ProjectOptions;
};

/** One weight tensor of a layer: what will be done to it and why. `scheme` dense: left as it is. */
export interface PlannedWeight {
  readonly tensor: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** How the layer sees and stores it. */
  readonly view: MatrixView;
  /** The matrices it is pruned as, one by one: those of `view`, but each group of a grouped convolution by itself. */
  readonly matrices: MatrixView;
  readonly scheme: Scheme;
  readonly reason: string;
}

export interface PlannedLayer {
  readonly layer: string;
  readonly operator: string;
  /** Dense where none of its weights is pruned. */
  readonly scheme: Scheme;
  readonly reason: string;
  readonly weights: readonly PlannedWeight[];
}

/** What `applyPruning` will do: every layer with weights, in model order. */
export interface PruningPlan {
  readonly layers: readonly PlannedLayer[];
}

/** Counts of weights and bytes, before and after. */
export interface Tally {
  readonly weights: number;
  /** Those that the masks keep. Where such a weight is 0 all the same, it need not be stored. */
  readonly kept: number;
  /** weights / kept; 1 where there are none. */
  readonly rate: number;
  /** Kept share of the squared norm; 1 where it is 0. */
  readonly energy: number;
  /** Payload and index, as stored in the model given. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

export interface WeightReport extends Tally {
  readonly tensor: string;
  /** `dense`, `csr`, `bcr 8x32` …: how it is stored now. */
  readonly encoding: string;
}

export interface LayerReport extends Tally {
  readonly layer: string;
  readonly operator: string;
  readonly scheme: Scheme;
  /** Why it stayed dense, or why it is stored as it is. */
  readonly reason: string;
  readonly tensors: readonly WeightReport[];
}

/** Weights that several layers share appear with each of them and count once in the totals. */
export interface PruneReport {
  readonly layers: readonly LayerReport[];
  /** Over the tensors that were pruned. */
  readonly pruned: Tally;
  /** Over all tensors that hold prunable weights. */
  readonly total: Tally;
}

export interface PrunedModel {
  readonly model: Model;
  readonly report: PruneReport;
}
