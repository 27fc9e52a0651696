import { tiles, type SparseMatrix, type Tile } from '@fretwork/format';

/** The part of a matrix that is read. */
export interface Part {
  readonly matrix: SparseMatrix;
  /** Rows of a panel, 1 to 32. */
  readonly panel: number;
  /** Columns `[from, to)`, renumbered from 0. */
  readonly columns: readonly [from: number, to: number];
}

/** One block without masks: a dense matrix. */
export const isWhole = (matrix: SparseMatrix): boolean => matrix.encoding === 'bcr' && matrix.blockRows >= matrix.rows && matrix.blockColumns >= matrix.columns
  && matrix.present === undefined && matrix.rowMask === undefined && matrix.columnMask === undefined;

/** Reads the weights of a matrix that are not zero, one panel of rows after the other, into the same scratch arrays. */
export class PanelReader {
  readonly #part: Part;
  readonly #load: (p: number) => void;
  readonly #width: number;
  /** Bit r of column c: row r of the panel keeps it. */
  readonly masks: Uint32Array;
  /** `[columns, panel]`: the panel's weights, valid where a mask says so; empty where nobody asked for them. */
  readonly values: Float32Array;
  /** Columns that some row of the panel keeps, ascending: the first `count`. */
  readonly kept: Uint32Array;
  count = 0;

  constructor(part: Part, values: 'values' | 'masks') {
    const { matrix, panel, columns: [from, to] } = part;
    this.#part = part;
    this.#width = to - from;
    this.masks = new Uint32Array(this.#width);
    this.kept = new Uint32Array(this.#width);
    this.values = new Float32Array(values === 'values' ? this.#width * panel : 0);
    this.#load = isWhole(matrix) ? (p) => this.#whole(p) : inOrder(part) ? this.#streamed() : this.#sorted();
  }

  /** Loads panel `p`; panels are to be asked for in their order. */
  load(p: number): void {
    for (let k = 0; k < this.count; k++) this.masks[this.kept[k]!] = 0;
    this.count = 0;
    this.#load(p);
    for (let k = 1; k < this.count; k++) if (this.kept[k]! < this.kept[k - 1]!) return void this.kept.subarray(0, this.count).sort();
  }

  #add(row: number, column: number, value: number): void {
    const { masks } = this;
    if (masks[column] === 0) this.kept[this.count++] = column;
    masks[column]! |= 1 << row;
    if (this.values.length > 0) this.values[column * this.#part.panel + row] = value;
  }

  #whole(p: number): void {
    const { matrix: { rows, columns, payload }, panel, columns: [from] } = this.#part;
    const top = p * panel;
    for (let row = top; row < Math.min(rows, top + panel); row++) {
      for (let c = 0; c < this.#width; c++) {
        const value = payload[row * columns + from + c] as number;
        if (value !== 0) this.#add(row - top, c, value);
      }
    }
  }

  /** Tiles as they come. */
  #streamed(): (p: number) => void {
    const all = tiles(this.#part.matrix)[Symbol.iterator]();
    let next = all.next();
    return (p) => {
      const top = p * this.#part.panel;
      const add = (row: number, column: number, value: number): void => this.#add(row - top, column, value);
      for (; next.done !== true && next.value.rows[0]! < top + this.#part.panel; next = all.next()) this.#each(next.value, add);
    };
  }

  /** All weights sorted into panels first, by counting. */
  #sorted(): (p: number) => void {
    const { matrix, panel } = this.#part;
    const start = new Uint32Array(Math.ceil(matrix.rows / panel) + 1);
    for (const tile of tiles(matrix)) this.#each(tile, (row) => { start[Math.floor(row / panel) + 1]!++; });
    for (let p = 1; p < start.length; p++) start[p]! += start[p - 1]!;
    const next = start.slice();
    const [rows, columns, values] = [new Uint8Array(start.at(-1)!), new Uint32Array(start.at(-1)!), new Float32Array(start.at(-1)!)];
    for (const tile of tiles(matrix)) {
      this.#each(tile, (row, column, value) => {
        const at = next[Math.floor(row / panel)]!++;
        rows[at] = row % panel;
        columns[at] = column;
        values[at] = value;
      });
    }
    return (p) => { for (let i = start[p]!; i < start[p + 1]!; i++) this.#add(rows[i]!, columns[i]!, values[i]!); };
  }

  #each({ rows, columns, payload }: Tile, visit: (row: number, column: number, value: number) => void): void {
    let at = 0;
    for (let i = 0; i < rows.length; i++) {
      for (let j = 0; j < columns.length; j++) {
        const [value, column] = [payload[at++] as number, columns[j]! - this.#part.columns[0]];
        if (value !== 0 && column >= 0 && column < this.#width) visit(rows[i]!, column, value);
      }
    }
  }
}

/** Does every tile lie in one panel, and none before one of an earlier panel? */
const inOrder = ({ matrix, panel }: Part): boolean => matrix.encoding === 'csr' || (matrix.encoding === 'bcr' && panel % matrix.blockRows === 0);
