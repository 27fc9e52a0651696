import type { Matrix } from '../contract.js';

/** A matrix cut into blocks, row-major; blocks at the right and lower edge may be smaller. */
export interface BlockGrid {
  readonly rows: number;
  readonly columns: number;
  /** At most the matrix itself. */
  readonly blockRows: number;
  readonly blockColumns: number;
  readonly blocks: number;
}

export function blockGrid(rows: number, columns: number, blockRows: number, blockColumns: number): BlockGrid {
  const height = Math.min(blockRows, rows);
  const width = Math.min(blockColumns, columns);
  return { rows, columns, blockRows: height, blockColumns: width, blocks: Math.ceil(rows / height) * Math.ceil(columns / width) };
}

/** One block of a grid. The same record is filled anew for each block: do not keep it past the visit. */
export interface Block {
  index: number;
  top: number;
  left: number;
  rows: number;
  columns: number;
}

export function eachBlock(grid: BlockGrid, visit: (block: Block) => void): void {
  const block: Block = { index: 0, top: 0, left: 0, rows: 0, columns: 0 };
  for (block.top = 0; block.top < grid.rows; block.top += grid.blockRows) {
    block.rows = Math.min(grid.blockRows, grid.rows - block.top);
    for (block.left = 0; block.left < grid.columns; block.left += grid.blockColumns) {
      block.columns = Math.min(grid.blockColumns, grid.columns - block.left);
      visit(block);
      block.index++;
    }
  }
}

/** Which side of a block the lines of a search are; its places are the other side. */
export type Side = 'rows' | 'columns';

/** The squared weights of a block into `out`, `[lines · places]`, one line behind the other. */
export function gatherSquares(matrix: Matrix, block: Block, lines: Side, out: Float64Array): void {
  const [stepRow, stepColumn] = lines === 'rows' ? [block.columns, 1] : [1, block.rows];
  for (let r = 0; r < block.rows; r++) {
    const from = (block.top + r) * matrix.columns + block.left;
    for (let c = 0; c < block.columns; c++) {
      const w = matrix.values[from + c]!;
      out[r * stepRow + c * stepColumn] = w * w;
    }
  }
}

/** Marks kept rows x kept columns of a block in the mask of the whole matrix. */
export function markBlock(keep: Uint8Array, columns: number, block: Block, keptRows: Uint8Array, keptColumns: Uint8Array): void {
  for (let r = 0; r < block.rows; r++) {
    if (keptRows[r] === 0) continue;
    const from = (block.top + r) * columns + block.left;
    for (let c = 0; c < block.columns; c++) keep[from + c] = keptColumns[c]!;
  }
}
