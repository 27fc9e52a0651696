import { MOST_PIECES } from '../machine/threads/serve.js';
import { cutRows, type Part } from './cut-rows.js';
import { planCycles, runCycles } from './run-cost.js';
import type { Runs } from './runs.js';

/** How a layer over a map is cut into pieces for threads to take; plain and printable. */
export interface MapPieces {
  /** Vectors of pixels: each piece goes over all weights. Or rows: each goes over all pixels. */
  readonly by: 'pixels' | 'rows';
  readonly parts: readonly Part[];
  /** Vectors of pixels that all runs of a piece go over before the next ones. */
  readonly tile: number;
}

export interface PiecesRequest {
  readonly rows: number;
  /** Of pixels. */
  readonly vectors: number;
  /** Cells that each row of weights reads where it keeps all of them; 0 where rows share none, as in depthwise layers. */
  readonly cells: number;
  readonly tile: number;
  readonly threads: number;
}

/** What it costs that another thread hears of its work and the caller of its end, in the cycles of `run-cost.ts`: about a microsecond. */
const FORK = 3000;

/** Worth of a piece of rows on the average, in the same cycles: some 15 microseconds. Smaller ones cost more than they even out. */
const PIECE = 45_000;

/** What a cell costs that the cache of another core holds, in the same cycles: 10 GB a second. An EPYC has twice as much between its chiplets, a Xeon half. */
const ELSEWHERE = 1.2;

/** What it costs, for each row of outputs, that two threads meet in the middle of it: each fetches ahead lines that the other one writes. */
const BORDER = 1500;

/** Pieces of pixels begin with a cache line. Shorter ones would begin so many runs for each that it does not pay. */
const [LINE, LEAST_VECTORS] = [4, 64];

/** Whatever is done first: one thread alone, pixels or rows. */
export function planPieces(runs: Runs, { rows, vectors, cells, tile, threads }: PiecesRequest): MapPieces {
  const whole: MapPieces = { by: 'pixels', parts: [{ from: 0, to: vectors }], tile };
  if (threads === 1) return whole;
  const cost = (over: number): number => planCycles({ runs }, over) / over;
  const together = Math.min(tile, vectors);
  const alone = vectors * cost(together);
  // Other threads have written their share of the input, and whoever does rows, or all, reads all of it: fetched ahead while products are done.
  const elsewhere = ELSEWHERE * cells * (1 - 1 / threads);
  const borders = BORDER * rows * (threads - 1);
  const turns = Math.min(MOST_PIECES, Math.max(1, Math.round(vectors / (tile * threads))));
  const step = Math.max(LEAST_VECTORS, Math.ceil(vectors / (threads * turns) / LINE) * LINE);
  const longer = step < 1.5 * tile ? step : tile;
  const pixels = Array.from({ length: Math.ceil(vectors / step) }, (_, k): Part => ({ from: k * step, to: Math.min(vectors, (k + 1) * step) }));
  const count = threads * Math.max(1, Math.min(MOST_PIECES, Math.round(alone / threads / PIECE)));
  // Threads take pieces from both ends. Towards the middle they get smaller, 4 : 3 : 2 : 1, so that nobody waits long for the last one of a slower core.
  const upTo = (pieces: number): number => (2 * pieces > count ? 1 - upTo(count - pieces) : 2 * pieces * (count - pieces + 1) / count / (count + 2));
  const byRows = cutRows(runs, rows, count, (i) => vectors / together * runCycles(runs, i, together), upTo);
  const ways: readonly (readonly [cost: number, way: MapPieces])[] = [
    [Math.max(elsewhere, alone), whole],
    [pixels.length === 1 ? Infinity : FORK + borders + Math.max(elsewhere / threads, cost(longer) * Math.max(vectors / threads, turns * step)), { by: 'pixels', parts: pixels, tile: longer }],
    [FORK + Math.max(elsewhere, alone / threads, ...byRows.map((part) => part.cost)), { by: 'rows', parts: byRows, tile }],
  ];
  return ways.reduce((best, way) => (way[0] < best[0] ? way : best))[1];
}
