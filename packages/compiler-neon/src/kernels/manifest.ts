/**
 * Every kernel there is, one row each: code generation, plans, tests and benchmarks read this table.
 *
 * `stream`: `rows` outputs x `pixels` positions stay in registers while all columns of a segment go by; a column is
 * `pixels / 4` vector loads, each used by every row. As many sums as clang 14 keeps without spilling, 24 to 28: with the
 * weights and one or two operands they fill the 32 registers of AArch64, and what a column costs by itself is shared by most.
 * `vector`: `rows` outputs of one activation vector. Rows in multiples of four lie interleaved, so that a vector of weights
 * is multiplied by one activation; other counts are dot products over four gathered activations.
 * `depthwise3s1`, `depthwise3s2`: 3x3 of each channel by itself, `rows` x `pixels` outputs at a time.
 * `panel`: `rows` filters x `pixels` positions of whole weights, filters in the lanes: for few positions (`kernels/panel.ts`).
 * `run`: as `vector`, for columns that lie one behind the other: nothing is gathered.
 * `window`: as `vector`, of bytes, for columns that lie near one another: sixteen are picked at once from tables of 64.
 */
import { kernelManifest, type KernelManifest, type KernelVariant } from '@fretwork/compiler';
import { BYTES, WIDEST } from './int8.js';
import { MOST_POSITIONS, PANEL } from './panel.js';

/** Stream kernels of each row count: most vectors of four pixels, and columns per turn of the inner loop, in whole vectors of weights. */
const STREAM: Readonly<Record<number, { readonly vectors: number; readonly unroll: number }>> = {
  1: { vectors: 25, unroll: 4 }, 2: { vectors: 14, unroll: 2 }, 3: { vectors: 8, unroll: 4 }, 4: { vectors: 7, unroll: 2 },
};

const row = (operator: string, rows: number, pixels: number, unroll: number): KernelVariant => ({ operator, type: 'f32', rows, pixels, unroll, isa: 'neon' });

/** Of bytes, four to a sum. */
const bytes = (operator: string, rows: number, pixels: number, unroll: number): KernelVariant => ({ operator, type: 'i8', rows, pixels, unroll, isa: 'dot' });

/** Of halves: the same registers hold twice as much. */
const half = (operator: string, rows: number, pixels: number, unroll: number): KernelVariant => ({ operator, type: 'f16', rows, pixels, unroll, isa: 'fp16' });

export const KERNELS: KernelManifest = kernelManifest([
  ...[1, 2, 3, 4].flatMap((rows) => Array.from({ length: STREAM[rows]!.vectors }, (_, q) => row('stream', rows, 4 * (q + 1), STREAM[rows]!.unroll))),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 12, 16].map((rows) => row('vector', rows, 1, 4)),
  ...[4, 8, 12, 16].map((rows) => row('run', rows, 1, 4)),
  ...Array.from({ length: MOST_POSITIONS.one }, (_, p) => row('panel', PANEL, p + 1, 4)),
  ...Array.from({ length: MOST_POSITIONS.two }, (_, p) => row('panel', 2 * PANEL, p + 1, 4)),
  row('depthwise3s1', 7, 4, 9), row('depthwise3s2', 4, 4, 9),
  ...[1, 2, 3, 4].flatMap((rows) => Array.from({ length: STREAM[rows]!.vectors }, (_, q) => half('stream', rows, 8 * (q + 1), rows % 2 === 1 ? 8 : 8 / rows))),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 16].map((rows) => half('vector', rows, 1, 8)),
  ...[1, 2, 3, 4].flatMap((rows) => Array.from({ length: WIDEST[rows]! }, (_, q) => bytes('stream', rows, BYTES * (q + 1), 4))),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 12, 16].flatMap((rows) => ['vector', 'run', 'window'].map((operator) => bytes(operator, rows, 1, 16))),
]);

/** Row counts of the kernels of `operator`, most first. */
export const rowCounts = (operator: string, type: KernelVariant['type'] = 'f32'): readonly number[] =>
  [...new Set(KERNELS.select({ operator, type }).map(({ rows }) => rows))].sort((a, b) => b - a);

/** Most vectors of pixels that a stream kernel of `rows` takes. */
export const widest = (rows: number): number => STREAM[rows]!.vectors;

/** Columns that a stream kernel of `rows` takes per turn. */
export const unrollOf = (rows: number): number => STREAM[rows]!.unroll;
