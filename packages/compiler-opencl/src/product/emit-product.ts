import { packWeights, planSchedule, type PlannedSchedule, type Schedule, type Window } from '@fretwork/compiler';
import { FretworkError, type SparseMatrix, type Tuning } from '@fretwork/format';
import { KERNELS, ROWS, WIDEST, kernelTypeOf, type ProductVariant } from '../kernels/manifest.js';
import type { StorageType } from '../contract.js';
import { bounds, buffer, integer, integers, type LayerLaunches } from '../emit/layer-launches.js';
import type { KernelActivation } from '../kernels/prelude.js';
import { layDense, layPanels, laySegments, layTiles, layWaves, masksOf, tileItems, type Places, type Program } from './lay-program.js';

/**
 * Items of a work-group of a product kernel, tiles of one group of rows: whole vectors of positions, so few do. Where all
 * groups of a tile come one after another, so that its activations stay in a cache, a work-group has one item; so it has where items
 * have much private memory.
 */
const TILE_ITEMS = 16;

/** Items that share the columns of a segment. */
const COLUMN_ITEMS = 16;

/** Where a product lies; steps in elements. */
export interface ProductPlace {
  readonly x: number;
  /** Bytes of `x`, for what reads it as texels. */
  readonly xBytes: number;
  readonly y: number;
  readonly positions: number;
  readonly batch: number;
  readonly batchStep: number;
  readonly outStep: number;
  readonly rowStep: number;
  readonly pixelStep: number;
  /** Added to the sums; it lies as the output does. */
  readonly residual?: number;
  /** Of dense kernels: channels of a group, the elements between two, and where the cells of one lie. */
  readonly channels: number;
  readonly channelStep: number;
  readonly cells: readonly number[];
  readonly places: Places;
  /** What kernels that read maps where they lie have to know of them; its places have the cell of the kernel in their lowest bits. */
  readonly window?: Window;
  readonly activation: KernelActivation;
}

/** The row of a kernel that a plan names. Throws `opencl.plan`. */
export function plannedRow(kernel: string | undefined): ProductVariant {
  const row = KERNELS.find(kernel ?? '');
  if (row === undefined) throw new FretworkError('opencl.plan', 'the plan names a kernel that there is not', { actual: String(kernel).slice(0, 60), hint: 'plan the model again' });
  return row;
}

/** Launches `planned` by the kernel that `tuning` names. Throws `opencl.plan`. */
export function emitProduct(to: LayerLaunches, matrices: readonly SparseMatrix[], planned: PlannedSchedule, tuning: Tuning, place: ProductPlace): void {
  const row = plannedRow(tuning.kernel);
  const schedule = planSchedule(matrices, planned.options);
  const packed = packWeights(matrices, schedule) as Float32Array;
  const items = row.itemRows === 0 ? undefined : tileItems(schedule, planned.options.groupRows ?? schedule.rows, row.itemRows);
  const { program, weights } = items === undefined ? layOf(row, schedule, packed, place) : layTiles(items, packed, place.places, row.packs ? row.pixels / WIDEST : undefined);
  const tileAxis = tuning.permute?.includes('tile-group') === true ? 1 : 0;
  const groups = (items ?? schedule.groups).length;
  if (groups === 0 || place.batch === 0) return;
  const tiles = Math.ceil(place.positions / row.pixels);
  const wave = row.parts > 0;
  to.launch({
    kernel: to.product(row, place.activation, row.operator === 'segments' ? masksOf(schedule) : []), global: tileAxis === 0 ? [tiles, groups, place.batch] : [groups, tiles, place.batch],
    group: { axis: tileAxis, most: tileAxis === 0 && row.itemRows === 0 ? TILE_ITEMS : 1, ...(wave ? { across: row.parts } : {}) },
    args: [
      buffer(row.path === 'image' ? to.buffers.image(place.x, place.xBytes) : place.x), buffer(place.y), buffer(to.buffers.numbers(weights)), buffer(to.buffers.integers(program)), buffer(place.residual ?? place.y),
      ...integers([place.positions, ...(wave ? [] : [tiles]), tileAxis, place.batchStep, place.rowStep, place.pixelStep, place.outStep, place.residual === undefined ? 0 : 1]),
      ...(row.whole ? integers([place.channels, place.channelStep]) : []), ...(row.implicit ? integers(windowArguments(place.window!)) : []), ...(wave ? [integer(row.parts), ['l', 4 * row.rows * row.pixels] as const] : []), ...bounds(place.activation),
    ],
  });
}

const windowArguments = ({ input, output, kernel, strides, dilations, begins }: Window): number[] => [...input, output[1], ...kernel, ...strides, ...dilations, ...begins];

function layOf(row: ProductVariant, schedule: Schedule, packed: Float32Array, { cells, places }: ProductPlace): Program {
  if (row.whole) return layDense(schedule, row.rows, packed, cells, places);
  if (row.parts > 0) return layWaves(schedule, row.rows, packed, places);
  return (row.operator === 'panels' ? layPanels : laySegments)(schedule, row.rows, packed, places);
}

/** The kernel for one vector at a time. */
export const vectorRow = (type: StorageType): ProductVariant => KERNELS.select({ operator: 'vector', type: kernelTypeOf(type) })[0]!;

/** Vectors times the matrices, the columns of a segment shared out among the items of a work-group. */
export function emitVectors(to: LayerLaunches, matrices: readonly SparseMatrix[], planned: PlannedSchedule, kernel: string, place: Pick<ProductPlace, 'x' | 'y' | 'batch' | 'batchStep' | 'outStep' | 'places' | 'activation'>): void {
  const row = KERNELS.find(kernel)!;
  const schedule = planSchedule(matrices, planned.options);
  const { program, weights } = laySegments(schedule, ROWS, packWeights(matrices, schedule) as Float32Array, place.places);
  if (schedule.groups.length === 0 || place.batch === 0) return;
  to.launch({
    kernel: to.product(row, place.activation, masksOf(schedule)), global: [1, schedule.groups.length, place.batch], group: { axis: 0, most: COLUMN_ITEMS, alone: true },
    args: [
      buffer(place.x), buffer(place.y), buffer(to.buffers.numbers(weights)), buffer(to.buffers.integers(program)), ['l', 4 * ROWS],
      integer(place.batchStep), integer(place.outStep), ...bounds(place.activation),
    ],
  });
}

