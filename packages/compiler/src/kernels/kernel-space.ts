import { FretworkError, type Tuning } from '@fretwork/format';
import type { Reorder, ScheduleOptions } from '../schedule/contract.js';
import type { Choice, Gene, TuningSpace } from '../tuner/contract.js';
import type { LoopOrder } from '../work/contract.js';
import type { KernelManifest, KernelVariant } from './contract.js';
import { kernelName } from './manifest.js';

/** How activations lie in memory: `planes` channel after channel, `tiles` packed tile by tile, `pixels` channels next to each other. */
export type ActivationLayout = 'planes' | 'tiles' | 'pixels';

/** Everything that is open about one matrix product. */
export interface KernelChoice {
  /** Name of a row of the manifest: it says operator, type, rows, pixels, unroll and instruction set. */
  readonly kernel: string;
  /** See `ScheduleOptions`; 0: all columns at once. */
  readonly chunk: number;
  readonly order: LoopOrder;
  readonly layout: ActivationLayout;
  readonly reorder: Reorder;
}

export interface KernelSpaceOptions<Row extends KernelVariant> {
  readonly manifest: KernelManifest<Row>;
  /** Rows of the manifest that may be chosen, such as those of one element type that the target can run. */
  readonly among: (row: Row) => boolean;
  /** Chosen without tuning. */
  readonly fallback: KernelChoice;
  /** Columns of the matrix: larger chunks are no choice. */
  readonly columns: number;
  /** Left out: 0, 128, 256, 512, 1024. */
  readonly chunks?: readonly number[];
  /** Left out: both. */
  readonly orders?: readonly LoopOrder[];
  /** Left out: that of `fallback`. */
  readonly layouts?: readonly ActivationLayout[];
}

const ORDERS: readonly LoopOrder[] = ['tile-group', 'group-tile'];
const LAYOUTS: readonly ActivationLayout[] = ['planes', 'tiles', 'pixels'];
const REORDERS: readonly Reorder[] = ['by-columns', 'as-stored'];
const CHUNKS = [0, 128, 256, 512, 1024];

const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];
const ascending = (values: readonly number[]): readonly number[] => [...distinct(values)].sort((a, b) => a - b);

/**
 * The space of kernels, tiles, chunks, unrolling, loop orders and layouts of one product. A gene for each field of a kernel's
 * name, so that children can take the rows of one parent and the pixels of the other; only kernels of the manifest are allowed.
 */
export function kernelSpace<Row extends KernelVariant>(options: KernelSpaceOptions<Row>): TuningSpace {
  const { manifest, fallback, columns, chunks = CHUNKS, orders = ORDERS, layouts = [fallback.layout] } = options;
  const rows = manifest.rows.filter(options.among);
  const genes: readonly Gene[] = [
    { name: 'operator', values: distinct(rows.map(({ operator }) => operator)) },
    { name: 'type', values: distinct(rows.map(({ type }) => type)) },
    { name: 'isa', values: distinct(rows.map(({ isa }) => isa)) },
    { name: 'rows', values: ascending(rows.map((row) => row.rows)) },
    { name: 'pixels', values: ascending(rows.map(({ pixels }) => pixels)) },
    { name: 'unroll', values: ascending(rows.map(({ unroll }) => unroll)) },
    { name: 'chunk', values: ascending([...chunks.filter((chunk) => chunk < columns), fallback.chunk]) },
    { name: 'order', values: distinct([...orders, fallback.order]) },
    { name: 'layout', values: distinct([...layouts, fallback.layout]) },
    { name: 'reorder', values: REORDERS },
  ];
  const own = manifest.find(fallback.kernel);
  const { kernel: _, ...rest } = fallback;
  return {
    genes,
    fallback: { ...(own === undefined ? {} : variantGenes(own)), ...rest },
    allows: (choice) => {
      const row = manifest.find(nameOf(choice));
      return row !== undefined && options.among(row) ? { ok: true } : { ok: false, reason: `there is no kernel ${nameOf(choice)}` };
    },
    tuning: (choice) => tuningOf({ kernel: nameOf(choice), chunk: choice.chunk as number, order: choice.order as LoopOrder, layout: choice.layout as ActivationLayout, reorder: choice.reorder as Reorder }),
  };
}

const variantGenes = ({ operator, type, rows, pixels, unroll, isa }: KernelVariant): Choice => ({ operator, type, rows, pixels, unroll, isa });

const nameOf = (choice: Choice): string => kernelName(choice as unknown as KernelVariant);

/** A choice as a layer's `tuning` holds it: the kernel's name, `tile` [chunk], `permute` the loop order, the layout and the reorder. */
export const tuningOf = ({ kernel, chunk, order, layout, reorder }: KernelChoice): Tuning => ({ kernel, tile: [chunk], permute: `${order} ${layout} ${reorder}` });

/**
 * What `tuning` says of a product that would otherwise be done as `fallback` says: what it leaves out is taken from there.
 * Throws `tuning.kernel` for a kernel that the manifest does not have, `tuning.permute` and `tuning.tile` for words and numbers
 * that mean nothing.
 */
export function readTuning<Row extends KernelVariant>(tuning: Tuning | undefined, fallback: KernelChoice, manifest: KernelManifest<Row>, layer: string): KernelChoice & { readonly row: Row } {
  const kernel = tuning?.kernel ?? fallback.kernel;
  const row = manifest.find(kernel);
  if (row === undefined) throw new FretworkError('tuning.kernel', 'the tuning asks for a kernel that there is not', { layer, actual: kernel, hint: 'tune for this target, or leave the kernel out' });
  const [chunk = fallback.chunk, ...more] = tuning?.tile ?? [];
  if (!Number.isSafeInteger(chunk) || chunk < 0 || more.length > 0) {
    throw new FretworkError('tuning.tile', 'the tile of a tuning is [columns of a chunk], 0 for all', { layer, actual: `[${tuning?.tile?.join(', ') ?? ''}]`, hint: 'rows and pixels of a tile are the kernel\'s' });
  }
  const words = (tuning?.permute ?? '').split(' ').filter((word) => word !== '');
  const take = <Word extends string>(of: readonly Word[], otherwise: Word): Word => of.find((word) => words.includes(word)) ?? otherwise;
  const odd = words.find((word) => ![...ORDERS, ...LAYOUTS, ...REORDERS].includes(word as LoopOrder));
  if (odd !== undefined) throw new FretworkError('tuning.permute', 'a word of the tuning means nothing', { layer, expected: [...ORDERS, ...LAYOUTS, ...REORDERS].join(', '), actual: odd, hint: 'leave it out' });
  return { kernel, row, chunk, order: take(ORDERS, fallback.order), layout: take(LAYOUTS, fallback.layout), reorder: take(REORDERS, fallback.reorder) };
}

/** The schedule that a choice asks for. */
export const scheduleOptionsOf = ({ rows }: KernelVariant, { chunk, reorder }: Pick<KernelChoice, 'chunk' | 'reorder'>): ScheduleOptions => ({ height: rows, chunk, reorder });
