import type { Schedule } from '@fretwork/compiler';
import { rowCounts, unrollOf, widest } from '../kernels/manifest.js';
import { passWidths } from '../kernels/stream.js';

/** Vectors of a tile: wider ones would push activations out of the first cache before their next use. */
const WIDEST_TILE = 56;

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

/** Segments of one row count, as far as their cost goes. */
interface SegmentCount {
  readonly rows: number;
  segments: number;
  columns: number;
  /** Columns that do not fill a turn of the inner loop. */
  rest: number;
}

/** What `tileCost` needs to know of a schedule. */
export function countSegments(schedule: Schedule): readonly SegmentCount[] {
  const counts = new Map<number, SegmentCount>();
  for (const { segments } of schedule.groups) {
    for (const { count: rows, columns } of segments) {
      const known = counts.get(rows) ?? { rows, segments: 0, columns: 0, rest: 0 };
      known.segments++;
      known.columns += columns.length;
      known.rest += columns.length % unrollOf(rows);
      counts.set(rows, known);
    }
  }
  return [...counts.values()];
}

/** Instructions of all segments over `positions`, in tiles of `vectors`, as counted in what clang 14 makes of the kernels. */
export function tileCost(counts: readonly SegmentCount[], positions: number, vectors: number): number {
  let cost = 0;
  for (const tile of tilesOf(positions, vectors)) {
    for (const { rows, segments, columns, rest } of counts) {
      for (const width of passWidths(tile.vectors, widest(rows))) {
        cost += columns * (rows * width + Math.ceil(width / 2) + 3) + rest * 3 + segments * (12 + 3 * rows + 1.25 * rows * width);
      }
    }
  }
  return cost;
}

/** Widths that cut the positions evenly, most first: every number of tiles from the fewest on that are no wider than the widest. */
export function evenWidths(positions: number): readonly number[] {
  const all = Math.ceil(positions / 4);
  const fewest = Math.ceil(all / WIDEST_TILE);
  return [...new Set(Array.from({ length: all - fewest + 1 }, (_, i) => Math.ceil(all / (fewest + i))))];
}

/** Widths of tiles that are worth a try: what fills the kernels, and what cuts the positions evenly. */
export function tileWidths(positions: number): readonly number[] {
  const all = Math.ceil(positions / 4);
  return [...new Set([...rowCounts('stream').map(widest), WIDEST_TILE / 2, WIDEST_TILE, ...evenWidths(positions).slice(0, 8)].map((width) => Math.min(width, all)))].sort((a, b) => b - a);
}
