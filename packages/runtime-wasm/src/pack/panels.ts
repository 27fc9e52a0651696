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

/** The weights of a matrix that are not zero, one panel of rows after the other, in the same scratch arrays. */
export interface PanelReader {
  /** Bit r of column c: row r of the panel keeps it. */
  readonly masks: Uint32Array;
  /** `[columns, panel]`: the panel's weights, valid where a mask says so; empty where nobody asked for them. */
  readonly values: Float32Array;
  /** Columns that some row of the panel keeps, ascending: the first of them. */
  readonly kept: Uint32Array;
  /** Loads panel `p` and returns how many columns it keeps; panels are to be asked for in their order. */
  readonly load: (p: number) => number;
}

export function panelReader(part: Part, wanted: 'values' | 'masks'): PanelReader {
  const { matrix, panel, columns: [first, end] } = part;
  const width = end - first;
  const masks = new Uint32Array(width);
  const kept = new Uint32Array(width);
  const values = new Float32Array(wanted === 'values' ? width * panel : 0);
  const read = isWhole(matrix) ? whole : inOrder(part) ? streamed() : sorted();
  let count = 0;
  return {
    masks, values, kept,
    load: (p) => {
      for (let k = 0; k < count; k++) masks[kept[k]!] = 0;
      count = 0;
      read(p);
      let rises = true;
      for (let k = 1; k < count; k++) rises &&= kept[k]! > kept[k - 1]!;
      if (!rises) kept.subarray(0, count).sort();
      return count;
    },
  };

  function add(row: number, column: number, value: number): void {
    if (masks[column] === 0) kept[count++] = column;
    masks[column]! |= 1 << row;
    if (values.length > 0) values[column * panel + row] = value;
  }

  function whole(p: number): void {
    const { rows, columns, payload } = matrix;
    const top = p * panel;
    for (let row = top; row < Math.min(rows, top + panel); row++) {
      for (let c = 0; c < width; c++) {
        const value = payload[row * columns + first + c] as number;
        if (value !== 0) add(row - top, c, value);
      }
    }
  }

  /** Tiles as they come. */
  function streamed(): (p: number) => void {
    const all = tiles(matrix)[Symbol.iterator]();
    let next = all.next();
    return (p) => {
      const top = p * panel;
      const below = (row: number, column: number, value: number): void => add(row - top, column, value);
      for (; next.done !== true && next.value.rows[0]! < top + panel; next = all.next()) each(next.value, below);
    };
  }

  /** All weights sorted into panels first, by counting. */
  function sorted(): (p: number) => void {
    const start = new Uint32Array(Math.ceil(matrix.rows / panel) + 1);
    for (const tile of tiles(matrix)) each(tile, (row) => { start[Math.floor(row / panel) + 1]!++; });
    for (let p = 1; p < start.length; p++) start[p]! += start[p - 1]!;
    const next = start.slice();
    const rows = new Uint8Array(start.at(-1)!);
    const columns = new Uint32Array(start.at(-1)!);
    const weights = new Float32Array(start.at(-1)!);
    for (const tile of tiles(matrix)) {
      each(tile, (row, column, value) => {
        const at = next[Math.floor(row / panel)]!++;
        rows[at] = row % panel;
        columns[at] = column;
        weights[at] = value;
      });
    }
    return (p) => { for (let i = start[p]!; i < start[p + 1]!; i++) add(rows[i]!, columns[i]!, weights[i]!); };
  }

  function each({ rows, columns, payload }: Tile, visit: (row: number, column: number, value: number) => void): void {
    let at = 0;
    for (let i = 0; i < rows.length; i++) {
      for (let j = 0; j < columns.length; j++) {
        const value = payload[at++] as number;
        const column = columns[j]! - first;
        if (value !== 0 && column >= 0 && column < width) visit(rows[i]!, column, value);
      }
    }
  }
}

/** Does every tile lie in one panel, and none before one of an earlier panel? */
const inOrder = ({ matrix, panel }: Part): boolean => matrix.encoding === 'csr' || (matrix.encoding === 'bcr' && panel % matrix.blockRows === 0);
