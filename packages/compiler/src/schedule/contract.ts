/**
 * The schedule of a sparse matrix: in which order a machine does `matrix x activations`, as every code generator reads it.
 *
 * Rows are put in a new order, in which neighbours keep equal or similar columns (GRIM's matrix reorder, papers.md 1.5),
 * and cut into groups of at most `height` rows. Inside a group the surviving columns are regrouped by row mask: the exact
 * set of the group's rows that keep the column. Columns of one mask are a segment: a dense rectangle of rows x columns.
 * Executing a segment loads the activation vector of each column once and multiplies it into the sum of every row of the
 * mask, so no vector is loaded twice for rows that share it (load-redundancy elimination). The order of sums is free:
 * segments may run in any order, and results agree up to rounding. What a schedule means is `runSchedule`, slow and
 * obvious.
 *
 *     for each part (one per thread), for each group from..to:
 *       sums = 0 for each row of the group
 *       for each segment, for each of its columns c:  x = activations[c]            // one load
 *         for each row r of the mask:                 sums[r] += weight · x         // weights lie in this order
 *       for each row r of the group:                  outputs[order[start + r]] = sums[r]
 *
 * A schedule holds structure alone. `packWeights` gives the weights in the order in which the loop above needs them, in
 * the element type of the matrix; so one schedule serves f32, f16 and int8 payloads.
 */

/** Lists of ids are typed arrays: read-only by agreement, shared between records that are derived from one another. */
export interface Schedule {
  readonly rows: number;
  readonly columns: number;
  /** Weights that are not zero. */
  readonly nnz: number;
  /** `[rows]`: place p computes matrix row `order[p]`; a permutation. Stacked matrices count rows through. */
  readonly order: Uint32Array;
  /** In the order of `order`: every place is in exactly one group. */
  readonly groups: readonly RowGroup[];
  /** One per thread; they cover the groups, ascending. */
  readonly parts: readonly Part[];
  /** Weights of the fullest part over the mean; 1 where there is one part or nothing to do. */
  readonly balance: number;
  /** Why `balance` is above what was asked for; left out: it is not. */
  readonly unbalanced?: string;
}

/** Neighbours in `order` whose sums are made together. A group never spans two groups of a convolution. */
export interface RowGroup {
  /** First place of the group. */
  readonly start: number;
  /** Rows, 1 to 32. */
  readonly height: number;
  readonly nnz: number;
  /** First weight of the group in what `packWeights` gives. */
  readonly weights: number;
  /** Chunk after chunk, in a chunk most rows first. Empty: the rows keep nothing, and outputs are the bias. */
  readonly segments: readonly Segment[];
}

/** Columns that one set of rows keeps: a dense rectangle of `count` rows x `columns.length` columns. */
export interface Segment {
  /** Bit r: row r of the group (place `start + r`) keeps these columns. Unsigned, never 0. */
  readonly mask: number;
  /** Bits of `mask`. */
  readonly count: number;
  /** Which chunk of the columns it belongs to: column c is in chunk floor(c / chunk). */
  readonly chunk: number;
  /** Ascending. Those of a group of a convolution are counted from the group's first column. */
  readonly columns: Uint32Array;
  /** First weight in what `packWeights` gives; column after column, in each the rows of the mask, ascending. */
  readonly weights: number;
}

/** Groups `[from, to)` that one thread does. */
export interface Part {
  readonly from: number;
  readonly to: number;
  readonly nnz: number;
}

/**
 * `as-stored`: rows stay where they are, threads take neighbours. `by-columns`: rows with equal, then similar column sets
 * come together, and whole groups are dealt to threads by their weights.
 */
export type Reorder = 'as-stored' | 'by-columns';

/**
 * `per-row`: each row is a segment by itself, and loads every vector it needs; what a plan without load-redundancy
 * elimination does. `by-mask`: a vector is loaded once for all rows of a segment.
 */
export type Sharing = 'per-row' | 'by-mask';

/** Decisions that a schedule follows from; plain, all of them may be tuned. */
export interface ScheduleOptions {
  /** Rows of a group, 1 to 32. */
  readonly height: number;
  /** Row counts that the kernels have, in any order, 1 among them: a mask of more rows is cut into them, most first. Left out: all up to `height`. */
  readonly rowCounts?: readonly number[];
  /** Columns taken together before the next ones, so that their activations stay in the first cache. Left out or 0: all. */
  readonly chunk?: number;
  /** Left out: `by-columns`. */
  readonly reorder?: Reorder;
  /** Left out: `by-mask`. */
  readonly sharing?: Sharing;
  /** Parts. Left out: 1. */
  readonly threads?: number;
  /** Largest `balance` wanted. Left out: 1.05. */
  readonly balance?: number;
  /** Rows that work on the same input channels; groups do not span two such sets. Left out: all rows of the stack. */
  readonly groupRows?: number;
}

/** A schedule in numbers; plain and printable. */
export interface ScheduleSummary {
  readonly rows: number;
  readonly columns: number;
  readonly nnz: number;
  readonly groups: number;
  readonly segments: number;
  /** Activation vectors loaded per tile of pixels: one per column of each segment. */
  readonly loads: number;
  /** What they would be if each row loaded what it needs: `nnz`. */
  readonly loadsPerRow: number;
  /** `loadsPerRow - loads`. */
  readonly loadsSaved: number;
  /** Columns by the number of rows that share their load: place i is for i + 1 rows. */
  readonly sharedBy: readonly number[];
  readonly partsNnz: readonly number[];
  readonly balance: number;
  readonly unbalanced?: string;
}
