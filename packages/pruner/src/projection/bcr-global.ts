import type { BcrScheme } from '@fretwork/format';
import type { Matrix } from '../contract.js';
import { climber } from './alternation.js';
import { eachBlock, gatherSquares, markBlock, type BlockGrid } from './block-grid.js';
import { weakestFirst } from './heap.js';

/**
 * One threshold for all rows and columns of all blocks: the group with the least energy per weight that its removal
 * frees goes, again and again, until the rate is met as nearly as whole groups allow. `rowShare` 1 removes rows only, 0
 * columns only; in between energy alone decides what goes. Each block's choice is then settled: its counts stay, its
 * rows and columns are improved by alternation.
 */
export function bcrGlobal(matrix: Matrix, scheme: BcrScheme, grid: BlockGrid): Uint8Array {
  const weights = matrix.rows * matrix.columns;
  const state = startState(matrix, grid, { rows: scheme.rowShare > 0, columns: scheme.rowShare < 1 });
  const heap = weakestFirst(grid.blocks, (block) => weakest(state, block));
  const target = weights / scheme.rate;
  let kept = weights;
  for (let block = heap.top(); block >= 0; block = heap.top()) {
    const size = state.next[block]! < grid.blockRows ? state.keptColumns[block]! : state.keptRows[block]!;
    if (kept - target <= size / 2 || kept === size) break;
    remove(state, block);
    kept -= size;
    heap.update();
  }
  return masks(state, scheme);
}

/** Per block, at `block · blockRows + row` and `block · blockColumns + column`: what is left and its energy. */
interface State {
  readonly matrix: Matrix;
  readonly grid: BlockGrid;
  readonly go: { readonly rows: boolean; readonly columns: boolean };
  readonly top: Uint32Array;
  readonly left: Uint32Array;
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
  readonly keptRows: Uint32Array;
  readonly keptColumns: Uint32Array;
  readonly keepRow: Uint8Array;
  readonly keepColumn: Uint8Array;
  readonly rowEnergy: Float64Array;
  readonly columnEnergy: Float64Array;
  /** Per block what `weakest` found last: a row, or blockRows + a column. */
  readonly next: Uint32Array;
}

function startState(matrix: Matrix, grid: BlockGrid, go: State['go']): State {
  const { blocks, blockRows, blockColumns } = grid;
  const ids = (): Uint32Array => new Uint32Array(blocks);
  const state: State = {
    matrix, grid, go, top: ids(), left: ids(), rows: ids(), columns: ids(), keptRows: ids(), keptColumns: ids(),
    keepRow: new Uint8Array(blocks * blockRows), keepColumn: new Uint8Array(blocks * blockColumns),
    rowEnergy: new Float64Array(blocks * blockRows), columnEnergy: new Float64Array(blocks * blockColumns),
    next: ids(),
  };
  eachBlock(grid, ({ index, top, left, rows, columns }) => {
    state.top[index] = top;
    state.left[index] = left;
    state.rows[index] = state.keptRows[index] = rows;
    state.columns[index] = state.keptColumns[index] = columns;
    const row = index * blockRows;
    const column = index * blockColumns;
    state.keepRow.fill(1, row, row + rows);
    state.keepColumn.fill(1, column, column + columns);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const square = squareAt(state, index, r, c);
        state.rowEnergy[row + r] = state.rowEnergy[row + r]! + square;
        state.columnEnergy[column + c] = state.columnEnergy[column + c]! + square;
      }
    }
  });
  return state;
}

function squareAt({ matrix, top, left }: State, block: number, row: number, column: number): number {
  const w = matrix.values[(top[block]! + row) * matrix.columns + left[block]! + column]!;
  return w * w;
}

/** The least energy per weight in `block`; among equals the later row or column, columns after rows. Infinity: empty. */
function weakest(state: State, block: number): number {
  const { grid, go, keepRow, keepColumn, rowEnergy, columnEnergy } = state;
  const keptRows = state.keptRows[block]!;
  const keptColumns = state.keptColumns[block]!;
  if (keptRows === 0 || keptColumns === 0) return Infinity;
  let least = Infinity;
  if (go.rows) {
    const from = block * grid.blockRows;
    for (let r = 0; r < state.rows[block]!; r++) {
      const score = rowEnergy[from + r]! / keptColumns;
      if (keepRow[from + r] === 0 || score > least) continue;
      least = score;
      state.next[block] = r;
    }
  }
  if (go.columns) {
    const from = block * grid.blockColumns;
    for (let c = 0; c < state.columns[block]!; c++) {
      const score = columnEnergy[from + c]! / keptRows;
      if (keepColumn[from + c] === 0 || score > least) continue;
      least = score;
      state.next[block] = grid.blockRows + c;
    }
  }
  return least;
}

function remove(state: State, block: number): void {
  const { grid, keepRow, keepColumn, rowEnergy, columnEnergy } = state;
  const next = state.next[block]!;
  const row = block * grid.blockRows;
  const column = block * grid.blockColumns;
  if (next < grid.blockRows) {
    const line = next;
    keepRow[row + line] = 0;
    state.keptRows[block] = state.keptRows[block]! - 1;
    for (let c = 0; c < state.columns[block]!; c++) {
      columnEnergy[column + c] = Math.max(0, columnEnergy[column + c]! - squareAt(state, block, line, c));
    }
  } else {
    const line = next - grid.blockRows;
    keepColumn[column + line] = 0;
    state.keptColumns[block] = state.keptColumns[block]! - 1;
    for (let r = 0; r < state.rows[block]!; r++) {
      rowEnergy[row + r] = Math.max(0, rowEnergy[row + r]! - squareAt(state, block, r, line));
    }
  }
}

function masks(state: State, scheme: BcrScheme): Uint8Array {
  const { matrix, grid } = state;
  const keep = new Uint8Array(matrix.rows * matrix.columns);
  const squares = new Float64Array(grid.blockRows * grid.blockColumns);
  const settle = climber(grid.blockRows, grid.blockColumns);
  const mixed = scheme.rowShare > 0 && scheme.rowShare < 1;
  eachBlock(grid, (block) => {
    const keepLines = state.keptRows[block.index]!;
    const keepPlaces = state.keptColumns[block.index]!;
    if (keepLines === 0 || keepPlaces === 0) return;
    const row = block.index * grid.blockRows;
    const column = block.index * grid.blockColumns;
    const keptRows = state.keepRow.subarray(row, row + block.rows);
    const keptColumns = state.keepColumn.subarray(column, column + block.columns);
    if (mixed && keepLines < block.rows && keepPlaces < block.columns) {
      gatherSquares(matrix, block, 'rows', squares);
      settle({ lines: block.rows, places: block.columns, keepLines, keepPlaces }, squares, keptRows, keptColumns);
    }
    markBlock(keep, matrix.columns, block, keptRows, keptColumns);
  });
  return keep;
}
