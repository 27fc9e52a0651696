/**
 * Every kernel there is, one row each: code generation, plans, tests and benchmarks read this table.
 *
 * `stream`: `rows` outputs x `pixels` positions stay in registers while all columns of a segment go by; a column is
 * `pixels / 4` vector loads, each used by every row. At most 24 sums: with the weights and one operand they fill the 32
 * registers of AArch64, and there are enough of them to hide the latency of a multiply-add on any core.
 * `vector`: `rows` outputs of one activation vector. Rows in multiples of four lie interleaved, so that a vector of weights
 * is multiplied by one activation; one to three rows are dot products over four gathered activations.
 * `run`: as `vector`, for columns that lie one behind the other: nothing is gathered.
 */
import { kernelManifest, type KernelManifest, type KernelVariant } from '@fretwork/compiler';

/** Sums that the stream kernels keep. */
export const SUMS = 24;

/** Columns per turn of the inner loop: whole vectors of weights. */
const STREAM_UNROLL: Readonly<Record<number, number>> = { 1: 4, 2: 2, 3: 4, 4: 2 };

const row = (operator: string, rows: number, pixels: number, unroll: number): KernelVariant => ({ operator, type: 'f32', rows, pixels, unroll, isa: 'neon' });

export const KERNELS: KernelManifest = kernelManifest([
  ...[1, 2, 3, 4].flatMap((rows) => Array.from({ length: SUMS / rows }, (_, q) => row('stream', rows, 4 * (q + 1), STREAM_UNROLL[rows]!))),
  ...[1, 2, 3, 4, 8, 16].map((rows) => row('vector', rows, 1, 4)),
  ...[4, 8, 16].map((rows) => row('run', rows, 1, 4)),
]);

/** Row counts of the kernels of `operator`, most first. */
export const rowCounts = (operator: string): readonly number[] =>
  [...new Set(KERNELS.select({ operator }).map(({ rows }) => rows))].sort((a, b) => b - a);

/** Most vectors of four pixels that a stream kernel of `rows` takes. */
export const widest = (rows: number): number => SUMS / rows;
