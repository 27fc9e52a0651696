import { kernelName, kernelSpace, planSchedule, readTuning, summariseSchedule, tuningOf, type KernelChoice, type Reorder, type ScheduleOptions, type ScheduleSummary, type TuningSpace } from '@fretwork/compiler';
import { FretworkError, type SparseMatrix, type Tuning } from '@fretwork/format';
import { DENSE_CELLS, isaOf, KERNELS, kernelTypeOf, PIECE_ROWS, ROWS, type ProductVariant } from '../kernels/manifest.js';
import { storedBytes } from '../kernels/prelude.js';
import type { DataPath, StorageType } from '../contract.js';
import type { DeviceFamily } from '../device-family.js';
import { cheapestOf, fitsPositions, largestTile, type ScheduledRow, type SummaryOf } from './cost.js';
import { isWhole } from './lay-program.js';
import { CONSTANT_BYTES, usualWave, wavesFitConstant } from './usual-wave.js';

/** Bytes of weights up to which they go into constant memory. */
const FEW_BYTES = CONSTANT_BYTES / 4;

/** Weights up to which rows are also looked at in an order of their own. */
const REORDERED = 1 << 20;

/** Positions of a tile where nothing is tuned and nothing is known of the device: two vectors of a phone, half of one of a server. */
const USUAL_PIXELS = 8;

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
  /** Compute units of the device. */
  readonly units: number;
  /** Of maps that may be read where they lie, without planes, and are not so in any case. */
  readonly implicit: boolean;
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
export const inConstantMemory = (nnz: number, type: StorageType): boolean => nnz * storedBytes(type) <= FEW_BYTES;

const nnzOf = (matrices: readonly SparseMatrix[]): number => matrices.reduce((sum, { payload }) => sum + payload.length, 0);

/** The kernel, tile and order of work of one product; what is tuned goes first. Throws `tuning.kernel` for a kernel that there is not, or that cannot do this layer. */
export function chooseProduct(request: ProductRequest): ProductChoice {
  const { groupRows, tuning, layer } = request;
  const { kernel, rest, summaryOf } = usual(request);
  const { row, chunk, order, layout, reorder } = readTuning(tuning, { ...rest, kernel: tuning?.kernel ?? kernel() }, KERNELS, layer);
  const options = optionsOf(row, { chunk, reorder }, groupRows);
  const summary = summaryOf(options);
  const wrong = wrongFor(row, summary, request);
  if (wrong !== undefined) throw new FretworkError('tuning.kernel', `the tuning asks for a kernel ${wrong}`, { layer, actual: kernelName(row), hint: 'tune this model for this target, or leave the kernel out' });
  const why = tuning === undefined ? 'nothing tuned' : 'as tuned';
  return {
    row, chunk, order, layout, reorder, options, summary, tuning: tuningOf({ kernel: kernelName(row), chunk, order, layout, reorder }),
    reason: `${row.itemRows > 0 ? `${row.itemRows} rows at once, in groups of ${row.rows}` : `${row.rows} rows`} ${reorder} x ${row.pixels} positions${row.parts > 1 ? `, columns shared by ${row.parts} items` : ''}, ${row.whole ? 'every weight there' : `${summary.loadsSaved} of ${summary.loadsPerRow} loads saved`}, weights in ${row.constant ? 'constant' : 'buffer'} memory: ${why}`,
  };
}

/** What a kernel needs that a layer does not have. */
function wrongFor(row: ProductVariant, summary: ScheduleSummary, { positions, cells, implicit }: ProductRequest): string | undefined {
  if (row.implicit && !implicit) return 'that reads maps where they lie, which this layer cannot';
  if (row.whole && !(isWhole(summary) && row.unroll === cells)) return `for weights that are all there, ${row.unroll} to a channel`;
  return fitsPositions(row, positions) ? undefined : `of ${row.pixels} positions, and there are ${positions}`;
}

/** Kernels by tiles take some columns at a time, whatever is asked for. */
function optionsOf(row: ScheduledRow, { chunk, reorder }: Pick<KernelChoice, 'chunk' | 'reorder'>, groupRows: number): ScheduleOptions {
  const tiles = row.itemRows > 0;
  return { height: row.rows, chunk: tiles ? row.unroll : chunk, reorder, ...(tiles || row.operator === 'panels' ? { rowCounts: PIECE_ROWS } : {}), groupRows };
}

