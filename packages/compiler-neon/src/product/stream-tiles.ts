import type { ScheduleSummary } from '@fretwork/compiler';
import { SUMS, widest } from '../kernels/manifest.js';
import { passWidths } from '../kernels/stream.js';

/** Positions `[start, start + 4·vectors)`; the last tile overlaps the one before it where positions do not fill vectors. */
export interface Tile {
  readonly start: number;
  readonly vectors: number;
}

/** Cuts `positions` (4 or more) into tiles of at most `vectors` vectors, nearly equal; at least two where the last must overlap. */
export function tilesOf(positions: number, vectors: number): readonly Tile[] {
  let start = 0;
  const all = Math.ceil(positions / 4);
  return passWidths(all, positions % 4 === 0 ? vectors : Math.min(vectors, Math.ceil(all / 2))).map((width) => {
    const tile = { start: Math.min(start, positions - 4 * width), vectors: width };
    start += 4 * width;
    return tile;
  });
}

/**
 * Instructions of one column of `rows` rows over `vectors` vectors: counted in compiled kernels (loads, multiply-adds, and
 * what a column costs by itself).
 */
const columnCost = (rows: number, vectors: number): number => vectors * (rows + 0.55) + 3;

/** Instructions of all columns of a schedule over `positions`, in tiles of `vectors`. */
export function tileCost({ sharedBy, segments }: ScheduleSummary, positions: number, vectors: number): number {
  let cost = 0;
  for (const tile of tilesOf(positions, vectors)) {
    sharedBy.forEach((columns, i) => {
      if (columns === 0) return;
      for (const width of passWidths(tile.vectors, widest(i + 1))) cost += columns * columnCost(i + 1, width);
    });
    cost += segments * (16 + 2 * SUMS);
  }
  return cost;
}

/** Widths of tiles that are worth a try: what fills kernels, and what cuts the positions evenly. */
export function tileWidths(positions: number): readonly number[] {
  const all = Math.ceil(positions / 4);
  const even = [1, 2, 3, 4, 5, 6].map((tiles) => Math.ceil(all / tiles)).filter((width) => width <= 2 * SUMS);
  return [...new Set([SUMS, SUMS / 2, 2 * SUMS, ...even].map((width) => Math.min(width, all)))].sort((a, b) => b - a);
}
