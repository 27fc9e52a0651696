/** What the time of a layer consists of: amounts with a physical meaning, each of which the fit gives a price. */
import type { ConvolutionQuery, FullQuery, GlueQuery, LayerQuery, RecurrentQuery, WeightedQuery } from '../contract.js';
import { touchedBytes } from '../query/bytes.js';
import { GATES, keptShare, kindOf, weightSizes, type WeightSize } from '../query/kind.js';
import { cheapest, mapRun, vectorRun } from './kernels.js';
import { waysToRun } from './runs.js';

/** Layers that share prices. */
export type Family = 'map' | 'depthwise' | 'vector' | 'recurrent' | 'pools' | 'global pools' | 'curves' | 'moves' | 'elementwise';

/** Amounts by name; a part left out is 0. */
export type Parts = Readonly<Record<string, number>>;

/** Operators without weights by how they work; all others go element by element. */
const GLUE: Readonly<Record<string, Family>> = {
  MaxPool: 'pools', AveragePool: 'pools', GlobalAveragePool: 'global pools', GlobalMaxPool: 'global pools', ReduceMean: 'global pools',
  Sigmoid: 'curves', Tanh: 'curves', Softmax: 'curves', Exp: 'curves', Pow: 'curves', Sqrt: 'curves', HardSigmoid: 'curves', HardSwish: 'curves',
  Transpose: 'moves', Concat: 'moves', Slice: 'moves', Pad: 'moves', Gather: 'moves', Split: 'moves',
};

export function familyOf(query: LayerQuery): Family {
  if (query.layer === 'glue') return GLUE[query.operator] ?? 'elementwise';
  if (query.layer === 'convolution') return kindOf(query) === 'depthwise' ? 'depthwise' : 'map';
  return query.layer === 'full' ? 'vector' : 'recurrent';
}

/** Sizes of caches that make a difference: the first, the second, the shared one. */
const CACHES = { near: 2 ** 15, middle: 2 ** 20, far: 2 ** 23 } as const;

/** Company that nobody told of is large. */
const LARGE = 2 ** 24;

/** Share of `bytes` that is no longer in a cache of `size` when it is used again: from 0 at half of it to 1 at twice of it. */
const lost = (bytes: number, size: number): number => Math.min(1, Math.max(0, (Math.log2(Math.max(1, bytes) / size) + 1) / 2));

/** Programs that say which rows and columns each run has: their bytes, and how many places they are in. */
interface Programs {
  readonly index: number;
  readonly programs: number;
}

/** What comes from behind the second and behind the third cache, once in a run. */
function far(query: LayerQuery, { index, programs }: Programs): Parts {
  const { weights, reads, writes } = touchedBytes(query);
  const all = (query.besides ?? LARGE) + weights + index;
  const [third, memory] = [lost(all, CACHES.middle), lost(all, CACHES.far)];
  return {
    'weights from the third cache': (weights + index) * third, 'weights from memory': (weights + index) * memory,
    'maps beyond the second cache': (reads + writes) * lost(reads + writes, CACHES.middle / 2), 'maps beyond the third cache': (reads + writes) * lost(reads + writes, CACHES.far / 2),
    'overhead of a layer': 1, 'layer found cold': third, 'runs found cold': programs * third,
  };
}

/** Amounts of all runs of a matrix, each `times` times, and their programs. */
function runsOf(query: WeightedQuery, size: WeightSize, cost: Parameters<typeof cheapest>[1], times: number): { readonly parts: Parts } & Programs {
  const { amounts: { index = 0, programs = 0, ...amounts } } = cheapest(waysToRun(size, query.scheme, keptShare(query)), cost);
  return { parts: Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, times * amount])), index, programs };
}

const TILE = { dense: 96, sparse: 192 };

/** From this width on maps get the larger margin of those before and behind a layer, so that kernels write where they read. */
const WIDE = 28;

/** How the maps of a layer lie, in cells. */
interface Lying {
  /** From row to row of the sums. */
  readonly pitch: number;
  /** The input is copied into planes of its own first: strides, and paddings that its map does not carry. */
  readonly laidOut: boolean;
  /** The output is written aside and then copied to its place: its rows are otherwise apart. */
  readonly placed: boolean;
}

