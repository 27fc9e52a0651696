import type { SparseMatrix } from '@fretwork/format';
import { rowCountsOf } from '../kernels/manifest.js';
import { panelReader, type Part } from './panels.js';
import { runWriter, type RunWriter, type Runs } from './runs.js';

export interface RunOptions {
  /** Rows looked at together, 1 to 32; left out: the encoding's own block height. A panel never spans two groups. */
  readonly panel?: number;
  /** Row counts that the kernels have, most first, 1 last. Left out: those of the stream kernels. */
  readonly rowCounts?: readonly number[];
  /** Rows of one group of a grouped convolution; left out: one group. */
  readonly groupRows?: number;
  /** Columns taken together before the next ones, so that their activations stay in the first cache; left out: all. */
  readonly chunk?: number | undefined;
  /** Only columns `[from, to)`, renumbered from 0. */
  readonly columns?: readonly [from: number, to: number];
  /** All weights times this. */
  readonly scale?: number;
}

/** A matrix of which runs were made. */
export interface RunSource extends Part {
  /** Where its row 0 stands among the rows of the plan. */
  readonly firstRow: number;
  readonly scale: number;
}

/** What packing is going to write; plain and printable. `layWeights` writes the weights. */
export interface RunPlan {
  readonly rows: number;
  readonly columns: number;
  readonly panel: number;
  /** Weights that are not zero: explicit zeros in tiles are dropped. */
  readonly nnz: number;
  readonly runs: Runs;
  /** One under the other. */
  readonly sources: readonly RunSource[];
}

/** How many of `left` rows one run takes: the most there are; but of up to three, pairs run fastest, and an odd number is better one triple than a single. */
const countOf = (left: number, rowCounts: readonly number[]): number =>
  (left % 2 === 1 && left >= 3 && rowCounts[0] === 3 ? 3 : rowCounts.find((count) => count <= left && (count !== 3 || rowCounts[0] !== 3))!);

/**
 * Cuts a sparse matrix into runs: in each panel of rows the columns are grouped by the exact set of rows that keep them
 * (GRIM's matrix reorder, papers.md 1.5, inside a panel), and each group is cut to the row counts that kernels have. A
 * row that keeps nothing gets one run without columns, so that its bias reaches the output. The matrix is never densified.
 */
export function planRuns(matrix: SparseMatrix, options: RunOptions = {}): RunPlan {
  const groupRows = options.groupRows ?? matrix.rows;
  const range = options.columns ?? [0, matrix.columns];
  const wanted = Math.max(1, Math.min(32, options.panel ?? panelOf(matrix)));
  const panel = groupRows === matrix.rows ? wanted : panelWithin(groupRows, wanted);
  const columns = range[1] - range[0];
  const source: RunSource = { matrix, panel, columns: range, firstRow: 0, scale: options.scale ?? 1 };
  const runs = cutRuns(source, options.rowCounts ?? rowCountsOf('stream'), Math.max(1, options.chunk ?? columns));
  return { rows: matrix.rows, columns, panel, nnz: runs.weightCount, runs, sources: [source] };
}

const panelOf = (matrix: SparseMatrix): number => {
  switch (matrix.encoding) {
    case 'csr': return 1;
    case 'bcr': return matrix.blockRows;
    case 'bcrc': case 'pattern': return 4;
  }
};

/** The largest height up to `wanted` that cuts a group into whole panels. */
function panelWithin(groupRows: number, wanted: number): number {
  for (let height = Math.min(wanted, groupRows); height > 1; height--) if (groupRows % height === 0) return height;
  return 1;
}

/** Cuts one panel after the other, on the same scratch arrays; `width` columns make a chunk. */
function cutRuns(source: RunSource, rowCounts: readonly number[], width: number): Runs {
  const { matrix: { rows: height }, panel, columns: [first, end] } = source;
  const { masks, kept, load } = panelReader(source, 'masks');
  const writers = Array.from({ length: Math.max(1, Math.ceil((end - first) / width)) }, () => runWriter());
  /** Of the columns of a chunk: the group of each, and all of them group by group. */
  const groupOf = new Uint32Array(end - first);
  const grouped = new Uint32Array(end - first);
  const empty = new Uint8Array(height).fill(1);
  for (let p = 0; p < Math.ceil(height / panel); p++) {
    const count = load(p);
    for (let from = 0; from < count;) {
      const chunk = Math.floor(kept[from]! / width);
      let to = from;
      while (to < count && kept[to]! < (chunk + 1) * width) to++;
      cutChunk(p, from, to, writers[chunk]!);
      from = to;
    }
  }
  const last = writers.at(-1)!;
  for (let row = 0; row < height; row++) if (empty[row] === 1) last.add(grouped, 0, 0).of([row]);
  if (writers.length === 1) return last.finish(height);
  const all = runWriter();
  for (const writer of writers) {
    const runs = writer.finish(height);
    for (let i = 0; i < runs.count; i++) all.take(runs, i);
  }
  return all.finish(height);

  /** Kept columns `from` to `to` of panel `p`, which all lie in one chunk. */
  function cutChunk(p: number, from: number, to: number, into: RunWriter): void {
    const [groups, sizes] = [new Map<number, number>(), [] as number[]];
    for (let k = from; k < to; k++) {
      const mask = masks[kept[k]!]!;
      let group = groups.get(mask);
      if (group === undefined) {
        group = sizes.push(0) - 1;
        groups.set(mask, group);
      }
      sizes[group]!++;
      groupOf[k] = group;
    }
    // Long runs first: the first touch of a row takes the bias without loading anything.
    const order = [...groups].sort(([, a], [, b]) => sizes[b]! - sizes[a]!);
    const ends = new Uint32Array(sizes.length);
    let top = 0;
    for (const [, group] of order) {
      ends[group] = top;
      top += sizes[group]!;
    }
    for (let k = from; k < to; k++) grouped[ends[groupOf[k]!]!++] = kept[k]!;
    for (const [mask, group] of order) {
      const rows: number[] = [];
      for (let r = 0; r < panel; r++) if (((mask >>> r) & 1) === 1) rows.push(p * panel + r);
      for (const row of rows) empty[row] = 0;
      for (let i = 0; i < rows.length;) {
        const count = countOf(rows.length - i, rowCounts);
        (i > 0 ? into.addBeside() : into.add(grouped, ends[group]! - sizes[group]!, ends[group]!)).of(rows, i, i + count);
        i += count;
      }
    }
  }
}
