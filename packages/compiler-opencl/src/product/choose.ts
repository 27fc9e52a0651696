import { kernelName, kernelSpace, planSchedule, readTuning, scheduleOptionsOf, summariseSchedule, tuningOf, type KernelChoice, type Reorder, type ScheduleOptions, type ScheduleSummary, type TuningSpace } from '@fretwork/compiler';
import type { SparseMatrix, Tuning } from '@fretwork/format';
import { DENSE_CELLS, isaOf, KERNELS, kernelTypeOf, PIECE_ROWS, ROWS, type ProductVariant } from '../kernels/manifest.js';
import { storedBytes } from '../kernels/prelude.js';
import type { DataPath, StorageType } from '../contract.js';
import type { DeviceFamily } from '../device-family.js';
import { cheapestOf, fitsPositions, largestTile } from './cost.js';
import { isWhole } from './lay-program.js';

/** Bytes of weights up to which they go into constant memory: every device has four times as much. */
const CONSTANT_BYTES = 16384;

/** Weights up to which rows are also looked at in an order of their own. */
const REORDERED = 1 << 20;

/**
 * Positions of a tile of dense and of sparse kernels, and columns at a time of sparse ones, where nothing is tuned. `any`: two vectors
 * of a phone, half of one of a server. `nvidia`: what an H200 was fastest with of 1, 2 and 4, in every layer and at every rate (docs/opencl.md).
 */
const USUAL: Readonly<Record<DeviceFamily, { readonly dense: number; readonly sparse: number; readonly unroll: number }>> = {
  any: { dense: 8, sparse: 8, unroll: 1 },
  processor: { dense: 8, sparse: 8, unroll: 1 },
  nvidia: { dense: 1, sparse: 2, unroll: 4 },
};

export interface ProductRequest {
  readonly matrices: readonly SparseMatrix[];
  readonly positions: number;
  /** Rows that read the same columns. */
  readonly groupRows: number;
  /** Cells of a kernel: columns of a channel. */
  readonly cells: number;
  readonly type: StorageType;
  readonly path: DataPath;
  readonly family: DeviceFamily;
  readonly tuning: Tuning | undefined;
  readonly layer: string;
}

export interface ProductChoice extends Omit<KernelChoice, 'kernel'> {
  readonly row: ProductVariant;
  readonly options: ScheduleOptions;
  readonly summary: ScheduleSummary;
  readonly tuning: Tuning;
  readonly reason: string;
}

/** Whether the weights of `nnz` go into constant memory. */
export const inConstantMemory = (nnz: number, type: StorageType): boolean => nnz * storedBytes(type) <= CONSTANT_BYTES;

const nnzOf = (matrices: readonly SparseMatrix[]): number => matrices.reduce((sum, { payload }) => sum + payload.length, 0);

/** The kernel, tile and order of work of one product; what is tuned goes first. Throws `tuning.kernel` for a kernel that there is not. */
export function chooseProduct(request: ProductRequest): ProductChoice {
  const { matrices, groupRows, tuning, layer } = request;
  const { fallback, summaries } = usual(request);
  const { row, chunk, order, layout, reorder } = readTuning(tuning, fallback, KERNELS, layer);
  const options: ScheduleOptions = { ...scheduleOptionsOf(row, { chunk, reorder }), ...(row.operator === 'panels' ? { rowCounts: PIECE_ROWS } : {}), groupRows };
  const summary = (chunk === 0 && row.rows === ROWS ? summaries.get(reorder) : undefined) ?? summariseSchedule(planSchedule(matrices, options));
  const why = tuning === undefined ? 'nothing tuned' : 'as tuned';
  return {
    row, chunk, order, layout, reorder, options, summary, tuning: tuningOf({ kernel: kernelName(row), chunk, order, layout, reorder }),
    reason: `${row.rows} rows ${reorder} x ${row.pixels} positions, ${row.operator === 'dense' ? 'every weight there' : `${summary.loadsSaved} of ${summary.loadsPerRow} loads saved`}, weights in ${row.constant ? 'constant' : 'buffer'} memory: ${why}`,
  };
}

/** What is chosen without tuning: the order of rows that loads least, a dense kernel where there is one, and on processors what costs least. */
function usual(request: ProductRequest): { readonly fallback: KernelChoice; readonly summaries: ReadonlyMap<Reorder, ScheduleSummary> } {
  const { matrices, positions, groupRows, cells, type, path, family } = request;
  const orders: readonly Reorder[] = nnzOf(matrices) <= REORDERED ? ['as-stored', 'by-columns'] : ['as-stored'];
  const summaries = new Map(orders.map((reorder) => [reorder, summariseSchedule(planSchedule(matrices, { height: ROWS, chunk: 0, reorder, groupRows }))] as const));
  const [reorder, summary] = [...summaries].reduce((best, next) => (next[1].loads < best[1].loads ? next : best));
  const whole = isWhole(summary) && DENSE_CELLS.includes(cells);
  const isa = isaOf(path, inConstantMemory(nnzOf(matrices), type));
  const among = KERNELS.select({ operator: whole ? 'dense' : 'segments', type: kernelTypeOf(type), isa, ...(whole ? { unroll: cells } : {}) }).filter((row) => fitsPositions(row, positions));
  const tile = USUAL[family];
  const sizes = among.map((row) => row.pixels);
  const pixels = Math.max(Math.min(...sizes), ...sizes.filter((size) => size <= Math.min(positions, whole ? tile.dense : tile.sparse)));
  const plain = among.find((row) => row.rows === ROWS && row.pixels === pixels && (whole || row.unroll === tile.unroll))!;
  const summaryOf = (height: number): ScheduleSummary => (height === ROWS ? summary : summariseSchedule(planSchedule(matrices, { height, chunk: 0, reorder, groupRows })));
  const row = family !== 'processor' ? plain : whole ? largestTile(among) : cheapestOf([...among, ...KERNELS.select({ operator: 'panels', type: kernelTypeOf(type), isa })], positions, summaryOf) ?? plain;
  return { fallback: { kernel: kernelName(row), chunk: 0, order: family === 'processor' ? 'tile-group' : 'group-tile', layout: 'planes', reorder: whole ? 'as-stored' : reorder }, summaries };
}

/** What may be tuned of a product. */
export function productSpace(request: ProductRequest): TuningSpace {
  const { fallback } = usual(request);
  const own = KERNELS.find(fallback.kernel)!;
  return kernelSpace({
    manifest: KERNELS, fallback, columns: request.matrices[0]!.columns,
    among: (row) => (row.operator === own.operator || (row.operator === 'panels' && own.operator === 'segments')) && row.type === own.type && row.isa === own.isa && fitsPositions(row, request.positions) && (row.operator !== 'dense' || row.unroll === own.unroll),
  });
}
