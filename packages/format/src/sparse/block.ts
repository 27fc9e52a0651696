import { lowestBit, popcount } from './bits.js';
import type { Kept } from './kept.js';

/** Rows x columns of one block. */
export type BlockSize = readonly [rows: number, columns: number];

export const blockName = ([rows, columns]: BlockSize): string => `${rows}x${columns}`;

/** Blocks larger than the matrix mean the whole matrix; a block has at least one row and one column. */
export const clipBlock = ([blockRows, blockColumns]: BlockSize, rows: number, columns: number): BlockSize =>
  [Math.max(1, Math.min(blockRows, rows)), Math.max(1, Math.min(blockColumns, columns))];

/** The grid of blocks: `[rows of blocks, blocks per row]`. */
export const gridOf = ([blockRows, blockColumns]: BlockSize, rows: number, columns: number): BlockSize =>
  [Math.ceil(rows / blockRows), Math.ceil(columns / blockColumns)];

/** What a scan of one block found. Owned by the scanner: the next scan overwrites it. */
export interface BlockScan {
  /** Size, clipped at the edge of the matrix. */
  height: number;
  width: number;
  keptRows: number;
  keptColumns: number;
  nnz: number;
  /** Flag per row of the block. */
  readonly rowIsKept: Uint8Array;
  /** Words of the matrix row that the block touches; bit c & 31 of word (c >>> 5) - `firstWord` is column c. */
  readonly columnWords: Uint32Array;
  firstWord: number;
}

/** Makes `scan(blockRow, blockColumn)`: kept rows and kept columns of one block, at the cost of its words. */
export function blockScanner(kept: Kept, block: BlockSize): (blockRow: number, blockColumn: number) => BlockScan {
  const [blockRows, blockColumns] = block;
  const { words, stride } = kept;
  const found: BlockScan = {
    height: 0, width: 0, keptRows: 0, keptColumns: 0, nnz: 0, firstWord: 0,
    rowIsKept: new Uint8Array(blockRows),
    columnWords: new Uint32Array(Math.min(stride, Math.ceil(blockColumns / 32) + 1)),
  };
  const { rowIsKept, columnWords } = found;
  return (blockRow, blockColumn) => {
    const top = blockRow * blockRows;
    const left = blockColumn * blockColumns;
    const height = Math.min(blockRows, kept.rows - top);
    const right = Math.min(left + blockColumns, kept.columns);
    const first = left >>> 5;
    const last = (right - 1) >>> 5;
    const firstMask = -1 << (left & 31);
    const lastMask = -1 >>> (31 - ((right - 1) & 31));
    columnWords.fill(0);
    let keptRows = 0;
    let nnz = 0;
    for (let i = 0; i < height; i++) {
      const base = (top + i) * stride;
      let any = 0;
      for (let w = first; w <= last; w++) {
        let bits = words[base + w]!;
        if (w === first) bits &= firstMask;
        if (w === last) bits &= lastMask;
        if (bits === 0) continue;
        any = 1;
        columnWords[w - first] = columnWords[w - first]! | bits;
        nnz += popcount(bits);
      }
      rowIsKept[i] = any;
      keptRows += any;
    }
    let keptColumns = 0;
    for (let w = 0; w <= last - first; w++) keptColumns += popcount(columnWords[w]!);
    found.height = height;
    found.width = right - left;
    found.keptRows = keptRows;
    found.keptColumns = keptColumns;
    found.nnz = nnz;
    found.firstWord = first;
    return found;
  };
}

/** Calls `visit` with each kept column of the scanned block, ascending, as a column of the matrix. */
export function eachColumn(scan: BlockScan, visit: (column: number) => void): void {
  for (let w = 0; w < scan.columnWords.length; w++) {
    for (let rest = scan.columnWords[w]!; rest !== 0; rest &= rest - 1) visit((scan.firstWord + w) * 32 + lowestBit(rest));
  }
}
