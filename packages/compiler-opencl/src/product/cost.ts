/** What a sparse product costs on a processor, roughly, in its cycles: enough to tell kernels apart where nothing is tuned. */
import type { ScheduleSummary } from '@fretwork/compiler';
import { PIECE_ROWS, PIECES, WIDEST, type ProductVariant } from '../kernels/manifest.js';

/** Of a vector: a product and sum, a load that mostly comes from the second cache, one from the first, a sum that is read and written. */
const [PRODUCT, LOAD, NEAR_LOAD, SUM] = [0.5, 1.3, 0.5, 1];

/** A jump that is not foreseen, and what must be ready before the next loop runs; the latter alone. */
const [JUMP, START] = [50, 40];

const MOST_ROWS = Math.max(...PIECE_ROWS);
const PIECE_WEIGHTS = Math.max(...PIECES.map(([rows, columns]) => rows * columns));

/** What a row of the manifest asks of a schedule. */
export type ScheduledRow = Pick<ProductVariant, 'operator' | 'rows' | 'unroll' | 'itemRows'>;

/** The summary of the schedule that a kernel would have. */
export type SummaryOf = (row: ScheduledRow) => ScheduleSummary;

/** Whether a kernel does so few positions: its last vector may reach back into the one before. */
export const fitsPositions = ({ pixels }: ProductVariant, positions: number): boolean => positions >= Math.min(WIDEST, pixels) && pixels < positions + WIDEST;

/** Of one tile of positions, all rows. */
function costOfTile({ operator, rows, pixels, itemRows }: ProductVariant, summary: ScheduleSummary): number {
  const { nnz, sharedBy, segments } = summary;
  const vectors = Math.ceil(pixels / WIDEST);
  if (itemRows > 0) {
    const pieces = segments + nnz / PIECE_WEIGHTS;
    const sums = pieces * sharedRows(summary) + 2 * summary.rows;
    const packed = 2 * summary.columns * Math.ceil(summary.rows / itemRows);
    return vectors * (nnz * PRODUCT + summary.loads * NEAR_LOAD + sums * SUM + packed) + pieces * START;
  }
  const panel = operator === 'panels';
  const loads = sharedBy.reduce((sum, columns, r) => sum + columns * (panel ? Math.ceil((r + 1) / MOST_ROWS) : 1), 0);
  const jumps = panel ? segments + nnz / PIECE_WEIGHTS : segments;
  const sums = panel ? jumps * Math.min(rows, 2) * SUM : 0;
  return vectors * (nnz * PRODUCT + loads * LOAD + sums) + jumps * JUMP;
}

/** Rows of a column, in the mean. */
const sharedRows = ({ nnz, loads }: ScheduleSummary): number => nnz / Math.max(1, loads);

function costOf(row: ProductVariant, positions: number, units: number, summary: ScheduleSummary): number {
  const tiles = Math.ceil(positions / row.pixels);
  const items = tiles * (row.itemRows > 0 ? Math.ceil(summary.rows / row.itemRows) : Math.max(1, summary.groups));
  return (tiles * costOfTile(row, summary) * Math.ceil(items / units)) / items;
}

/** The kernel of least cost on so many units among those that positions suffice for. */
export function cheapestOf(rows: readonly ProductVariant[], positions: number, units: number, summaryOf: SummaryOf): ProductVariant | undefined {
  let best: { readonly row: ProductVariant; readonly cost: number } | undefined;
  for (const row of rows) {
    if (!fitsPositions(row, positions)) continue;
    const cost = costOf(row, positions, units, summaryOf(row));
    if (best === undefined || cost < best.cost) best = { row, cost };
  }
  return best?.row;
}

/** Of dense kernels the one of most sums: all have registers. */
export const largestTile = (rows: readonly ProductVariant[]): ProductVariant => rows.reduce((best, row) => (Math.min(row.pixels, 2 * WIDEST) * row.rows > Math.min(best.pixels, 2 * WIDEST) * best.rows ? row : best));
