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

/** Does run i have the columns of the run before it? */
export const sharesColumns = (runs: Runs, i: number, before: number | undefined): boolean =>
  before !== undefined && runs.columnAt[i] === runs.columnAt[before] && runs.columnCount[i] === runs.columnCount[before];

/** A list of numbers that grows. */
class Numbers {
  #data: Uint32Array = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    this.room(1)[this.length++] = value;
  }

  /** `values` from `from` to `to`, `more` added to each. */
  append(values: ArrayLike<number>, from: number, to: number, more = 0): void {
    const data = this.room(to - from);
    for (let i = from; i < to; i++) data[this.length++] = values[i]! + more;
  }

  /** All of them, with room for `more`. */
  room(more: number): Uint32Array {
    if (this.length + more > this.#data.length) {
      const larger = new Uint32Array(Math.max(this.length + more, 2 * this.#data.length));
      larger.set(this.#data.subarray(0, this.length));
      this.#data = larger;
    }
    return this.#data;
  }

  finish(): Uint32Array {
    return this.#data.slice(0, this.length);
  }
}

/** Writes a table, run by run. */
export class RunWriter {
  readonly #rowAt = new Numbers();
  readonly #rows = new Numbers();
  readonly #columnAt = new Numbers();
  readonly #columnCount = new Numbers();
  readonly #columns = new Numbers();
  /** The run that was taken last. */
  #from: Runs | undefined;
  #run = 0;

  get count(): number {
    return this.#columnAt.length;
  }

  /** A run of columns `columns[from]` … `columns[to - 1]`; its rows are to be added next. */
  add(columns: Uint32Array, from: number, to: number): this {
    this.#begin(this.#columns.length, to - from);
    this.#columns.append(columns, from, to);
    return this;
  }

  /** A run of the columns of the one before; its rows are to be added next. */
  addBeside(): this {
    return this.#begin(this.#columnAt.room(0)[this.count - 1]!, this.#columnCount.room(0)[this.count - 1]!);
  }

  /** Rows of the run that was added last: `rows[from]` … `rows[to - 1]`, `below` further down. */
  of(rows: ArrayLike<number>, from = 0, to: number = rows.length, below = 0): void {
    this.#rows.append(rows, from, to, below);
  }

  /** Run i of another table, its rows `below` further down. */
  take(from: Runs, i: number, below = 0): void {
    const beside = this.#from === from && sharesColumns(from, i, this.#run);
    (beside ? this.addBeside() : this.add(from.columns, from.columnAt[i]!, from.columnAt[i]! + from.columnCount[i]!)).of(from.rows, from.rowAt[i]!, from.rowAt[i + 1]!, below);
    [this.#from, this.#run] = [from, i];
  }

  #begin(columnAt: number, columns: number): this {
    this.#columnAt.push(columnAt);
    this.#columnCount.push(columns);
    this.#rowAt.push(this.#rows.length);
    return this;
  }

  /** `rows`: of the whole matrix. */
  finish(rows: number): Runs {
    const { count } = this;
    this.#rowAt.push(this.#rows.length);
    const [rowAt, ids, columnCount] = [this.#rowAt.finish(), this.#rows.finish(), this.#columnCount.finish()];
    const weightAt = new Uint32Array(count);
    const [firstRun, lastRun] = [new Int32Array(rows).fill(-1), new Int32Array(rows)];
    let weightCount = 0;
    for (let i = 0; i < count; i++) {
      weightAt[i] = weightCount;
      weightCount += columnCount[i]! * (rowAt[i + 1]! - rowAt[i]!);
      for (let k = rowAt[i]!; k < rowAt[i + 1]!; k++) {
        if (firstRun[ids[k]!] === -1) firstRun[ids[k]!] = i;
        lastRun[ids[k]!] = i;
      }
    }
    const bits = (run: Int32Array): Uint32Array => {
      const found = new Uint32Array(count);
      for (let i = 0; i < count; i++) for (let k = rowAt[i]!; k < rowAt[i + 1]!; k++) if (run[ids[k]!] === i) found[i]! |= 1 << (k - rowAt[i]!);
      return found;
    };
    return {
      count, rowAt, rows: ids, columnAt: this.#columnAt.finish(), columnCount, columns: this.#columns.finish(), weightAt, weightCount,
      first: bits(firstRun), last: bits(lastRun),
    };
  }
}

/** No runs at all. */
export const noRuns = (): Runs => new RunWriter().finish(0);
