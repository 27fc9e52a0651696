import { widthsOf } from '../kernels/manifest.js';
import { allRows, heightOf, type Runs } from './runs.js';

/**
 * What a run costs on either family of kernels, in cycles of a core that does two products of vectors in each (fitted to
 * runs of 1 to 32 columns over 13, 49 and 192 vectors). Plans compare these numbers with one another and with nothing else.
 */
interface Fit {
  /** To begin a run, or a chunk of its columns. */
  readonly start: number;
  /** Per group of vectors: its sums' way from and to memory, and the exit of its loop, which no processor foresees. */
  readonly group: number;
  /** Per vector of pixels: the sums' way from and to memory. */
  readonly vector: number;
  /** Per column and vector. */
  readonly product: number;
}

/** By rows, from 1 on. One row loads a vector for every product; the others share them. */
const STREAM: readonly Fit[] = [
  { start: 5, group: 28, vector: 0, product: 0.69 },
  { start: 5, group: 17, vector: 0, product: 1.02 },
  { start: 5, group: 14, vector: 0, product: 1.41 },
];
const AXPY: readonly Fit[] = [
  { start: 65, group: 0, vector: 0.65, product: 0.6 },
  { start: 50, group: 0, vector: 1.05, product: 1.02 },
  { start: 50, group: 0, vector: 1.4, product: 1.41 },
];

/** Widest kernel by rows, from 1 on. */
const WIDEST = {
  stream: STREAM.map((_, r) => widthsOf('stream', r + 1)[0]!),
  axpy: AXPY.map((_, r) => widthsOf('axpy', r + 1)[0]!),
};

function streamCycles(rows: number, columns: number, vectors: number): number {
  const { start, group, product } = STREAM[rows - 1]!;
  return start + Math.ceil(vectors / WIDEST.stream[rows - 1]!) * group + columns * vectors * product;
}

function axpyCycles(rows: number, columns: number, vectors: number): number {
  const { start, vector, product } = AXPY[rows - 1]!;
  return Math.ceil(columns / WIDEST.axpy[rows - 1]!) * (start + vectors * vector) + columns * vectors * product;
}

/** Is the axpy kernel the quicker one for this run? It wants all its rows to begin and end together: one bit speaks for all. */
export function isAxpy(runs: Runs, i: number, vectors: number): boolean {
  const rows = heightOf(runs, i);
  const columns = runs.columnCount[i]!;
  if (columns === 0 || axpyCycles(rows, columns, vectors) >= streamCycles(rows, columns, vectors)) return false;
  const even = (bits: number): boolean => bits === 0 || bits === allRows(runs, i);
  return even(runs.first[i]!) && even(runs.last[i]!);
}

/** A run on the kernel that is quicker for it. */
export const runCycles = (runs: Runs, i: number, vectors: number): number =>
  (isAxpy(runs, i, vectors) ? axpyCycles : streamCycles)(heightOf(runs, i), runs.columnCount[i]!, vectors);

/** All runs of a plan. */
export function planCycles({ runs }: { readonly runs: Runs }, vectors: number): number {
  let sum = 0;
  for (let i = 0; i < runs.count; i++) sum += runCycles(runs, i, vectors);
  return sum;
}

/**
 * What a run costs on the gemv kernels. Fitted to blocks of 1 to 16 rows and 4 to 400 columns timed in the second cache of a
 * Zen 3 core, a weight of sixteen rows (0.064 ns) being 1: 0.34 ns for a column and 0.043 for each of its weights, 2 ns for a
 * block and 6 where its end is not foreseen: few are not, since blocks stand in the order of their sizes.
 */
export const vectorCost = (rows: number, columns: number): number => 45 + rows * columns * (0.67 + 5.3 / rows);

/** All runs of a plan. */
export function planVectorCost({ runs }: { readonly runs: Runs }): number {
  let sum = 0;
  for (let i = 0; i < runs.count; i++) sum += vectorCost(heightOf(runs, i), runs.columnCount[i]!);
  return sum;
}