/** What is chosen without tuning: the order of rows that loads least, a dense kernel where there is one, and on processors what costs least; the kernel where it is asked for, as to weigh all of them takes longer. */
function usual(request: ProductRequest): { readonly kernel: () => string; readonly rest: Omit<KernelChoice, 'kernel'>; readonly summaryOf: (options: ScheduleOptions) => ScheduleSummary; readonly summaryFor: SummaryOf } {
  const { matrices, positions, groupRows, cells, type, path, family, units, implicit } = request;
  const orders: readonly Reorder[] = nnzOf(matrices) <= REORDERED ? ['as-stored', 'by-columns'] : ['as-stored'];
  const known = new Map<string, ScheduleSummary>();
  const summaryOf = (options: ScheduleOptions): ScheduleSummary => {
    const key = JSON.stringify(options);
    const found = known.get(key) ?? summariseSchedule(planSchedule(matrices, options));
    known.set(key, found);
    return found;
  };
  const [reorder, summary] = orders.map((order) => [order, summaryOf({ height: ROWS, chunk: 0, reorder: order, groupRows })] as const).reduce((best, next) => (next[1].loads < best[1].loads ? next : best));
  const whole = isWhole(summary) && DENSE_CELLS.includes(cells);
  const constant = inConstantMemory(nnzOf(matrices), type);
  const isa = isaOf(path, constant);
  const of = (operator: string): readonly ProductVariant[] => KERNELS.select({ operator, type: kernelTypeOf(type), isa, ...(whole ? { unroll: cells } : {}) }).filter((row) => fitsPositions(row, positions));
  const among = of(whole ? 'dense' : 'segments');
  const plain = (): ProductVariant => {
    const sizes = among.map((row) => row.pixels);
    const pixels = Math.max(Math.min(...sizes), ...sizes.filter((size) => size <= Math.min(positions, USUAL_PIXELS)));
    return among.find((row) => row.rows === ROWS && row.pixels === pixels && (whole || row.unroll === 1))!;
  };
  const summaryFor: SummaryOf = (row) => summaryOf(optionsOf(row, { chunk: 0, reorder }, groupRows));
  const best: Readonly<Record<DeviceFamily, () => ProductVariant | undefined>> = {
    any: () => undefined,
    processor: () => (whole ? largestTile(among) : cheapestOf([...among, ...KERNELS.rows.filter((row) => (row.operator === 'panels' || row.itemRows > 0) && row.type === kernelTypeOf(type) && row.isa === isa)], positions, units, summaryFor)),
    nvidia: () => (path === 'buffer' ? usualWave({ positions, cells, type, implicit, whole, constant }, summaryFor) : undefined),
  };
  return {
    kernel: () => kernelName(best[family]() ?? plain()), summaryOf, summaryFor,
    rest: { chunk: 0, order: family === 'processor' ? 'tile-group' : 'group-tile', layout: 'planes', reorder: whole ? 'as-stored' : reorder },
  };
}

/** Which kernels a device of a family may be tuned to: panels and tiles are for the caches of processors, kernels by waves for GPUs. */
const suits = ({ operator, parts, itemRows }: ProductVariant, family: DeviceFamily): boolean => (family === 'processor' ? parts === 0 : itemRows === 0 && (family !== 'nvidia' || operator !== 'panels'));

/** What may be tuned of a product. */
export function productSpace(request: ProductRequest): TuningSpace {
  const { kernel, rest, summaryFor } = usual(request);
  const fallback: KernelChoice = { ...rest, kernel: kernel() };
  const own = KERNELS.find(fallback.kernel)!;
  const { family, implicit, positions, type } = request;
  return kernelSpace({
    manifest: KERNELS, fallback, columns: request.matrices[0]!.columns,
    among: (row) => row.operator !== 'vector' && suits(row, family) && (!row.implicit || implicit) && row.whole === own.whole && row.type === own.type && row.isa === own.isa && fitsPositions(row, positions)
      && (!row.whole || row.unroll === own.unroll) && (row.parts === 0 || !row.constant || wavesFitConstant(summaryFor(row), row.rows, type)),
  });
}
