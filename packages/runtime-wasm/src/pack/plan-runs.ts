import { tiles, type SparseMatrix } from '@fretwork/format';
import { rowCountsOf } from '../kernels/manifest.js';

/** Columns that one set of rows keeps: a dense rectangle. Row ids and columns ascend. */
export interface Run {
  readonly rows: readonly number[];
  readonly columns: Uint32Array;
  /** `[columns, rows]`: column after column, as the kernels read them. */
  readonly weights: Float32Array;
  /** Per row: is this the first (last) run of that row? */
  readonly first: readonly boolean[];
  readonly last: readonly boolean[];
}

export interface RunOptions {
  /** Rows looked at together, 1 to 32; left out: the encoding's own block height. A panel never spans two groups. */
  readonly panel?: number;
  /** Row counts that the kernels have, most first, 1 last. Left out: those of the stream kernels. */
  readonly rowCounts?: readonly number[];
  /** Rows of one group of a grouped convolution; left out: one group. */
  readonly groupRows?: number;
  /** Columns taken together before the next ones, so that their activations stay in the first cache; left out: all. */
  readonly chunk?: number;
  /** Only columns `[from, to)`, renumbered from 0. */
  readonly columns?: readonly [from: number, to: number];
  /** All weights times this. */
  readonly scale?: number;
}

/** What packing is going to write; plain and printable. */
export interface RunPlan {
  readonly rows: number;
  readonly columns: number;
  readonly panel: number;
  /** Weights that are not zero: explicit zeros in tiles are dropped. */
  readonly nnz: number;
  readonly runs: readonly Run[];
}

/** Weights of one panel, in no order: place in the panel, column, value. */
interface Entries {
  readonly start: Uint32Array;
  readonly row: Uint8Array;
  readonly column: Uint32Array;
  readonly value: Float32Array;
}

type BareRun = Pick<Run, 'rows' | 'columns' | 'weights'>;

/**
 * Cuts a sparse matrix into runs: in each panel of rows the columns are grouped by the exact set of rows that keep them
 * (GRIM's matrix reorder, papers.md 1.5, inside a panel), and each group is cut to the row counts that kernels have. A
 * row that keeps nothing gets one run without columns, so that its bias reaches the output. The matrix is never densified.
 */
