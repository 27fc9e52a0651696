import type { CsrMatrix, TensorData, Tile } from '../contract.js';
import { fill, type Measure, type Unfilled } from './fill.js';
import { indexWidth, keptOf, makeIndex, writeColumns, type Kept, type ValueOptions } from './kept.js';

/**
 * Compressed sparse rows of `values` `[rows, columns]`. Column ids take two bytes up to 65,536 columns, else four.
 * 0 rows: `rowOffset` is `[0]`. Throws `encode.length`.
 */
export function encodeCsr(values: TensorData, rows: number, columns: number, options: ValueOptions = {}): CsrMatrix {
  const kept = keptOf(values, rows, columns, options.dtype);
  return fill(csrIndex(kept), csrTiles, values, kept);
}

export function csrIndex(kept: Kept): Unfilled<CsrMatrix> {
  const { rows, columns, nnz } = kept;
  const rowOffset = new Uint32Array(rows + 1);
  const column = makeIndex(columns, nnz);
  for (let r = 0; r < rows; r++) rowOffset[r + 1] = writeColumns(kept, r, column, rowOffset[r]!);
  return { encoding: 'csr', rows, columns, rowOffset, column, payloadLength: nnz };
}

/** Index and payload with column ids of `width` bytes; by default what `encodeCsr` takes. */
export function measureCsr(kept: Kept, width: 2 | 4 = indexWidth(kept.columns)): Measure {
  if (kept.nnz > 0xffffffff) return { ok: false, reason: 'more than 2^32 - 1 weights do not fit a row offset' };
  return { ok: true, indexBytes: (kept.rows + 1) * 4 + kept.nnz * width, payloadLength: kept.nnz };
}

/** One tile per row that keeps something. */
export function* csrTiles(matrix: CsrMatrix): Generator<Tile> {
  const { rowOffset, column, payload } = matrix;
  for (let r = 0; r < matrix.rows; r++) {
    const start = rowOffset[r]!;
    const end = rowOffset[r + 1]!;
    if (start < end) yield { rows: [r], columns: column.subarray(start, end), payload: payload.subarray(start, end) };
  }
}
