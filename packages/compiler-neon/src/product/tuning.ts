/**
 * What is open about the products of a layer, and how a layer's `tuning` holds it: `kernel` the way of each product (`stream`, or
 * `stream+vector` of a recurrent layer), `permute` the order of its rows, `tile` one number after the other
 *
 *     stream: [rows of a group] [positions of a tile] [columns of a chunk, 0: all] [most rows of a segment]
 *     winograd: the same, of each of the 36 products
 *     vector: [rows of a group] [most rows of a segment]
 */
import type { Gene, Reorder, ScheduleOptions, TuningSpace } from '@fretwork/compiler';
import type { Tuning } from '@fretwork/format';
import { rowCounts } from '../kernels/manifest.js';
import { evenWidths } from './stream-tiles.js';

const FIELDS = { stream: ['height', 'tile', 'chunk', 'rows'], winograd: ['height', 'tile', 'chunk', 'rows'], vector: ['height', 'rows'] } as const;

/** Which kernels a way runs on. */
const kernelsOf = (way: Way): string => (way === 'winograd' ? 'stream' : way);

type Way = keyof typeof FIELDS;

export interface ProductTuning {
  readonly way: Way;
  readonly height: number;
  /** Of a stream. */
  readonly tile?: number;
  /** Of a stream. */
  readonly chunk?: number;
  readonly rows: number;
  readonly reorder: Reorder;
}

const REORDERS: readonly Reorder[] = ['as-stored', 'by-columns'];

export const writeTuning = (products: readonly ProductTuning[]): Tuning => ({
  kernel: products.map(({ way }) => way).join('+'), permute: products.map(({ reorder }) => reorder).join(' '),
  tile: products.flatMap((product) => FIELDS[product.way].map((field) => product[field]!)),
});

/** The ways that a tuning of this backend names. */
export const waysIn = (tuning: Tuning | undefined): readonly Way[] => (tuning?.kernel ?? '').split('+') as Way[];

/** The products of a layer as `tuning` says; undefined where it is left out, or is not one of this backend. */
export function readTuning(tuning: Tuning | undefined, ways: readonly Way[]): readonly ProductTuning[] | undefined {
  if (tuning?.kernel !== ways.join('+')) return undefined;
  const orders = (tuning.permute ?? '').split(' ');
  const numbers = [...tuning.tile ?? []];
  const products = ways.map((way, i) => ({ way, reorder: orders[i] as Reorder, ...Object.fromEntries(FIELDS[way].map((field) => [field, numbers.shift() ?? NaN])) }) as ProductTuning);
  const fits = ({ height, tile = 4, chunk = 0, rows, reorder }: ProductTuning): boolean =>
    REORDERS.includes(reorder) && [height, tile, rows].every((value) => Number.isSafeInteger(value) && value >= 1) && height <= 32 && Number.isSafeInteger(chunk) && chunk >= 0;
  return numbers.length === 0 && products.every(fits) ? products : undefined;
}

/** The schedule that a product asks for, but for threads. */
export const scheduleOf = ({ way, height, chunk = 0, rows, reorder }: ProductTuning): ScheduleOptions =>
  ({ height, reorder, rowCounts: rowCounts(kernelsOf(way)).filter((count) => count <= rows), ...(chunk === 0 ? {} : { chunk }) });

/** What there is to know of a product before anything is chosen. */
export interface ProductSize {
  readonly columns: number;
  readonly positions: number;
  readonly groupRows: number;
}

const ascending = (values: readonly number[]): readonly number[] => [...new Set(values)].sort((a, b) => a - b);

function genesOf({ way, ...own }: ProductTuning, { columns, positions, groupRows }: ProductSize, prefix: string): Gene[] {
  const heights = (way === 'vector' ? [4, 8, 12, 16, 24, 32] : [1, 2, 3, 4, 6, 8, 12, 16]).filter((height) => height <= groupRows);
  const values: Readonly<Record<string, readonly number[]>> = {
    height: [...heights, own.height], rows: [...rowCounts(kernelsOf(way)), own.rows],
    ...(way === 'vector' ? {} : { tile: [...evenWidths(positions).map((width) => 4 * width), own.tile!], chunk: [0, ...[128, 256, 512, 1024].filter((chunk) => chunk < columns), own.chunk!] }),
  };
  return [...Object.entries(values).map(([name, list]): Gene => ({ name: `${prefix}${name}`, values: ascending(list) })), { name: `${prefix}reorder`, values: REORDERS }];
}

/** The space around what is chosen without tuning; the second product's genes begin with `state-`. */
export function spaceOf(chosen: readonly ProductTuning[], sizes: readonly ProductSize[]): TuningSpace {
  const prefixes = chosen.map((_, i) => (i === 0 ? '' : 'state-'));
  const fields = ({ way }: ProductTuning): readonly (keyof ProductTuning)[] => [...FIELDS[way], 'reorder'];
  return {
    genes: chosen.flatMap((product, i) => genesOf(product, sizes[i]!, prefixes[i]!)),
    fallback: Object.fromEntries(chosen.flatMap((product, i) => fields(product).map((field) => [`${prefixes[i]}${field}`, product[field]!]))),
    allows: (choice) => {
      const odd = prefixes.find((prefix) => Number(choice[`${prefix}rows`]) > Number(choice[`${prefix}height`]) && choice[`${prefix}rows`] !== 1);
      return odd === undefined ? { ok: true } : { ok: false, reason: 'segments have no more rows than groups' };
    },
    tuning: (choice) => writeTuning(chosen.map((product, i) =>
      ({ way: product.way, ...Object.fromEntries(fields(product).map((field) => [field, choice[`${prefixes[i]}${field}`]])) }) as unknown as ProductTuning)),
  };
}
