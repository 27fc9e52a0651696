/**
 * Runs as one table: large networks have a million of them, and an object each, with arrays of its own, would take more
 * memory than the weights. A run is columns that one set of rows keeps, a dense rectangle; row ids and columns ascend.
 */
export interface Runs {
  readonly count: number;
  /** Row ids of run i stand from `rowAt[i]` to `rowAt[i + 1]`. */
  readonly rowAt: Uint32Array;
  readonly rows: Uint32Array;
  /** Its columns stand from `columnAt[i]` on, `columnCount[i]` of them; runs that follow one another may share them. */
  readonly columnAt: Uint32Array;
  readonly columnCount: Uint32Array;
  readonly columns: Uint32Array;
  /** Place of its weights among all, in floats: `[columns, rows]`, column after column, as the kernels read them. */
  readonly weightAt: Uint32Array;
  /** Weights of all runs. */
  readonly weightCount: number;
  /** Bit r: is this the first (last) run of its row r? */
  readonly first: Uint32Array;
  readonly last: Uint32Array;
}

export const heightOf = (runs: Runs, i: number): number => runs.rowAt[i + 1]! - runs.rowAt[i]!;

export const firstRowOf = (runs: Runs, i: number): number => runs.rows[runs.rowAt[i]!]!;

/** All bits of run i. */
export const allRows = (runs: Runs, i: number): number => (2 ** heightOf(runs, i) - 1) >>> 0;

/** Does run i have the columns of run `before`, if there is such a run? */
export const sharesColumns = (runs: Runs, i: number, before: number = i - 1): boolean =>
  before >= 0 && runs.columnAt[i] === runs.columnAt[before] && runs.columnCount[i] === runs.columnCount[before];

/** A list of numbers that grows. */
interface NumberList {
  readonly length: () => number;
  readonly last: () => number;
  readonly push: (value: number) => void;
  /** `values` from `from` to `to`, `more` added to each. */
  readonly append: (values: ArrayLike<number>, from: number, to: number, more?: number) => void;
  readonly finish: () => Uint32Array;
}

function numberList(): NumberList {
  let data: Uint32Array = new Uint32Array(1024);
  let length = 0;
  const room = (more: number): void => {
    if (length + more <= data.length) return;
    const larger = new Uint32Array(Math.max(length + more, 2 * data.length));
    larger.set(data.subarray(0, length));
    data = larger;
  };
  return {
    length: () => length,
    last: () => data[length - 1]!,
    push: (value) => {
      room(1);
      data[length++] = value;
    },
    append: (values, from, to, more = 0) => {
      room(to - from);
      for (let i = from; i < to; i++) data[length++] = values[i]! + more;
    },
    finish: () => data.slice(0, length),
  };
}

/** Writes a table, run by run. */
export interface RunWriter {
  /** A run of columns `columns[from]` … `columns[to - 1]`; its rows are to be added next. */
  readonly add: (columns: ArrayLike<number>, from: number, to: number) => RunWriter;
  /** A run of the columns of the one before; its rows are to be added next. */
  readonly addBeside: () => RunWriter;
  /** Rows of the run that was added last: `rows[from]` … `rows[to - 1]`, `below` further down. */
  readonly of: (rows: ArrayLike<number>, from?: number, to?: number, below?: number) => void;
  /** Run i of another table, its rows `below` further down. */
  readonly take: (from: Runs, i: number, below?: number) => void;
  /** The table; `rows`: of the whole matrix. */
  readonly finish: (rows: number) => Runs;
}

export function runWriter(): RunWriter {
  const rowAt = numberList();
  const rows = numberList();
  const columnAt = numberList();
  const columnCount = numberList();
  const columns = numberList();
  /** The run that was taken last. */
  let [source, run]: [Runs | undefined, number] = [undefined, 0];
  const begin = (at: number, count: number): RunWriter => {
    columnAt.push(at);
    columnCount.push(count);
    rowAt.push(rows.length());
    return writer;
  };
  const writer: RunWriter = {
    add: (from, first, end) => {
      begin(columns.length(), end - first);
      columns.append(from, first, end);
      return writer;
    },
    addBeside: () => begin(columnAt.last(), columnCount.last()),
    of: (from, first = 0, end = from.length, below = 0) => rows.append(from, first, end, below),
    take: (from, i, below = 0) => {
      const beside = source === from && sharesColumns(from, i, run);
      (beside ? writer.addBeside() : writer.add(from.columns, from.columnAt[i]!, from.columnAt[i]! + from.columnCount[i]!)).of(from.rows, from.rowAt[i]!, from.rowAt[i + 1]!, below);
      [source, run] = [from, i];
    },
    finish: (height) => {
      rowAt.push(rows.length());
      return table(rowAt.finish(), rows.finish(), columnAt.finish(), columnCount.finish(), columns.finish(), height);
    },
  };
  return writer;
}

/** With what follows from the runs: where weights stand, and which run of a row is its first and its last. */
function table(rowAt: Uint32Array, rows: Uint32Array, columnAt: Uint32Array, columnCount: Uint32Array, columns: Uint32Array, height: number): Runs {
  const count = columnAt.length;
  const weightAt = new Uint32Array(count);
  const firstRun = new Int32Array(height).fill(-1);
  const lastRun = new Int32Array(height);
  let weightCount = 0;
  for (let i = 0; i < count; i++) {
    weightAt[i] = weightCount;
    weightCount += columnCount[i]! * (rowAt[i + 1]! - rowAt[i]!);
    for (let k = rowAt[i]!; k < rowAt[i + 1]!; k++) {
      if (firstRun[rows[k]!] === -1) firstRun[rows[k]!] = i;
      lastRun[rows[k]!] = i;
    }
  }
  const bits = (run: Int32Array): Uint32Array => {
    const found = new Uint32Array(count);
    for (let i = 0; i < count; i++) for (let k = rowAt[i]!; k < rowAt[i + 1]!; k++) if (run[rows[k]!] === i) found[i]! |= 1 << (k - rowAt[i]!);
    return found;
  };
  return { count, rowAt, rows, columnAt, columnCount, columns, weightAt, weightCount, first: bits(firstRun), last: bits(lastRun) };
}

/** No runs at all. */
export const noRuns = (): Runs => runWriter().finish(0);
