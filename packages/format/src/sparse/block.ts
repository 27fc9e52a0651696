import { lowestBit, popcount } from './bits.js';
import { bitsAt, type Kept } from './kept.js';

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
  /** The kept columns: bit i of word w is column `firstColumn` + 32·w + i. */
  readonly columnWords: Uint32Array;
  firstColumn: number;
}

/** Makes `scan(blockRow, blockColumn)`: kept rows and kept columns of one block, at the cost of its words. */
export function blockScanner(kept: Kept, block: BlockSize): (blockRow: number, blockColumn: number) => BlockScan {
  const [blockRows, blockColumns] = block;
  const { stride } = kept;
  const found: BlockScan = {
    height: 0, width: 0, keptRows: 0, keptColumns: 0, nnz: 0, firstColumn: 0,
    rowIsKept: new Uint8Array(blockRows),
    columnWords: new Uint32Array(Math.min(stride, Math.ceil(blockColumns / 32) + 1)),
  };
  const scanInside = blockColumns <= 32 ? scanNarrow(kept, found) : scanWide(kept, found);
  return (blockRow, blockColumn) => {
    const top = blockRow * blockRows;
    const left = blockColumn * blockColumns;
    found.height = Math.min(blockRows, kept.rows - top);
    found.width = Math.min(blockColumns, kept.columns - left);
    scanInside(top, left);
    return found;
  };
}

/** Blocks whose row fits one word, of which there may be millions. */
function scanNarrow(kept: Kept, found: BlockScan): (top: number, left: number) => void {
  return (top, left) => {
    let union = 0;
    let keptRows = 0;
    let nnz = 0;
    for (let i = 0; i < found.height; i++) {
      const bits = bitsAt(kept, top + i, left, found.width);
      found.rowIsKept[i] = bits === 0 ? 0 : 1;
      if (bits === 0) continue;
      keptRows++;
      union |= bits;
      nnz += popcount(bits);
    }
    found.columnWords[0] = union;
    found.firstColumn = left;
    found.keptRows = keptRows;
    found.keptColumns = popcount(union);
    found.nnz = nnz;
  };
}

/** The others, word by word as the rows of the matrix are stored. */
function scanWide(kept: Kept, found: BlockScan): (top: number, left: number) => void {
  const { words, stride } = kept;
  const { columnWords } = found;
  return (top, left) => {
    const right = left + found.width;
    const first = left >>> 5;
    const last = (right - 1) >>> 5;
    const firstMask = -1 << (left & 31);
    const lastMask = -1 >>> (31 - ((right - 1) & 31));
    columnWords.fill(0);
    let keptRows = 0;
    let nnz = 0;
    for (let i = 0; i < found.height; i++) {
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
      found.rowIsKept[i] = any;
      keptRows += any;
    }
    let keptColumns = 0;
    for (let w = 0; w <= last - first; w++) keptColumns += popcount(columnWords[w]!);
    found.firstColumn = first * 32;
    found.keptRows = keptRows;
    found.keptColumns = keptColumns;
    found.nnz = nnz;
  };
}

/** Calls `visit` with each kept column of the scanned block, ascending, as a column of the matrix. */
export function eachColumn(scan: BlockScan, visit: (column: number) => void): void {
  for (let w = 0; w < scan.columnWords.length; w++) {
    for (let rest = scan.columnWords[w]!; rest !== 0; rest &= rest - 1) visit(scan.firstColumn + w * 32 + lowestBit(rest));
  }
}
