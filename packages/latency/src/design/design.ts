import type { LayerQuery } from '../contract.js';
import { touchedBytes } from '../query/bytes.js';
import { queryName } from '../query/identity.js';
import { DESIGN_ROWS, DIMENSIONS, type DesignRow } from './draw.js';
import { spread } from './spread.js';

/** Layers to measure, those of a group in one model; plain and printable. */
export interface LatencyDesign {
  readonly seed: number;
  readonly groups: readonly (readonly LayerQuery[])[];
}

export interface DesignOptions {
  /** At least so many layers, in whole groups. Default 500. */
  readonly points?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Default `DESIGN_ROWS`. */
  readonly rows?: readonly DesignRow[];
}

/** What layers run among: company small enough to leave a layer in the near caches, or so large that it is fetched anew each time. */
interface Company {
  /** Share of the layers that it is for, of those whose own bytes are no more than `largest`. */
  readonly share: number;
  readonly largest: number;
  /** A group is full with so many layers and bytes. */
  readonly layers: readonly [least: number, most: number];
  readonly bytes: readonly [least: number, most: number];
}

const COMPANIES: readonly Company[] = [
  { share: 0.4, largest: 2 ** 17, layers: [4, 10], bytes: [0, 2 ** 19] },
  { share: 0.6, largest: Infinity, layers: [8, 16], bytes: [2 ** 22, Infinity] },
];

/** A group in the making. */
interface Group {
  readonly queries: LayerQuery[];
  bytes: number;
}

/**
 * Layers of all kinds, sizes and schemes, each kind by its share, in small company and in large. Pure: the same options give the same
 * layers, and fewer points are the beginning of more.
 */
export function planDesign({ points = 500, seed = 1, rows = DESIGN_ROWS }: DesignOptions = {}): LatencyDesign {
  const sources = rows.map((row, at) => ({ row, points: spread(seed * 31 + at, DIMENSIONS), drawn: 0, wanted: 0 }));
  const companies = spread(seed * 31 + rows.length, 1);
  const total = rows.reduce((sum, { share }) => sum + share, 0);
  const seen = new Set<string>();
  const open = COMPANIES.map((): Group => ({ queries: [], bytes: 0 }));
  const groups: (readonly LayerQuery[])[] = [];
  let count = 0;
  // Two points can round to the same layer; a row whose layers are all drawn must not go on for ever.
  for (let tries = 0; count < points && tries < 20 * points + 1000; tries++) {
    for (const source of sources) source.wanted += source.row.share / total;
    const next = sources.reduce((a, b) => (b.wanted > a.wanted ? b : a));
    next.wanted--;
    const query = next.row.draw(next.points.point(next.drawn++));
    if (seen.has(queryName(query))) continue;
    seen.add(queryName(query));
    const at = companyOf(bytesOf(query), companies.point(tries)[0]!);
    const [company, group] = [COMPANIES[at]!, open[at]!];
    if (isFull(group, company, bytesOf(query))) {
      groups.push(closed(group));
      count += group.queries.length;
      open[at] = { queries: [query], bytes: bytesOf(query) };
      continue;
    }
    group.queries.push(query);
    group.bytes += bytesOf(query);
  }
  // Layers too few to fill a group go together.
  const rest = open.flatMap(({ queries }) => queries);
  return { seed, groups: count > 0 || rest.length === 0 ? groups : [closed({ queries: rest.slice(0, points), bytes: rest.slice(0, points).reduce((sum, query) => sum + bytesOf(query), 0) })] };
}

const companyOf = (bytes: number, u: number): number => (bytes <= COMPANIES[0]!.largest && u < COMPANIES[0]!.share ? 0 : 1);

const isFull = ({ queries, bytes }: Group, { layers: [least, most], bytes: [fewest, allowed] }: Company, next: number): boolean =>
  queries.length >= most || (queries.length >= least && (fewest === 0 ? bytes + next > allowed : bytes >= fewest));

/** What a layer touches in a probe, where inputs keep their places. */
function bytesOf(query: LayerQuery): number {
  const { weights, reads } = touchedBytes(query);
  return weights + reads;
}

/** Each layer told of its company, to two digits. */
function closed({ queries, bytes }: Group): readonly LayerQuery[] {
  return queries.map((query) => ({ ...query, besides: Number((bytes - bytesOf(query)).toPrecision(2)) }));
}
