import type { BcrMatrix, Scheme, TensorData, Tile } from '../contract.js';
import { bitAt, bytesForBits, readIds, setBit } from './bits.js';
import { blockScanner, clipBlock, eachColumn, gridOf, type BlockSize } from './block.js';
import { blockCandidates } from './candidates.js';
import { fill, type Unfilled } from './fill.js';
import { keptOf, type Kept, type ValueOptions } from './kept.js';

export interface BcrOptions extends ValueOptions {
  /** Left out: the cheapest of `blockCandidates`. Larger than the matrix: the whole matrix. */
  readonly block?: BlockSize;
  /** How the weights were pruned: its block is tried first and wins ties. */
  readonly scheme?: Scheme;
  /** Kh·Kw; the blocks of a block-punched scheme count channels, not columns. */
  readonly kernel?: number;
}

/** Which arrays an index needs and what it costs. */
export interface BcrMeasure {
  readonly ok: true;
  readonly indexBytes: number;
  readonly payloadLength: number;
  readonly block: BlockSize;
  readonly present: boolean;
  readonly rowMask: boolean;
  readonly columnMask: boolean;
  readonly storedBlocks: number;
}

/**
 * Two-level BCR of `values` `[rows, columns]`. A block that is no exact product of kept rows and kept columns holds
 * zeros in its payload. Throws `encode.length`.
 */
export function encodeBcr(values: TensorData, rows: number, columns: number, options: BcrOptions = {}): BcrMatrix {
  const kept = keptOf(values, rows, columns, options.dtype);
  const blocks = options.block === undefined
    ? blockCandidates(rows, columns, options.kernel ?? 1, options.scheme)
    : [clipBlock(options.block, rows, columns)];
  let best: BcrMeasure | undefined;
  for (const block of blocks) {
    const measured = measureBcr(kept, block);
    if (best === undefined || cost(measured, values) < cost(best, values)) best = measured;
  }
  return fill(bcrIndex(kept, best!), bcrTiles, values, kept);
}

const cost = (m: BcrMeasure, values: TensorData): number => m.indexBytes + m.payloadLength * values.BYTES_PER_ELEMENT;

/** Index and payload in blocks of `block`, which must not be larger than the matrix (`clipBlock`). */
export function measureBcr(kept: Kept, block: BlockSize): BcrMeasure {
  const [gridRows, gridColumns] = gridOf(block, kept.rows, kept.columns);
  const scan = blockScanner(kept, block);
  let used = 0;
  let payloadLength = 0;
  let rowMask = false;
  let columnMask = false;
  for (let i = 0; i < gridRows; i++) {
    for (let j = 0; j < gridColumns; j++) {
      const found = scan(i, j);
      if (found.keptRows === 0) continue;
      used++;
      payloadLength += found.keptRows * found.keptColumns;
      rowMask ||= found.keptRows < found.height;
      columnMask ||= found.keptColumns < found.width;
    }
  }
  const grid = gridRows * gridColumns;
  const masks = (blocks: number): number =>
    (rowMask ? bytesForBits(blocks * block[0]) : 0) + (columnMask ? bytesForBits(blocks * block[1]) : 0);
  const without = masks(grid);
  const withPresent = masks(used) + bytesForBits(grid);
  // A mask can say by itself that a block keeps nothing; where there is no mask, only `present` can.
  const present = used < grid && (withPresent < without || !(rowMask || columnMask));
  return {
    ok: true, indexBytes: present ? withPresent : without, payloadLength, block, present, rowMask, columnMask,
    storedBlocks: present ? used : grid,
  };
}

export function bcrIndex(kept: Kept, plan: BcrMeasure): Unfilled<BcrMatrix> {
  const [blockRows, blockColumns] = plan.block;
  const [gridRows, gridColumns] = gridOf(plan.block, kept.rows, kept.columns);
  const present = plan.present ? new Uint8Array(bytesForBits(gridRows * gridColumns)) : undefined;
  const rowMask = plan.rowMask ? new Uint8Array(bytesForBits(plan.storedBlocks * blockRows)) : undefined;
  const columnMask = plan.columnMask ? new Uint8Array(bytesForBits(plan.storedBlocks * blockColumns)) : undefined;
  const scan = blockScanner(kept, plan.block);
  let k = 0;
  for (let i = 0; i < gridRows; i++) {
    for (let j = 0; j < gridColumns; j++) {
      const found = scan(i, j);
      if (present !== undefined) {
        if (found.keptRows === 0) continue;
        setBit(present, i * gridColumns + j);
      }
      if (rowMask !== undefined) {
        for (let r = 0; r < found.height; r++) if (found.rowIsKept[r] === 1) setBit(rowMask, k * blockRows + r);
      }
      if (columnMask !== undefined) {
        const base = k * blockColumns - j * blockColumns;
        eachColumn(found, (column) => setBit(columnMask, base + column));
      }
      k++;
    }
  }
  return {
    encoding: 'bcr', rows: kept.rows, columns: kept.columns, blockRows, blockColumns,
    ...(present === undefined ? {} : { present }),
    ...(rowMask === undefined ? {} : { rowMask }),
    ...(columnMask === undefined ? {} : { columnMask }),
    payloadLength: plan.payloadLength,
  };
}

/** One tile per block that keeps something, in the order of the grid. */
export function* bcrTiles(matrix: BcrMatrix): Generator<Tile> {
  const { blockRows, blockColumns, present, rowMask, columnMask, payload } = matrix;
  if (payload.length === 0) return;
  const [gridRows, gridColumns] = gridOf([blockRows, blockColumns], matrix.rows, matrix.columns);
  // No tile has more rows or columns than weights: blocks may be declared far larger than the bytes at hand.
  const rowIds = new Uint32Array(Math.min(blockRows, payload.length));
  const columnIds = new Uint32Array(Math.min(blockColumns, payload.length));
  let k = 0;
  let at = 0;
  for (let i = 0; i < gridRows; i++) {
    const top = i * blockRows;
    const height = Math.min(blockRows, matrix.rows - top);
    for (let j = 0; j < gridColumns; j++) {
      if (present !== undefined && bitAt(present, i * gridColumns + j) === 0) continue;
      const left = j * blockColumns;
      const width = Math.min(blockColumns, matrix.columns - left);
      const keptRows = rowMask === undefined ? height : readIds(rowMask, k * blockRows, height, top, rowIds);
      const keptColumns = columnMask === undefined ? width : readIds(columnMask, k * blockColumns, width, left, columnIds);
      k++;
      const end = at + keptRows * keptColumns;
      if (end === at) continue;
      if (rowMask === undefined) countUp(top, height, rowIds);
      if (columnMask === undefined) countUp(left, width, columnIds);
      yield { rows: rowIds.subarray(0, keptRows), columns: columnIds.subarray(0, keptColumns), payload: payload.subarray(at, end) };
      at = end;
    }
  }
}

function countUp(from: number, length: number, ids: Uint32Array): void {
  for (let i = 0; i < length; i++) ids[i] = from + i;
}
