import type { SparseMatrix } from '@fretwork/format';
import { rowCountsOf } from '../kernels/manifest.js';
import { panelReader, type Part } from './panels.js';
import { runWriter, type Runs } from './runs.js';

export interface RunOptions {
  /** Rows looked at together, 1 to 32; left out: the encoding's own block height. A panel never spans two groups. */
  readonly panel?: number;
  /** Row counts that the kernels have, most first, 1 last. Left out: those of the stream kernels. */
  readonly rowCounts?: readonly number[];
  /** Rows of one group of a grouped convolution; left out: one group. */
  readonly groupRows?: number;
  /** Columns taken together before the next ones, so that their activations stay in the first cache; left out: all. */
  readonly chunk?: number | undefined;
  /** Rows of which the runs are put in order together, by their size; left out: those of a panel. */
  readonly together?: number;
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
  const runs = cutRuns(source, options.rowCounts ?? rowCountsOf('stream'), Math.max(1, options.chunk ?? columns), options.together ?? panel);
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

/** Columns of a chunk that one set of rows keeps. */
interface Group {
  readonly rows: readonly number[];
  readonly columns: number[];
}

/** By how many rows they are cut to, then by columns: an end that comes where the one before came is foreseen. */
const byKind = (a: Group, b: Group): number => kindOf(a) - kindOf(b) || b.columns.length - a.columns.length;

/** Even numbers of rows are all cut to pairs. */
const kindOf = ({ rows: { length } }: Group): number => (length % 2 === 0 ? 0 : length);

/** Cuts one panel after the other; `width` columns make a chunk, runs of `together` rows are put in order. */
function cutRuns(source: RunSource, rowCounts: readonly number[], width: number, together: number): Runs {
  const { matrix: { rows: height }, panel, columns: [first, end] } = source;
  const { masks, kept, load } = panelReader(source, 'masks');
  const rowsInOrder = panel * Math.max(1, Math.floor(together / panel));
  const chunks = Array.from({ length: Math.max(1, Math.ceil((end - first) / width)) }, () => ({ into: runWriter(), waiting: [] as Group[] }));
  const empty = new Uint8Array(height).fill(1);
  for (let top = 0; top < height; top += panel) {
    const count = load(top / panel);
    let chunk = -1;
    let groups = new Map<number, Group>();
    for (let k = 0; k < count; k++) {
      const column = kept[k]!;
      if (Math.floor(column / width) !== chunk) [chunk, groups] = [Math.floor(column / width), new Map()];
      const mask = masks[column]!;
      let group = groups.get(mask);
      if (group === undefined) {
        group = { rows: rowsOf(mask, top), columns: [] };
        for (const row of group.rows) empty[row] = 0;
        groups.set(mask, group);
        chunks[chunk]!.waiting.push(group);
      }
      group.columns.push(column);
    }
    if ((top + panel) % rowsInOrder === 0 || top + panel >= height) chunks.forEach(write);
  }
  const last = chunks.at(-1)!.into;
  for (let row = 0; row < height; row++) if (empty[row] === 1) last.add([], 0, 0).of([row]);
  if (chunks.length === 1) return last.finish(height);
  const all = runWriter();
  for (const { into } of chunks) {
    const runs = into.finish(height);
    for (let i = 0; i < runs.count; i++) all.take(runs, i);
  }
  return all.finish(height);

  function write({ into, waiting }: typeof chunks[0]): void {
    for (const { rows, columns } of waiting.sort(byKind)) {
      for (let i = 0; i < rows.length;) {
        const count = countOf(rows.length - i, rowCounts);
        (i > 0 ? into.addBeside() : into.add(columns, 0, columns.length)).of(rows, i, i + count);
        i += count;
      }
    }
    waiting.length = 0;
  }
}

/** Rows of the bits of `mask`, the first of which is `top`. */
function rowsOf(mask: number, top: number): readonly number[] {
  const rows: number[] = [];
  for (let row = top; mask !== 0; row++, mask >>>= 1) if ((mask & 1) === 1) rows.push(row);
  return rows;
}
