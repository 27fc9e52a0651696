/**
 * What runs cost on kernels that hold a tile of sums in registers, in cycles of a core that does two vector products in each: the
 * shapes of these costs are those of any such kernel, their sizes are scaled to each backend by the fit.
 */
import type { RunClass } from './runs.js';

/** Cycles by what they go to. */
export interface RunCycles {
  readonly products: number;
  /** The sums' way from memory and back, and the ends of inner loops. */
  readonly sums: number;
  /** Beginnings of runs. */
  readonly starts: number;
  /** Bytes of the programs that say which columns and rows a run has. */
  readonly index: number;
}

const total = ({ products, sums, starts }: RunCycles): number => products + sums + starts;

const plus = (a: RunCycles, b: RunCycles, times: number): RunCycles => ({ products: a.products + times * b.products, sums: a.sums + times * b.sums, starts: a.starts + times * b.starts, index: a.index + times * b.index });

const NOTHING: RunCycles = { products: 0, sums: 0, starts: 0, index: 0 };

/** Cheapest of the ways by their sum. */
export function cheapest(ways: readonly (readonly RunClass[])[], cost: (run: RunClass) => RunCycles): RunCycles {
  const sums = ways.map((classes) => classes.reduce((sum, run) => plus(sum, cost(run), run.count), NOTHING));
  return sums.reduce((a, b) => (total(b) < total(a) ? b : a), sums[0] ?? NOTHING);
}

/** By rows of a run, from 1 on: sums held in registers while columns go by (stream), or columns held while pixels go by (axpy). */
const STREAM = [
  { start: 5, group: 28, vectors: 13, product: 0.69 },
  { start: 5, group: 17, vectors: 6, product: 1.02 },
  { start: 5, group: 14, vectors: 3, product: 1.41 },
] as const;
const AXPY = [
  { start: 65, vector: 0.65, columns: 6, product: 0.6 },
  { start: 50, vector: 1.05, columns: 6, product: 1.02 },
  { start: 50, vector: 1.4, columns: 3, product: 1.41 },
] as const;

function piece(rows: 1 | 2 | 3, columns: number, vectors: number, tile: number): RunCycles {
  const [stream, axpy] = [STREAM[rows - 1]!, AXPY[rows - 1]!];
  const tiles = Math.ceil(vectors / tile);
  const streamed = { products: columns * vectors * stream.product, sums: tiles * Math.ceil(Math.min(vectors, tile) / stream.vectors) * stream.group, starts: tiles * stream.start, index: 24 + 8 * rows + 4 * columns };
  const chunks = Math.ceil(columns / axpy.columns - 1e-6);
  const added = { products: columns * vectors * axpy.product, sums: chunks * vectors * axpy.vector, starts: tiles * chunks * axpy.start, index: streamed.index };
  return total(added) < total(streamed) ? added : streamed;
}

/** A run over maps of `vectors` vectors of pixels: in pairs of rows, an odd number with a triple. */
export function mapRun(vectors: number, tile: number): (run: RunClass) => RunCycles {
  const pieces = ([1, 2, 3] as const).map((rows) => (columns: number) => piece(rows, columns, vectors, tile));
  const [one, two, three] = pieces as [(typeof pieces)[0], (typeof pieces)[0], (typeof pieces)[0]];
  return ({ rows, columns }) => {
    if (rows === 1) return one(columns);
    const odd = rows % 2 === 1;
    return plus(odd ? three(columns) : NOTHING, two(columns), (odd ? rows - 3 : rows) / 2);
  };
}

/** Rows that one block of the matrix-vector kernels has at most. */
const BLOCK_ROWS = 16;

/** A run times one activation vector: weights by fours of rows, each column's activation spread to all. */
export function vectorRun({ rows, columns }: RunClass): RunCycles {
  const blocks = Math.ceil(rows / BLOCK_ROWS);
  return { products: 0.67 * rows * columns, sums: 5.3 * columns * blocks, starts: 130 * blocks, index: 12 * blocks + 4 * rows + 2 * columns * blocks };
}
