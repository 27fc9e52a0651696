/** What a sparse product costs on a processor, roughly, in its cycles: enough to tell kernels apart where nothing is tuned. */
import type { ScheduleSummary } from '@fretwork/compiler';
import { PIECES, WIDEST, type ProductVariant } from '../kernels/manifest.js';

/** What a kernel takes, in cycles: of each vector of positions per product, load, sum that is read and written, row, and column that is packed or first read; and per piece or segment, whose code has to be found and started. */
interface Costs {
  readonly product: number;
  readonly load: number;
  readonly sum: number;
  readonly row: number;
  readonly pack: number;
  readonly start: number;
}

/** Fitted to all kernels on the six layers of docs/opencl.md, both blocks, on a processor of vectors of 512 bits. Loads hide products; those from a packed column are near. */
const COSTS: Readonly<Record<'segments' | 'panels' | 'tiles' | 'bare', Costs>> = {
  segments: { product: 0.15, load: 1.7, sum: 0, row: 0, pack: 0, start: 15 },
  panels: { product: 0, load: 2.4, sum: 0, row: 0, pack: 0, start: 20 },
  tiles: { product: 0, load: 0.5, sum: 1, row: 8, pack: 2.4, start: 17 },
  bare: { product: 0, load: 0.8, sum: 0.7, row: 1, pack: 1.2, start: 18 },
};

const PIECE_WEIGHTS = Math.max(...PIECES.map(([rows, columns]) => rows * columns));

/** What a row of the manifest asks of a schedule. */
export type ScheduledRow = Pick<ProductVariant, 'operator' | 'rows' | 'unroll' | 'itemRows'>;

/** The summary of the schedule that a kernel would have. */
export type SummaryOf = (row: ScheduledRow) => ScheduleSummary;

/** Whether a kernel does so few positions: its last vector may reach back into the one before. */
export const fitsPositions = ({ pixels }: ProductVariant, positions: number): boolean => positions >= Math.min(WIDEST, pixels) && pixels < positions + WIDEST;

/** Of one tile of positions, all rows. */
function costOfTile({ operator, pixels, itemRows, packs }: ProductVariant, { nnz, loads, segments, rows, columns }: ScheduleSummary): number {
  const { product, load, sum, row, pack, start } = COSTS[packs ? 'tiles' : itemRows > 0 ? 'bare' : operator === 'panels' ? 'panels' : 'segments'];
  const pieces = segments + (operator === 'segments' ? 0 : nnz / PIECE_WEIGHTS);
  const sums = (pieces * nnz) / Math.max(1, loads);
  const packed = itemRows === 0 ? 0 : columns * Math.ceil(rows / itemRows);
  return Math.ceil(pixels / WIDEST) * (product * nnz + load * loads + sum * sums + row * rows + pack * packed) + start * pieces;
}

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
