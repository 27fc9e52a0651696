/**
 * Every kernel of the module, one row each; code generation, packing, tests and benchmarks read this table.
 *
 * `stream`: `rows` outputs x `width` vectors of four pixels stay in registers while all columns of a run go by: each
 * column is one vector load per vector, used by every row. Rows x width is at most 12: twelve sums, the rows' weights
 * and one vector of activations are what sixteen registers hold; more of them spill (measured: half the speed).
 * `axpy`: `width` columns' weights stay in registers while all pixels go by: no short inner loop, so it wins where runs
 * of columns are short.
 * `gemv`: one activation vector: `rows` is 4·q outputs whose weights lie interleaved, `width` columns per turn.
 * `dot`: one output, one activation vector, four columns per turn.
 */
export type KernelFamily = 'stream' | 'axpy' | 'gemv' | 'dot';

export interface KernelRow {
  readonly family: KernelFamily;
  readonly rows: number;
  readonly width: number;
}

const rows = (family: KernelFamily, table: readonly (readonly [rows: number, widths: readonly number[]])[]): readonly KernelRow[] =>
  table.flatMap(([count, widths]) => widths.map((width) => ({ family, rows: count, width })));

/** Widths of one row count fall: a driver takes the widest that fits, and every length ends in 1. */
export const KERNELS: readonly KernelRow[] = [
  ...rows('stream', [[1, [12, 6, 3, 2, 1]], [2, [6, 3, 2, 1]]]),
  ...rows('axpy', [[1, [8, 4, 2, 1]], [2, [5, 3, 2, 1]]]),
  ...rows('gemv', [[4, [4, 1]], [8, [4, 1]], [16, [2, 1]]]),
  ...rows('dot', [[1, [4, 1]]]),
];

/** `stream_f32_r2w6`. */
export const kernelName = ({ family, rows: count, width }: KernelRow): string => `${family}_f32_r${count}w${width}`;

/** The row of a name; nothing where no kernel has it. */
export const parseKernelName = (name: string): KernelRow | undefined => KERNELS.find((row) => kernelName(row) === name);

/** Widths of the kernels of `family` for `count` rows, widest first. */
export const widthsOf = (family: KernelFamily, count: number): readonly number[] =>
  KERNELS.filter((row) => row.family === family && row.rows === count).map((row) => row.width);

/** Row counts of `family`, most first. */
export const rowCountsOf = (family: KernelFamily): readonly number[] =>
  [...new Set(KERNELS.filter((row) => row.family === family).map((row) => row.rows))].sort((a, b) => b - a);