function lyingOf({ kernel, stride, size: [, width], margin = 0 }: ConvolutionQuery): Lying {
  const pad = Math.max(Math.floor(kernel[0] / 2), Math.floor(kernel[1] / 2));
  const carried = (own: number): number => (own <= Math.max(1, width / 8) ? own : 0);
  const strided = stride[0] > 1 || stride[1] > 1;
  if (strided) {
    const pitch = width + (stride[1] > 1 ? Math.floor((kernel[1] - 1) / stride[1]) : pad);
    return { pitch, laidOut: true, placed: pitch !== width + carried(margin) };
  }
  if (carried(pad) < pad) return { pitch: width + pad, laidOut: true, placed: carried(margin) !== pad };
  const [before, behind] = width >= WIDE ? [Math.max(pad, carried(margin)), Math.max(pad, carried(margin))] : [pad, carried(margin)];
  return { pitch: width + before, laidOut: false, placed: before !== behind };
}

function map(query: ConvolutionQuery): Parts {
  const { inputs, outputs, groups, stride, batch, size: [height, width], residual, margin = 0 } = query;
  const { pitch, laidOut, placed } = lyingOf(query);
  const vectors = Math.ceil(((height - 1) * pitch + width) / 4);
  const tile = keptShare(query) < 0.5 ? TILE.sparse : TILE.dense;
  const [matrix] = weightSizes(query) as [WeightSize];
  const runs = runsOf(query, matrix, mapRun(vectors, tile), batch);
  const products = (runs.parts['products'] ?? 0) + (runs.parts['products, columns held'] ?? 0);
  const { weights, reads, writes } = touchedBytes(query);
  const tiles = Math.ceil(vectors / tile);
  const tileBytes = 16 * Math.min(tile, vectors) * (inputs / groups);
  return {
    ...runs.parts,
    'weights loaded': batch * weights * tiles,
    'activations beyond the first cache': products * lost(tileBytes, CACHES.near),
    'writing maps': writes, 'reading maps': reads, 'adding the residual': residual ? writes : 0,
    'laying out maps': laidOut ? reads : 0, 'rows laid out': laidOut ? batch * inputs * height * stride[0] : 0,
    'placing maps': placed ? writes : 0, 'rows placed': placed ? batch * outputs * height : 0,
    'rows framed': margin > 0 ? batch * outputs * height : 0, channels: batch * (inputs + outputs), ...far(query, runs),
  };
}

/** `count` matrices of `size` times so many vectors, `times` times. */
function vectorParts(query: WeightedQuery, size: WeightSize, vectors: number, times: number): { readonly parts: Parts } & Programs {
  const runs = runsOf(query, size, vectorRun(vectors), times * size.count);
  return {
    index: size.count * runs.index, programs: size.count * runs.programs,
    parts: {
      ...runs.parts, 'rows begun': times * vectors * size.count * size.rows,
      },
  };
}

function full(query: FullQuery): Parts {
  const runs = vectorParts(query, weightSizes(query)[0]!, query.vectors, 1);
  return { ...runs.parts, vectors: query.vectors, ...far(query, runs) };
}

function recurrent(query: RecurrentQuery): Parts {
  const { steps, batch, directions, hidden, cell } = query;
  const [input, state] = weightSizes(query) as [WeightSize, WeightSize];
  const projected = vectorParts(query, input, steps * batch, 1);
  // The state of a step is known only after the one before: one vector at a time.
  const stepped = vectorParts(query, state, 1, steps * batch);
  const names = new Set([...Object.keys(projected.parts), ...Object.keys(stepped.parts)]);
  return {
    ...Object.fromEntries([...names].map((name) => [name, (projected.parts[name] ?? 0) + (stepped.parts[name] ?? 0)])),
    gates: steps * batch * directions * hidden * GATES[cell], steps: steps * batch * directions,
    ...far(query, { index: projected.index + stepped.index, programs: projected.programs + stepped.programs }),
  };
}

function glue(query: GlueQuery): Parts {
  const { operator, reads, writes, window, width = 16 } = query;
  // What an element takes depends on the operator; the layer around it does not.
  const own = window > 1 ? {} : { [`elements of ${operator}`]: writes };
  return { ...own, elements: reads + writes, windows: window > 1 ? writes * window : 0, rows: writes / width, ...far(query, { index: 0, programs: 0 }) };
}

/** Throws nothing: whatever `checkQuery` lets through has parts. */
export function partsOf(query: LayerQuery): Parts {
  switch (query.layer) {
    case 'convolution': return map(query);
    case 'full': return full(query);
    case 'recurrent': return recurrent(query);
    case 'glue': return glue(query);
  }
}

