/** What the time of a layer consists of: amounts with a physical meaning, each of which the fit gives a price. */
import type { ConvolutionQuery, FullQuery, GlueQuery, LayerQuery, RecurrentQuery, WeightedQuery } from '../contract.js';
import { touchedBytes } from '../query/bytes.js';
import { GATES, keptShare, kindOf, weightSizes, type WeightSize } from '../query/kind.js';
import { cheapest, mapRun, vectorRun, type RunCycles } from './kernels.js';
import { waysToRun } from './runs.js';

/** Layers that share prices. */
export type Family = 'map' | 'depthwise' | 'vector' | 'recurrent' | `glue ${string}`;

/** Amounts by name; a part left out is 0. */
export type Parts = Readonly<Record<string, number>>;

export function familyOf(query: LayerQuery): Family {
  if (query.layer === 'glue') return `glue ${query.operator}`;
  if (query.layer === 'convolution') return kindOf(query) === 'depthwise' ? 'depthwise' : 'map';
  return query.layer === 'full' ? 'vector' : 'recurrent';
}

/** Sizes of caches that make a difference: the first, the second, the shared one. */
const CACHES = { near: 2 ** 15, middle: 2 ** 20, far: 2 ** 24 } as const;

/** Company that nobody told of is large. */
const LARGE = 2 ** 24;

/** Share of `bytes` that is no longer in a cache of `size` when it is used again: from 0 at half of it to 1 at twice of it. */
const lost = (bytes: number, size: number): number => Math.min(1, Math.max(0, (Math.log2(Math.max(1, bytes) / size) + 1) / 2));

/** Bytes that come from behind the second and behind the third cache, once in a run. */
function far(query: LayerQuery): Parts {
  const { weights, reads, writes } = touchedBytes(query);
  const all = (query.besides ?? LARGE) + weights;
  return {
    'weights from the third cache': weights * lost(all, CACHES.middle),
    'weights from memory': weights * lost(all, CACHES.far),
    'maps beyond the second cache': (reads + writes) * lost(reads + writes, CACHES.middle / 2),
  };
}

const pruned = (query: WeightedQuery, size: WeightSize, cost: Parameters<typeof cheapest>[1]): RunCycles => cheapest(waysToRun(size, query.scheme, keptShare(query)), cost);

const TILE = { dense: 96, sparse: 192 };

/** Vectors of four cells that a map has, with what its rows are padded by. */
function mapVectors({ kernel, size: [height, width] }: ConvolutionQuery): number {
  const pitch = width + Math.floor(kernel[1] / 2);
  return Math.ceil(((height - 1) * pitch + width) / 4);
}

function map(query: ConvolutionQuery): Parts {
  const { inputs, outputs, groups, stride, batch, size } = query;
  const vectors = mapVectors(query);
  const tile = keptShare(query) < 0.5 ? TILE.sparse : TILE.dense;
  const [matrix] = weightSizes(query) as [WeightSize];
  const cycles = pruned(query, matrix, mapRun(vectors, tile));
  const { weights, reads, writes } = touchedBytes(query);
  const strided = stride[0] > 1 || stride[1] > 1;
  const tiles = Math.ceil(vectors / tile);
  const tileBytes = 16 * Math.min(tile, vectors) * (inputs / groups);
  return {
    products: batch * cycles.products, sums: batch * cycles.sums, 'beginnings of runs': batch * cycles.starts,
    'weights again for each tile': batch * weights * tiles * lost(weights, CACHES.near),
    'activations beyond the first cache': batch * cycles.products * lost(tileBytes, CACHES.near),
    'writing maps': writes, 'reading maps': reads, 'laying out strided maps': strided ? reads : 0,
    'rows of maps': batch * outputs * size[0], channels: batch * (inputs + outputs), ...far(query), layer: 1,
  };
}

function vectorParts(query: WeightedQuery, size: WeightSize, vectors: number): Record<string, number> {
  const cycles = pruned(query, size, vectorRun);
  const bytes = 4 * keptShare(query) * size.count * size.rows * size.columns;
  const times = vectors * size.count;
  // Up to four vectors share one reading of the weights.
  const readings = Math.ceil(vectors / 4);
  return {
    products: times * cycles.products, columns: times * cycles.sums, 'beginnings of runs': times * cycles.starts,
    rows: times * size.rows, 'reading weights': readings * bytes, 'weights beyond the first cache': readings * bytes * lost(bytes, CACHES.near),
    'weights beyond the second cache': (readings - 1) * bytes * lost(bytes, CACHES.middle),
  };
}


const full = (query: FullQuery): Parts => ({ ...vectorParts(query, weightSizes(query)[0]!, query.vectors), ...far(query), vectors: query.vectors, layer: 1 });

function recurrent(query: RecurrentQuery): Parts {
  const { steps, batch, directions, hidden, cell } = query;
  const [input, state] = weightSizes(query) as [WeightSize, WeightSize];
  const projected = vectorParts(query, input, steps * batch);
  // The state of a step is known only after the one before: one vector at a time.
  const one = vectorParts(query, state, 1);
  const bytes = 4 * keptShare(query) * state.count * state.rows * state.columns;
  const stepped = Object.fromEntries(Object.entries(one).map(([name, amount]) => [name, steps * batch * amount]));
  const named = (parts: Parts, what: string): Parts => Object.fromEntries(Object.entries(parts).map(([name, amount]) => [`${name} of the ${what}`, amount]));
  return {
    ...named(projected, 'inputs'), ...named({ ...stepped, 'weights beyond the second cache': (steps * batch - 1) * bytes * lost(bytes, CACHES.middle) }, 'state'),
    gates: steps * batch * directions * hidden * GATES[cell], steps: steps * batch * directions, ...far(query), layer: 1,
  };
}

const glue = ({ reads, writes, window }: GlueQuery): Parts => ({ elements: reads + writes, window: writes * window, layer: 1 });

/** Throws nothing: whatever `checkQuery` lets through has parts. */
export function partsOf(query: LayerQuery): Parts {
  switch (query.layer) {
    case 'convolution': return map(query);
    case 'full': return full(query);
    case 'recurrent': return recurrent(query);
    case 'glue': return glue(query);
  }
}

