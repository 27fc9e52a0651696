import type { Mask, Matrix } from '../src/index.js';

/** A rectangle of a mask, with what it keeps. */
export interface BlockOfMask {
  readonly rows: number;
  readonly columns: number;
  readonly keptRows: number;
  readonly keptColumns: number;
  /** Whether the kept weights are exactly kept rows x kept columns. */
  readonly product: boolean;
}

/** Every block of `mask`, row-major; kept rows are those that keep anything. */
export function blocksOf(mask: Mask, blockRows: number, blockColumns: number): readonly BlockOfMask[] {
  const found: BlockOfMask[] = [];
  for (let top = 0; top < mask.rows; top += blockRows) {
    for (let left = 0; left < mask.columns; left += blockColumns) {
      const rows = Math.min(blockRows, mask.rows - top);
      const columns = Math.min(blockColumns, mask.columns - left);
      const inRow = new Set<number>();
      const inColumn = new Set<number>();
      let kept = 0;
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          if (mask.keep[(top + r) * mask.columns + left + c] === 0) continue;
          kept++;
          inRow.add(r);
          inColumn.add(c);
        }
      }
      found.push({
        rows, columns, keptRows: inRow.size, keptColumns: inColumn.size, product: kept === inRow.size * inColumn.size,
      });
    }
  }
  return found;
}

export function energyOf(matrix: Matrix, keep: ArrayLike<number>): number {
  let energy = 0;
  matrix.values.forEach((w, i) => { if (keep[i] === 1) energy += w * w; });
  return energy;
}

/** All sets of `k` of `n`, ascending. */
export function choose(n: number, k: number, from = 0): readonly (readonly number[])[] {
  if (k === 0) return [[]];
  const sets: (readonly number[])[] = [];
  for (let first = from; first <= n - k; first++) {
    for (const rest of choose(n, k - 1, first + 1)) sets.push([first, ...rest]);
  }
  return sets;
}

/** The most energy that any `keepRows` x `keepColumns` of the matrix hold, by trying all. */
export function bruteForce(matrix: Matrix, keepRows: number, keepColumns: number): number {
  const columnSets = choose(matrix.columns, keepColumns);
  let best = 0;
  for (const rows of choose(matrix.rows, keepRows)) {
    for (const columns of columnSets) {
      let energy = 0;
      for (const r of rows) for (const c of columns) energy += matrix.values[r * matrix.columns + c]! ** 2;
      best = Math.max(best, energy);
    }
  }
  return best;
}

/** Rows by norm, then the best columns for them. */
export function greedy(matrix: Matrix, keepRows: number, keepColumns: number): number {
  const { rows, columns, values } = matrix;
  const square = (r: number, c: number): number => values[r * columns + c]! ** 2;
  const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  const sum = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0);
  const norm = range(rows).map((r) => sum(range(columns).map((c) => square(r, c))));
  const keptRows = range(rows).sort((a, b) => norm[b]! - norm[a]!).slice(0, keepRows);
  const column = range(columns).map((c) => sum(keptRows.map((r) => square(r, c))));
  return sum(column.sort((a, b) => b - a).slice(0, keepColumns));
}
