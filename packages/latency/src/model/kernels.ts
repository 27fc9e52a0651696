/**
 * What runs cost on kernels that hold a tile of sums in registers. `cycles` (of a core that does two vector products in each) decide
 * between kernels and between ways to cut a matrix; the amounts beside them are what the fit gives prices to.
 */
import type { RunClass } from './runs.js';

/** Amounts of one run or of many, by name. */
export interface RunCost {
  readonly cycles: number;
  readonly amounts: Readonly<Record<string, number>>;
}

const NOTHING: RunCost = { cycles: 0, amounts: {} };

function plus(a: RunCost, b: RunCost, times: number): RunCost {
  const amounts: Record<string, number> = { ...a.amounts };
  for (const [name, amount] of Object.entries(b.amounts)) amounts[name] = (amounts[name] ?? 0) + times * amount;
  return { cycles: a.cycles + times * b.cycles, amounts };
}

/** Of the ways to cut a matrix the one that takes fewest cycles. */
export function cheapest(ways: readonly (readonly RunClass[])[], cost: (run: RunClass) => RunCost): RunCost {
  const sums = ways.map((classes) => classes.reduce((sum, run) => plus(sum, cost(run), run.count), NOTHING));
  return sums.reduce((a, b) => (b.cycles < a.cycles ? b : a), sums[0] ?? NOTHING);
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

function piece(rows: 1 | 2 | 3, columns: number, vectors: number, tile: number): RunCost {
  const [stream, axpy] = [STREAM[rows - 1]!, AXPY[rows - 1]!];
  const tiles = Math.ceil(vectors / tile);
  const streamed = { products: columns * vectors * stream.product, sums: tiles * Math.ceil(Math.min(vectors, tile) / stream.vectors) * stream.group, starts: tiles * stream.start };
  const chunks = Math.ceil(columns / axpy.columns - 1e-6);
  const added = { products: columns * vectors * axpy.product, sums: chunks * vectors * axpy.vector, starts: tiles * chunks * axpy.start };
  const total = (cost: typeof added): number => cost.products + cost.sums + cost.starts;
  const program = { runs: tiles, index: 24 + 8 * rows + 4 * columns, programs: 1 };
  return total(added) < total(streamed)
    ? { cycles: total(added), amounts: { 'products, columns held': added.products, 'sums, columns held': added.sums, 'chunks of columns': tiles * chunks, ...program } }
    : { cycles: total(streamed), amounts: { products: streamed.products, sums: streamed.sums, ...program } };
}

/** A run over maps of `vectors` vectors of pixels: in pairs of rows, an odd number with a triple. */
export function mapRun(vectors: number, tile: number): (run: RunClass) => RunCost {
  return ({ rows, columns }) => {
    if (rows === 1) return piece(1, columns, vectors, tile);
    const odd = rows % 2 === 1;
    return plus(odd ? piece(3, columns, vectors, tile) : NOTHING, piece(2, columns, vectors, tile), (odd ? rows - 3 : rows) / 2);
  };
}

/** Rows that one block of the matrix-vector kernels has at most, and sums that its registers hold. */
const BLOCK_ROWS = 16;
const SUMS = 10;

/** Four rows side by side for each column, and one to three rows as vectors of four columns. */
function block(rows: number, columns: number, vectors: number): RunCost {
  const [fours, rest] = [Math.floor(rows / 4), rows % 4];
  const together = [4, 2].find((width) => width * (fours + rest) <= SUMS && width <= vectors) ?? 1;
  const passes = Math.ceil(vectors / together);
  return {
    cycles: vectors * (130 + rows * columns * (0.67 + 5.3 / rows)),
    amounts: {
      products: vectors * fours * columns, 'weights loaded': passes * rows * columns, 'columns spread': fours > 0 ? vectors * columns : 0,
      'columns gathered': rest > 0 ? vectors * columns : 0, 'products of single rows': vectors * rest * columns,
      runs: passes, index: 12 + 4 * rows + 2 * columns, programs: 1,
    },
  };
}

/** A run times so many activation vectors. */
export function vectorRun(vectors: number): (run: RunClass) => RunCost {
  return ({ rows, columns }) => {
    const full = Math.floor(rows / BLOCK_ROWS);
    const rest = rows % BLOCK_ROWS;
    return plus(rest > 0 ? block(rest, columns, vectors) : NOTHING, full > 0 ? block(BLOCK_ROWS, columns, vectors) : NOTHING, full);
  };
}
