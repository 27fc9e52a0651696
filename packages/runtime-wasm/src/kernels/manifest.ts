/**
 * Every kernel of the module, one row each; code generation, packing, tests and benchmarks read this table.
 *
 * `stream`: `rows` outputs x `width` vectors of four pixels stay in registers while all columns of a run go by: each
 * column is one vector load per vector, used by every row. Sums, the smaller of (weights of a column, vectors of a
 * column) and one operand more must fit in the fifteen registers that engines leave: more spill (measured: half the speed).
 * `axpy`: `width` columns' weights stay in registers while all pixels go by: no short inner loop, so it wins where runs
 * of columns are short.
 * `gemv`: `rows` outputs of `width` activation vectors: rows four by four in vectors, of which the last is filled up with whatever
 * lies there; a row alone takes four columns in a vector. A weight is read once for all `width`; sums must fit in registers here too.
 */
export type KernelFamily = 'stream' | 'axpy' | 'gemv';

/**
 * `narrow`: what fifteen registers of 128 bits hold. `wide`: what they hold where the engine joins two vectors in one of 256
 * bits (`machine/revectorize`); elsewhere these spill.
 */
export type Tiles = 'narrow' | 'wide';

export interface KernelRow {
  readonly family: KernelFamily;
  readonly rows: number;
  readonly width: number;
  /** The modules that have this kernel: all, or those of wide tiles. */
  readonly tiles: Tiles;
}

const rows = (family: KernelFamily, table: readonly (readonly [rows: number, widths: readonly number[], narrow?: number])[]): readonly KernelRow[] =>
  table.flatMap(([count, widths, narrow]) => widths.map((width) => ({ family, rows: count, width, tiles: width > (narrow ?? width) ? 'wide' : 'narrow' })));

/** One activation vector, and as many as fit: ten sums, the activations, and two operands are what registers hold. */
const gemvWidths = (count: number): readonly number[] => {
  const sums = Math.ceil(count / 4);
  const most = [4, 2].find((width) => width * sums <= 10);
  return most === undefined ? [1] : [most, 1];
};

/** `count`, … 2, 1. */
const downFrom = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => count - i);

/** `stream` and `axpy` have every width up to their widest: a driver cuts any length into nearly equal parts. */
export const KERNELS: readonly KernelRow[] = [
  ...rows('stream', [[1, downFrom(24), 13], [2, downFrom(12), 6], [3, downFrom(6), 3]]),
  ...rows('axpy', [[1, downFrom(6)], [2, downFrom(6)], [3, downFrom(3)]]),
  ...rows('gemv', Array.from({ length: 16 }, (_, i) => [i + 1, gemvWidths(i + 1)] as const)),
];

/** `stream_f32_r2w6`. */
export const kernelName = ({ family, rows: count, width }: KernelRow): string => `${family}_f32_r${count}w${width}`;

/** The row of a name; nothing where no kernel has it. */
export const parseKernelName = (name: string): KernelRow | undefined => KERNELS.find((row) => kernelName(row) === name);

/** Widths of the kernels of `family` for `count` rows, widest first. */
export const widthsOf = (family: KernelFamily, count: number, tiles: Tiles = 'narrow'): readonly number[] =>
  KERNELS.filter((row) => row.family === family && row.rows === count && (row.tiles === 'narrow' || tiles === 'wide')).map((row) => row.width);

/** Row counts of `family`, most first. */
export const rowCountsOf = (family: KernelFamily): readonly number[] =>
  [...new Set(KERNELS.filter((row) => row.family === family).map((row) => row.rows))].sort((a, b) => b - a);
