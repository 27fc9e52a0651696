/**
 * Every product kernel there is, one row each: code generation, plans, tests and benchmarks read this table.
 *
 * `segments`: the sums of `rows` outputs x `pixels` positions stay in registers while the segments of a group go by. Which
 * rows a segment has is a switch over its mask, the same for all items of a work-group; it has the masks that a model needs.
 * `panels`: the sums of `rows` outputs x `pixels` positions lie in private memory, and pieces of segments go over all of them:
 * for processors, whose first cache holds the panel. Which rows a piece has is data, so that no masks are known here.
 * `tiles64`, `tiles256`: the same pieces over columns that are packed, `unroll` at a time, for so many rows at once as the name says. `rows`:
 * those of a group, whose segments pieces are cut from.
 * `bare64`: the same without packing, of rows so few that to pack a column costs more than it saves.
 * `dense`: the same as `segments` without masks, for matrices in which every weight is there; `unroll` columns, the cells of a kernel, at
 * a time.
 * `wave1`, `wave2`, …: for GPUs. Neighbouring items have neighbouring positions, and the positions of an item are a work-group apart, so
 * that what a wave loads at once is one piece of memory; the columns of a group are cut into as many parts as the name says,
 * which items of a work-group share out among themselves and add up in local memory. A column that one row of a group keeps has a weight
 * for each, zeros among them; weights and tables are read by fours.
 * `densewave1`, …: the same where every weight is there; `unroll` is the cells of a kernel.
 * `implicit1`, …, `denseimplicit1`, …: the same, of convolutions that read maps where they lie and make no planes: an item knows which cells of
 * the kernel lie inside of the map, for each of its positions.
 * `vector`: `rows` outputs of one vector; the items of a work-group share the columns of each segment out among themselves, so that none has
 * the same weights as another: constant memory is not for them.
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
const LONG: readonly Shape[] = [{ rows: 1, pixels: 208, unrolls: [1] }, { rows: 2, pixels: 64, unrolls: [4] }, { rows: 2, pixels: 112, unrolls: [1] }, { rows: ROWS, pixels: 96, unrolls: [1] }];

/** Rows x positions of a panel. */
const PANELS: readonly (readonly [rows: number, pixels: number])[] = [[8, 112], [8, 208]];

/** Parts that the columns of a group are cut into, of kernels by waves. */
export const PARTS: readonly number[] = [1, 2, 4, 8];

/** Rows x positions of an item of kernels by waves. */
const WAVES: readonly (readonly [rows: number, pixels: number])[] = [[ROWS, 1], [ROWS, 2], [ROWS, 4], [8, 2], [8, 4]];

/** Columns that they do at a time, or channels where every weight is there. */
export const WAVE_COLUMNS = 8;

/** Cells of the kernel of a convolution that one without planes does at the most: bits of a word. */
export const MOST_CELLS = 32;

/** Rows of an item of kernels by tiles, at most 256: more share what is packed, fewer make more items. */
const TILE_ROWS: readonly number[] = [64, 256];

/** Rows of their groups. */
const TILE_GROUPS: readonly number[] = [1, 4, 8];

/** Positions of their tiles, and columns that are packed at a time: so many that the first cache holds them. */
const TILES: readonly (readonly [pixels: number, columns: number])[] = [[112, 64], [208, 32]];
const BARE: readonly [rows: number, pixels: number, columns: number] = [64, 112, 64];

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
  /** Needs every weight to be there. */
  readonly whole: boolean;
  /** Parts of the columns of a group, of kernels by waves; 0: of others. */
  readonly parts: number;
  /** Reads maps where they lie. */
  readonly implicit: boolean;
  /** Rows of an item of kernels by tiles; 0: of others. */
  readonly itemRows: number;
  /** Which pack the columns that they read. */
  readonly packs: boolean;
}

export const isaOf = (path: DataPath, constant: boolean): string => `${path}${constant ? 'c' : ''}`;

export const kernelTypeOf = (type: StorageType): KernelType => (type === 'f32' ? 'f32' : 'f16');

const BOTH = [false, true];

/** The operator of kernels by waves. `parts` left out: what their texts are called. */
export const waveName = (whole: boolean, implicit: boolean, parts: number | '' = ''): string => `${whole ? 'dense' : ''}${implicit ? 'implicit' : 'wave'}${parts}`;

/** Images hold texels of four: tiles of whole texels alone. */
const fits = (path: DataPath, pixels: number): boolean => path === 'buffer' || pixels % 4 === 0;

const row = (operator: string, type: KernelType, path: DataPath, constant: boolean, [rows, pixels]: readonly [number, number], unroll: number, more: Partial<ProductVariant> = {}): ProductVariant =>
  ({ operator, type, rows, pixels, unroll, isa: isaOf(path, constant), path, constant, whole: false, parts: 0, implicit: false, itemRows: 0, packs: false, ...more });

const ROWS_OF_TABLE: readonly ProductVariant[] = (['f32', 'f16'] as const).flatMap((type) => BOTH.flatMap((constant) => [
  ...(['buffer', 'image'] as const).flatMap((path) => {
    const of = (shapes: readonly Shape[]): readonly Shape[] => shapes.filter(({ pixels }) => fits(path, pixels));
    return [
      ...of([...SQUARE, ...(path === 'buffer' ? LONG : [])]).flatMap(({ rows, pixels, unrolls }) => unrolls.map((unroll) => row('segments', type, path, constant, [rows, pixels], unroll))),
      ...of(SQUARE).flatMap(({ rows, pixels }) => DENSE_CELLS.map((cells) => row('dense', type, path, constant, [rows, pixels], cells, { whole: true }))),
    ];
  }),
  ...PANELS.map((shape) => row('panels', type, 'buffer', constant, shape, 1)),
  ...TILE_ROWS.flatMap((itemRows) => TILE_GROUPS.flatMap((rows) => TILES.map(([pixels, columns]) => row(`tiles${itemRows}`, type, 'buffer', constant, [rows, pixels], columns, { itemRows, packs: true })))),
  ...TILE_GROUPS.map((rows) => row(`bare${BARE[0]}`, type, 'buffer', constant, [rows, BARE[1]], BARE[2], { itemRows: BARE[0] })),
  ...PARTS.flatMap((parts) => BOTH.flatMap((implicit) => WAVES.flatMap((shape) => [
    row(waveName(false, implicit, parts), type, 'buffer', constant, shape, WAVE_COLUMNS, { parts, implicit }),
    ...DENSE_CELLS.map((cells) => row(waveName(true, implicit, parts), type, 'buffer', constant, shape, cells, { parts, implicit, whole: true })),
  ]))),
  ...(constant ? [] : [row('vector', type, 'buffer', constant, [ROWS, 1], 1)]),
]));

export const KERNELS: KernelManifest<ProductVariant> = kernelManifest(ROWS_OF_TABLE);
