/**
 * Every product kernel there is, one row each: code generation, plans, tests and benchmarks read this table.
 *
 * `segments`: the sums of `rows` outputs x `pixels` positions stay in registers while the segments of a group go by. Which
 * rows a segment has is a switch over its mask, the same for all items of a work-group; it has the masks that a model needs.
 * `dense`: the same without masks, for matrices in which every weight is there; `unroll` columns, the cells of a kernel, at
 * a time.
 * `vector`: `rows` outputs of one vector; the items of a work-group share the columns of each segment out among themselves.
 *
 * The last word of a name says how activations and weights are read: `buffer` or `image` (activations as texels), and with a
 * `c` behind it weights in constant memory.
 */
import { kernelManifest, type KernelManifest, type KernelType, type KernelVariant } from '@fretwork/compiler';
import type { DataPath, StorageType } from '../contract.js';

/** Rows of a group of kernels that have one height: as many as are in a vector that every device has. */
export const ROWS = 4;

/** Rows of a group of kernels for positions: eight load less of blocks of eight rows, and need twice the registers. */
export const HEIGHTS: readonly number[] = [ROWS, 8];

/** Most sums of an item that are offered: beyond, no device keeps them in registers. */
const MOST_SUMS = 256;

/** Positions of a tile. */
export const PIXELS: readonly number[] = [1, 2, 4, 8, 16, 32, 64];

/** Elements of the widest vector of OpenCL C. */
export const WIDEST = 16;

/** Columns of a segment at a time: with four, sums of few rows are kept in several sets, which do not wait for one another. */
export const UNROLLS: readonly number[] = [1, 4];

/** Cells of the kernels of dense convolutions that have kernels of their own. */
export const DENSE_CELLS: readonly number[] = [1, 9];

export interface ProductVariant extends KernelVariant {
  readonly path: DataPath;
  /** Weights in constant memory. */
  readonly constant: boolean;
}

export const isaOf = (path: DataPath, constant: boolean): string => `${path}${constant ? 'c' : ''}`;

export const kernelTypeOf = (type: StorageType): KernelType => (type === 'f32' ? 'f32' : 'f16');

const BOTH = [false, true];

/** Images hold texels of four: tiles of whole texels alone. */
const tiles = (path: DataPath): readonly number[] => (path === 'image' ? PIXELS.filter((pixels) => pixels % 4 === 0) : PIXELS);

const ROWS_OF_TABLE: readonly ProductVariant[] = (['f32', 'f16'] as const).flatMap((type) => BOTH.flatMap((constant) => [
  ...(['buffer', 'image'] as const).flatMap((path) => tiles(path).flatMap((pixels) => HEIGHTS.filter((rows) => rows * pixels <= MOST_SUMS).flatMap((rows): ProductVariant[] => [
    ...UNROLLS.map((unroll) => ({ operator: 'segments', type, rows, pixels, unroll, isa: isaOf(path, constant), path, constant })),
    ...DENSE_CELLS.map((unroll) => ({ operator: 'dense', type, rows, pixels, unroll, isa: isaOf(path, constant), path, constant })),
  ]))),
  { operator: 'vector', type, rows: ROWS, pixels: 1, unroll: 1, isa: isaOf('buffer', constant), path: 'buffer' as const, constant },
]));

export const KERNELS: KernelManifest<ProductVariant> = kernelManifest(ROWS_OF_TABLE);
