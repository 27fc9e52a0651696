/** What a sparse product costs on a processor, roughly, in its cycles: enough to tell kernels apart where nothing is tuned. */
import type { ScheduleSummary } from '@fretwork/compiler';
import { PIECE_ROWS, PIECES, WIDEST, type ProductVariant } from '../kernels/manifest.js';

/** Of a vector: a product and sum, a load that mostly comes from the second cache, a sum that is read and written. */
const [PRODUCT, LOAD, SUM] = [0.5, 1.3, 1];

/** A jump that is not foreseen, and what must be ready before the next loop runs. */
const JUMP = 50;

const MOST_ROWS = Math.max(...PIECE_ROWS);
const PIECE_WEIGHTS = Math.max(...PIECES.map(([rows, columns]) => rows * columns));

/** Whether a kernel does so few positions: its last vector may reach back into the one before. */
export const fitsPositions = ({ pixels }: ProductVariant, positions: number): boolean => positions >= Math.min(WIDEST, pixels) && pixels < positions + WIDEST;

function costOf({ operator, rows, pixels }: ProductVariant, positions: number, { nnz, sharedBy, segments }: ScheduleSummary): number {
  const vectors = Math.ceil(pixels / WIDEST);
  const tiles = Math.ceil(positions / pixels);
  const panel = operator === 'panels';
  const loads = sharedBy.reduce((sum, columns, r) => sum + columns * (panel ? Math.ceil((r + 1) / MOST_ROWS) : 1), 0);
  const jumps = panel ? segments + nnz / PIECE_WEIGHTS : segments;
  const sums = panel ? jumps * Math.min(rows, 2) * SUM : 0;
  return tiles * (vectors * (nnz * PRODUCT + loads * LOAD + sums) + jumps * JUMP);
}

/** The kernel of least cost among those that positions suffice for. `summaryOf`: of groups of that many rows. */
export function cheapestOf(rows: readonly ProductVariant[], positions: number, summaryOf: (height: number) => ScheduleSummary): ProductVariant | undefined {
  const summaries = new Map<number, ScheduleSummary>();
  let best: { readonly row: ProductVariant; readonly cost: number } | undefined;
  for (const row of rows) {
    if (!fitsPositions(row, positions)) continue;
    const summary = summaries.get(row.rows) ?? summaryOf(row.rows);
    summaries.set(row.rows, summary);
    const cost = costOf(row, positions, summary);
    if (best === undefined || cost < best.cost) best = { row, cost };
  }
  return best?.row;
}

/** Of dense kernels the one of most sums: all have registers. */
export const largestTile = (rows: readonly ProductVariant[]): ProductVariant => rows.reduce((best, row) => (Math.min(row.pixels, 2 * WIDEST) * row.rows > Math.min(best.pixels, 2 * WIDEST) * best.rows ? row : best));
