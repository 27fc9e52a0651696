/**
 * A run as the kernels read it: 32-bit words, little-endian.
 *
 *   0   flags: bits 0-4 rows; bit 5 axpy instead of stream, bit 6 first runs add a residual; from bit 7 on how many records, this one
 *       included, follow one another with the same bits 0-6: they are done by one call
 *   4   columns
 *   8   address of the columns' byte offsets, one word each
 *   12  address of the weights, column after column, in each the rows
 *   16  first runs: one bit per row, 20 last runs: one bit per row
 *   24  per row: byte offset of its output, address of its bias
 */
export const RECORD = { flags: 0, columns: 4, offsets: 8, weights: 12, first: 16, last: 20, rows: 24, perRow: 8 } as const;

export const FLAG: { readonly rowsMask: number; readonly axpyAt: number; readonly residual: number; readonly countAt: number } = { rowsMask: 31, axpyAt: 5, residual: 1 << 6, countAt: 7 };

export const recordBytes = (rows: number): number => RECORD.rows + rows * RECORD.perRow;
