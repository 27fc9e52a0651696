/**
 * Every product kernel there is, one row each: code generation, plans, tests and benchmarks read this table.
 *
 * `segments`: the sums of `rows` outputs x `pixels` positions stay in registers while the segments of a group go by. Which
 * rows a segment has is a switch over its mask, the same for all items of a work-group; it has the masks that a model needs.
 * `panels`: the sums of `rows` outputs x `pixels` positions lie in private memory, and pieces of segments go over all of them:
 * for processors, whose first cache holds the panel. Which rows a piece has is data, so that no masks are known here.
 * `dense`: the same as `segments` without masks, for matrices in which every weight is there; `unroll` columns, the cells of a kernel, at
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

/** Elements of the widest vector of OpenCL C. */
export const WIDEST = 16;

/** Positions of a tile of four or eight rows. */
export const PIXELS: readonly number[] = [1, 2, 4, 8, 16, 32, 64];

interface Shape {
  readonly rows: number;
  readonly pixels: number;
  /** Columns of a segment at a time: with four, sums of few rows are kept in several sets, which do not wait for one another. */
  readonly unrolls: readonly number[];
}

/** Eight rows load less of blocks of eight rows, and need twice the registers: no more than 256 sums. */
const SQUARE: readonly Shape[] = PIXELS.flatMap((pixels) => [{ rows: ROWS, pixels, unrolls: [1, 4] }, ...(pixels > 32 ? [] : [{ rows: 8, pixels, unrolls: [1] }])]);

/** Of few rows and many positions, where rows share next to nothing: whole vectors, of which the last may reach back into the one before. */
const LONG: readonly Shape[] = [{ rows: 1, pixels: 208, unrolls: [1] }, { rows: 2, pixels: 64, unrolls: [4] }, { rows: 2, pixels: 112, unrolls: [1] }];

/** Rows x positions of a panel. */
const PANELS: readonly (readonly [rows: number, pixels: number])[] = [[8, 112], [8, 208]];

/** Cells of the kernels of dense convolutions that have kernels of their own. */
export const DENSE_CELLS: readonly number[] = [1, 9];

/** Weights of a piece of a panel: with a sum of each row, processors of 32 registers keep them all. */
const MOST_WEIGHTS = 16;

/** Rows x columns of the pieces of panels, in the order of their codes. */
export const PIECES: readonly (readonly [rows: number, columns: number])[] = [1, 2, 3, 4].flatMap((rows) => Array.from({ length: Math.floor(MOST_WEIGHTS / rows) }, (_, i) => [rows, i + 1] as const));

/** Rows that pieces have. */
export const PIECE_ROWS: readonly number[] = [...new Set(PIECES.map(([rows]) => rows))];

export interface ProductVariant extends KernelVariant {
  readonly path: DataPath;
  /** Weights in constant memory. */
  readonly constant: boolean;
}

export const isaOf = (path: DataPath, constant: boolean): string => `${path}${constant ? 'c' : ''}`;

export const kernelTypeOf = (type: StorageType): KernelType => (type === 'f32' ? 'f32' : 'f16');

const BOTH = [false, true];

/** Images hold texels of four: tiles of whole texels alone. */
const fits = (path: DataPath, pixels: number): boolean => path === 'buffer' || pixels % 4 === 0;

const segments = (shapes: readonly Shape[], type: KernelType, path: DataPath, constant: boolean): ProductVariant[] => shapes.filter(({ pixels }) => fits(path, pixels))
  .flatMap(({ rows, pixels, unrolls }) => unrolls.map((unroll) => ({ operator: 'segments', type, rows, pixels, unroll, isa: isaOf(path, constant), path, constant })));

const ROWS_OF_TABLE: readonly ProductVariant[] = (['f32', 'f16'] as const).flatMap((type) => BOTH.flatMap((constant) => [
  ...(['buffer', 'image'] as const).flatMap((path) => [
    ...segments([...SQUARE, ...(path === 'buffer' ? LONG : [])], type, path, constant),
    ...SQUARE.filter(({ pixels }) => fits(path, pixels)).flatMap(({ rows, pixels }) => DENSE_CELLS.map((unroll) => ({ operator: 'dense', type, rows, pixels, unroll, isa: isaOf(path, constant), path, constant }))),
  ]),
  ...PANELS.map(([rows, pixels]): ProductVariant => ({ operator: 'panels', type, rows, pixels, unroll: 1, isa: isaOf('buffer', constant), path: 'buffer', constant })),
  { operator: 'vector', type, rows: ROWS, pixels: 1, unroll: 1, isa: isaOf('buffer', constant), path: 'buffer' as const, constant },
]));

export const KERNELS: KernelManifest<ProductVariant> = kernelManifest(ROWS_OF_TABLE);