export function planRuns(matrix: SparseMatrix, options: RunOptions = {}): RunPlan {
  const groupRows = options.groupRows ?? matrix.rows;
  const [from, to] = options.columns ?? [0, matrix.columns];
  const wanted = Math.max(1, Math.min(32, options.panel ?? panelOf(matrix)));
  const panel = groupRows === matrix.rows ? wanted : panelWithin(groupRows, wanted);
  const rowCounts = options.rowCounts ?? rowCountsOf('stream');
  const entries = collect(matrix, panel, from, to, options.scale ?? 1);
  const columns = to - from;
  const chunk = Math.max(1, options.chunk ?? columns);
  const panels = Math.ceil(matrix.rows / panel);
  const cutters = new Panels(entries, columns, panel, rowCounts);
  const byChunk: BareRun[][] = Array.from({ length: Math.max(1, Math.ceil(columns / chunk)) }, () => []);
  for (let p = 0; p < panels; p++) cutters.cut(p, chunk, byChunk);
  const bare = byChunk.flat();
  const touched = new Uint8Array(matrix.rows);
  for (const run of bare) for (const row of run.rows) touched[row] = 1;
  for (let row = 0; row < matrix.rows; row++) if (touched[row] === 0) bare.push({ rows: [row], columns: new Uint32Array(0), weights: new Float32Array(0) });
  return { rows: matrix.rows, columns, panel, nnz: entries.value.length, runs: withEnds(bare, matrix.rows) };
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

function withEnds(bare: readonly BareRun[], rows: number): Run[] {
  const [firstRun, lastRun] = [new Int32Array(rows).fill(-1), new Int32Array(rows)];
  bare.forEach((run, i) => run.rows.forEach((row) => {
    if (firstRun[row] === -1) firstRun[row] = i;
    lastRun[row] = i;
  }));
  return bare.map((run, i): Run => ({ ...run, first: run.rows.map((row) => firstRun[row] === i), last: run.rows.map((row) => lastRun[row] === i) }));
}

function collect(matrix: SparseMatrix, panel: number, from: number, to: number, scale: number): Entries {
  const panels = Math.ceil(matrix.rows / panel);
  const start = new Uint32Array(panels + 1);
  const each = (visit: (row: number, column: number, value: number) => void): void => {
    for (const tile of tiles(matrix)) {
      let at = 0;
      for (let i = 0; i < tile.rows.length; i++) {
        const row = tile.rows[i]!;
        for (let j = 0; j < tile.columns.length; j++) {
          const value = tile.payload[at++] as number;
          const column = tile.columns[j]!;
          if (value !== 0 && column >= from && column < to) visit(row, column - from, value);
        }
      }
    }
  };
  each((r) => { start[Math.floor(r / panel) + 1]!++; });
  for (let p = 0; p < panels; p++) start[p + 1]! += start[p]!;
  const count = start[panels]!;
  const next = start.slice(0, panels);
  const [row, column, value] = [new Uint8Array(count), new Uint32Array(count), new Float32Array(count)];
  each((r, c, v) => {
    const at = next[Math.floor(r / panel)]!++;
    row[at] = r % panel;
    column[at] = c;
    value[at] = v * scale;
  });
  return { start, row, column, value };
}

/** Cuts one panel after the other, on the same scratch arrays. */
class Panels {
  readonly #entries: Entries;
  readonly #panel: number;
  readonly #rowCounts: readonly number[];
  /** Bit r of column c: row r of the panel keeps it. */
  readonly #masks: Uint32Array;
  /** `[columns, panel]`: the panel's weights, valid where a mask says so. */
  readonly #values: Float32Array;

  constructor(entries: Entries, columns: number, panel: number, rowCounts: readonly number[]) {
    this.#entries = entries;
    this.#panel = panel;
    this.#rowCounts = rowCounts;
    this.#masks = new Uint32Array(columns);
    this.#values = new Float32Array(columns * panel);
  }

  /** Adds the runs of panel `p` to `byChunk`. */
  cut(p: number, chunk: number, byChunk: readonly BareRun[][]): void {
    const { start, row, column, value } = this.#entries;
    const [from, to] = [start[p]!, start[p + 1]!];
    for (let i = from; i < to; i++) {
      const [c, r] = [column[i]!, row[i]!];
      this.#masks[c]! |= 1 << r;
      this.#values[c * this.#panel + r] = value[i]!;
    }
    const kept = Uint32Array.from(new Set(column.subarray(from, to))).sort();
    for (let k = 0; k < kept.length;) {
      const at = Math.floor(kept[k]! / chunk);
      let next = k;
      while (next < kept.length && Math.floor(kept[next]! / chunk) === at) next++;
      this.#cutChunk(p, kept.subarray(k, next), byChunk[at]!);
      k = next;
    }
    for (const c of kept) this.#masks[c] = 0;
  }

  #cutChunk(p: number, kept: Uint32Array, into: BareRun[]): void {
    const groups = new Map<number, number[]>();
    for (const c of kept) {
      const mask = this.#masks[c]!;
      const group = groups.get(mask);
      if (group === undefined) groups.set(mask, [c]);
      else group.push(c);
    }
    // Long runs first: the first touch of a row takes the bias without loading anything.
    for (const [mask, columns] of [...groups].sort(([, a], [, b]) => b.length - a.length)) {
      const rows: number[] = [];
      for (let r = 0; r < this.#panel; r++) if (((mask >>> r) & 1) === 1) rows.push(r);
      for (let i = 0; i < rows.length;) {
        const count = this.#rowCounts.find((n) => n <= rows.length - i)!;
        into.push(this.#run(p, rows.slice(i, i + count), columns));
        i += count;
      }
    }
  }

  #run(p: number, rows: readonly number[], columns: readonly number[]): BareRun {
    const weights = new Float32Array(columns.length * rows.length);
    let at = 0;
    for (const c of columns) for (const r of rows) weights[at++] = this.#values[c * this.#panel + r]!;
    return { rows: rows.map((r) => p * this.#panel + r), columns: Uint32Array.from(columns), weights };
  }
}
