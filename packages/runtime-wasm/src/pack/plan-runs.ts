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

/** How many of `left` rows one run takes: the most there are; but of up to three, pairs run fastest, and an odd number is better one triple than a single. */
const countOf = (left: number, rowCounts: readonly number[]): number =>
  (left % 2 === 1 && left >= 3 && rowCounts[0] === 3 ? 3 : rowCounts.find((count) => count <= left && (count !== 3 || rowCounts[0] !== 3))!);

type Visit = (row: number, column: number, value: number) => void;

/** The weights of a matrix that are not zero, panel by panel. */
interface Entries {
  readonly count: number;
  /** Weights of panel `p`, in no order: place in the panel, column, value. */
  readonly each: (p: number, visit: Visit) => void;
  /** The weight at a place of panel `p`, if the panel keeps every one. */
  readonly full: (p: number) => ((row: number, column: number) => number) | undefined;
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
  const entries = isWhole(matrix) ? wholeEntries(matrix, panel, from, to, options.scale ?? 1) : collect(matrix, panel, from, to, options.scale ?? 1);
  const columns = to - from;
  const chunk = Math.max(1, options.chunk ?? columns);
  const panels = Math.ceil(matrix.rows / panel);
  const cutters = new Panels(entries, matrix.rows, columns, panel, rowCounts);
  const byChunk: BareRun[][] = Array.from({ length: Math.max(1, Math.ceil(columns / chunk)) }, () => []);
  for (let p = 0; p < panels; p++) cutters.cut(p, chunk, byChunk);
  const bare = byChunk.flat();
  const touched = new Uint8Array(matrix.rows);
  for (const run of bare) for (const row of run.rows) touched[row] = 1;
  for (let row = 0; row < matrix.rows; row++) if (touched[row] === 0) bare.push({ rows: [row], columns: new Uint32Array(0), weights: new Float32Array(0) });
  return { rows: matrix.rows, columns, panel, nnz: entries.count, runs: withEnds(bare, matrix.rows) };
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

/** One block without masks: a dense matrix. */
export const isWhole = (matrix: SparseMatrix): boolean => matrix.encoding === 'bcr' && matrix.blockRows >= matrix.rows && matrix.blockColumns >= matrix.columns
  && matrix.present === undefined && matrix.rowMask === undefined && matrix.columnMask === undefined;

/** Read where they lie: a dense matrix can be large, and its order is known. */
function wholeEntries({ rows, columns, payload }: SparseMatrix, panel: number, from: number, to: number, scale: number): Entries {
  const each = (p: number, visit: Visit): void => {
    for (let row = p * panel; row < Math.min(rows, (p + 1) * panel); row++) {
      for (let column = from; column < to; column++) {
        const value = payload[row * columns + column] as number;
        if (value !== 0) visit(row - p * panel, column - from, value * scale);
      }
    }
  };
  const kept = Float64Array.from({ length: Math.ceil(rows / panel) }, (_, p) => {
    let count = 0;
    for (let row = p * panel; row < Math.min(rows, (p + 1) * panel); row++) {
      for (let i = row * columns + from; i < row * columns + to; i++) if (payload[i] !== 0) count++;
    }
    return count;
  });
  const full = (p: number): ((row: number, column: number) => number) | undefined => {
    if (kept[p] !== (Math.min(rows, (p + 1) * panel) - p * panel) * (to - from)) return undefined;
    const first = p * panel * columns + from;
    return (row, column) => (payload[first + row * columns + column] as number) * scale;
  };
  return { count: kept.reduce((a, b) => a + b, 0), each, full };
}

/** Sorted into panels by counting. */
function collect(matrix: SparseMatrix, panel: number, from: number, to: number, scale: number): Entries {
  const panels = Math.ceil(matrix.rows / panel);
  const start = new Uint32Array(panels + 1);
  const all = (visit: Visit): void => {
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
  all((r) => { start[Math.floor(r / panel) + 1]!++; });
  for (let p = 0; p < panels; p++) start[p + 1]! += start[p]!;
  const count = start[panels]!;
  const next = start.slice(0, panels);
  const row = new Uint8Array(count);
  const column = new Uint32Array(count);
  const value = new Float32Array(count);
  all((r, c, v) => {
    const at = next[Math.floor(r / panel)]!++;
    row[at] = r % panel;
    column[at] = c;
    value[at] = v * scale;
  });
  return {
    count,
    each: (p, visit) => { for (let i = start[p]!; i < start[p + 1]!; i++) visit(row[i]!, column[i]!, value[i]!); },
    full: () => undefined,
  };
}

/** Cuts one panel after the other, on the same scratch arrays. */
class Panels {
  readonly #entries: Entries;
  readonly #rows: number;
  readonly #columns: number;
  readonly #panel: number;
  readonly #rowCounts: readonly number[];
  /** Bit r of column c: row r of the panel keeps it. */
  readonly #masks: Uint32Array;
  /** `[columns, panel]`: the panel's weights, valid where a mask says so. */
  readonly #values: Float32Array;

  constructor(entries: Entries, rows: number, columns: number, panel: number, rowCounts: readonly number[]) {
    this.#entries = entries;
    this.#rows = rows;
    this.#columns = columns;
    this.#panel = panel;
    this.#rowCounts = rowCounts;
    this.#masks = new Uint32Array(columns);
    this.#values = new Float32Array(columns * panel);
  }

  /** Adds the runs of panel `p` to `byChunk`. */
  cut(p: number, chunk: number, byChunk: readonly BareRun[][]): void {
    const [masks, values, panel] = [this.#masks, this.#values, this.#panel];
    const weight = this.#entries.full(p);
    if (weight !== undefined) return this.#cutFull(p, chunk, weight, byChunk);
    const found: number[] = [];
    this.#entries.each(p, (r, c, value) => {
      if (masks[c] === 0) found.push(c);
      masks[c]! |= 1 << r;
      values[c * panel + r] = value;
    });
    const kept = Uint32Array.from(found).sort();
    for (let k = 0; k < kept.length;) {
      const at = Math.floor(kept[k]! / chunk);
      let next = k;
      while (next < kept.length && Math.floor(kept[next]! / chunk) === at) next++;
      this.#cutChunk(p, kept.subarray(k, next), byChunk[at]!);
      k = next;
    }
    for (const c of kept) masks[c] = 0;
  }

  #cutFull(p: number, chunk: number, weight: (row: number, column: number) => number, byChunk: readonly BareRun[][]): void {
    const height = Math.min(this.#panel, this.#rows - p * this.#panel);
    byChunk.forEach((into, k) => {
      const columns = Uint32Array.from({ length: Math.min(chunk, this.#columns - k * chunk) }, (_, c) => k * chunk + c);
      for (let first = 0; first < height;) {
        const count = countOf(height - first, this.#rowCounts);
        const weights = new Float32Array(columns.length * count);
        for (let r = 0; r < count; r++) for (let c = 0; c < columns.length; c++) weights[c * count + r] = weight(first + r, columns[c]!);
        into.push({ rows: Array.from({ length: count }, (_, r) => p * this.#panel + first + r), columns, weights });
        first += count;
      }
    });
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
        const count = countOf(rows.length - i, this.#rowCounts);
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
