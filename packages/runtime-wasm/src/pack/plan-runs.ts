import { tiles, type SparseMatrix } from '@fretwork/format';
import { rowCountsOf } from '../kernels/manifest.js';

/** Columns that one set of rows keeps: a dense rectangle. Row ids and columns ascend. */
export interface Run {
  readonly rows: readonly number[];
  readonly columns: Uint32Array;
  /** `[columns, rows]`: column after column, as the kernels read them. */
  readonly weights: Float32Array;
  readonly axpy: boolean;
  /** Per row: is this the first (last) run of that row? */
  readonly first: readonly boolean[];
  readonly last: readonly boolean[];
}

export interface RunOptions {
  /** Rows looked at together, 1 to 32; left out: the encoding's own block height. */
  readonly panel?: number;
  /** Row counts that the kernels have, most first, 1 last. Left out: those of the stream kernels. */
  readonly rowCounts?: readonly number[];
  /** Runs of fewer columns than this go to the axpy kernel. */
  readonly axpyBelow?: number;
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

/**
 * Cuts a sparse matrix into runs: in each panel of rows the columns are grouped by the exact set of rows that keep them
 * (GRIM's matrix reorder, papers.md 1.5, inside a panel), and each group is cut to the row counts that kernels have. A
 * row that keeps nothing gets one run without columns, so that its bias reaches the output. The matrix is never densified.
 */
export function planRuns(matrix: SparseMatrix, options: RunOptions = {}): RunPlan {
  const panel = Math.max(1, Math.min(32, options.panel ?? panelOf(matrix)));
  const rowCounts = options.rowCounts ?? rowCountsOf('stream');
  const entries = collect(matrix, panel);
  const masks = new Uint32Array(matrix.columns);
  const runs: Run[] = [];
  let nnz = 0;
  for (let p = 0; p * panel < matrix.rows; p++) {
    const height = Math.min(panel, matrix.rows - p * panel);
    nnz += entries.start[p + 1]! - entries.start[p]!;
    runs.push(...panelRuns(entries, p, p * panel, height, masks, rowCounts, options.axpyBelow ?? 0));
  }
  return { rows: matrix.rows, columns: matrix.columns, panel, nnz, runs };
}

const panelOf = (matrix: SparseMatrix): number => {
  switch (matrix.encoding) {
    case 'csr': return 1;
    case 'bcr': return matrix.blockRows;
    case 'bcrc': case 'pattern': return 4;
  }
};

function collect(matrix: SparseMatrix, panel: number): Entries {
  const panels = Math.ceil(matrix.rows / panel);
  const start = new Uint32Array(panels + 1);
  const each = (visit: (row: number, column: number, value: number) => void): void => {
    for (const tile of tiles(matrix)) {
      let at = 0;
      for (let i = 0; i < tile.rows.length; i++) {
        for (let j = 0; j < tile.columns.length; j++) {
          const value = tile.payload[at++] as number;
          if (value !== 0) visit(tile.rows[i]!, tile.columns[j]!, value);
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
    value[at] = v;
  });
  return { start, row, column, value };
}

function panelRuns(entries: Entries, p: number, top: number, height: number, masks: Uint32Array, rowCounts: readonly number[], axpyBelow: number): Run[] {
  const [from, to] = [entries.start[p]!, entries.start[p + 1]!];
  for (let i = from; i < to; i++) masks[entries.column[i]!]! |= 1 << entries.row[i]!;
  const kept = Uint32Array.from(new Set(entries.column.subarray(from, to))).sort();
  const groups = new Map<number, number[]>();
  for (const column of kept) {
    const mask = masks[column]!;
    const group = groups.get(mask);
    if (group === undefined) groups.set(mask, [column]);
    else group.push(column);
  }
  const place = new Map<number, number>();
  for (let i = from; i < to; i++) place.set(entries.column[i]! * 32 + entries.row[i]!, i);
  const bare: { rows: number[]; columns: number[] }[] = [];
  // Long runs first: the first touch of a row takes the bias without loading anything.
  for (const [mask, columns] of [...groups].sort(([, a], [, b]) => b.length - a.length)) {
    const rows = Array.from({ length: height }, (_, r) => r).filter((r) => ((mask >>> r) & 1) === 1);
    for (let i = 0; i < rows.length;) {
      const count = rowCounts.find((n) => n <= rows.length - i)!;
      bare.push({ rows: rows.slice(i, i + count), columns });
      i += count;
    }
  }
  const touched = new Set(bare.flatMap((run) => run.rows));
  for (let r = 0; r < height; r++) if (!touched.has(r)) bare.push({ rows: [r], columns: [] });
  const firstRun = new Map<number, number>();
  const lastRun = new Map<number, number>();
  bare.forEach((run, i) => run.rows.forEach((r) => {
    if (!firstRun.has(r)) firstRun.set(r, i);
    lastRun.set(r, i);
  }));
  for (const column of kept) masks[column] = 0;
  return bare.map((run, i): Run => {
    const first = run.rows.map((r) => firstRun.get(r) === i);
    const last = run.rows.map((r) => lastRun.get(r) === i);
    const weights = new Float32Array(run.columns.length * run.rows.length);
    run.columns.forEach((column, c) => run.rows.forEach((r, k) => { weights[c * run.rows.length + k] = entries.value[place.get(column * 32 + r)!]!; }));
    const even = new Set(first).size === 1 && new Set(last).size === 1;
    return {
      rows: run.rows.map((r) => top + r), columns: Uint32Array.from(run.columns), weights, first, last,
      axpy: even && run.columns.length > 0 && run.columns.length < axpyBelow,
    };
  });
}
