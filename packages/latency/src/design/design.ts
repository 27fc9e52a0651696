import type { LayerQuery } from '../contract.js';
import { queryName } from '../query/identity.js';
import { DESIGN_ROWS, DIMENSIONS, type DesignRow } from './draw.js';
import { spread } from './spread.js';

/** Layers to measure; plain and printable. */
export interface LatencyDesign {
  readonly seed: number;
  readonly queries: readonly LayerQuery[];
}

export interface DesignOptions {
  /** Default 500. */
  readonly points?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Default `DESIGN_ROWS`. */
  readonly rows?: readonly DesignRow[];
}

/**
 * Layers of all kinds, sizes and schemes, each kind by its share and all of them mixed. Pure: the same options give the same
 * layers, and fewer points are the beginning of more.
 */
export function planDesign({ points = 500, seed = 1, rows = DESIGN_ROWS }: DesignOptions = {}): LatencyDesign {
  const sources = rows.map((row, at) => ({ row, points: spread(seed * 31 + at, DIMENSIONS), drawn: 0, wanted: 0 }));
  const total = rows.reduce((sum, { share }) => sum + share, 0);
  const seen = new Set<string>();
  const queries: LayerQuery[] = [];
  // Two points can round to the same layer; a row whose layers are all drawn must not go on for ever.
  for (let tries = 0; queries.length < points && tries < 20 * points; tries++) {
    for (const source of sources) source.wanted += source.row.share / total;
    const next = sources.reduce((a, b) => (b.wanted > a.wanted ? b : a));
    next.wanted--;
    const query = next.row.draw(next.points.point(next.drawn++));
    if (seen.has(queryName(query))) continue;
    seen.add(queryName(query));
    queries.push(query);
  }
  return { seed, queries };
}
