/**
 * Which kernel by waves suits a large GPU where nothing is tuned: what an H200 was fastest with, or within a tenth of it
 * (docs/opencl.md). Short sums wait for memory, so that small tiles, of which there are more, are better; long ones are bound by loads and products.
 */
import type { ScheduleSummary } from '@fretwork/compiler';
import { KERNELS, kernelTypeOf, isaOf, PARTS, ROWS, WAVE_COLUMNS, waveName, type ProductVariant } from '../kernels/manifest.js';
import { storedBytes } from '../kernels/prelude.js';
import type { StorageType } from '../contract.js';
import type { SummaryOf } from './cost.js';

/** Columns of a part beyond which sums are long. */
const LONG_PART = { dense: 128, sparse: 64 } as const;

/** Items that keep a large GPU busy; columns are cut into parts until there are so many, or parts are of so few columns. */
const [WAVE_ITEMS, PART_COLUMNS] = [1 << 16, 8];

/** Bytes of constant memory that every device has. */
export const CONSTANT_BYTES = 65_536;

const SHORT = [ROWS, 2] as const;
const LONG = [[ROWS, 4], [8, 4]] as const;

/** Of a tile: what is loaded, in loads of a wave, or what is multiplied, four at a time. */
const costOf = ([rows, pixels]: readonly [number, number], { loads }: ScheduleSummary): number => (loads * Math.max(pixels + rows / 4 + 1 / 4, (rows * pixels) / 4)) / pixels;

/** Whether the weights of a kernel by waves, which has some for all rows of a group, fit in constant memory. */
export const wavesFitConstant = ({ loads, groups }: ScheduleSummary, rows: number, type: StorageType): boolean => (loads + 4 * groups) * rows * storedBytes(type) <= CONSTANT_BYTES;

interface Request {
  readonly positions: number;
  readonly cells: number;
  readonly type: StorageType;
  readonly implicit: boolean;
  readonly whole: boolean;
  /** So few weights that constant memory is worth it. */
  readonly constant: boolean;
}

/** Undefined where there is no such kernel. */
export function usualWave({ positions, cells, type, implicit, whole, constant }: Request, summaryOf: SummaryOf): ProductVariant | undefined {
  const of = (rows: number): ScheduleSummary => summaryOf({ operator: waveName(whole, implicit), rows, unroll: WAVE_COLUMNS, itemRows: 0 });
  const { loads, groups } = of(ROWS);
  const columns = loads / Math.max(1, groups);
  const long = columns / PARTS.at(-1)! > LONG_PART[whole ? 'dense' : 'sparse'];
  const shape = !long ? SHORT : LONG.reduce((best, next) => (costOf(next, of(next[0])) < costOf(best, of(best[0])) ? next : best));
  const [rows, most] = shape;
  const pixels = Math.min(most, 2 ** Math.floor(Math.log2(positions)));
  const items = (groups * ROWS * positions) / (rows * pixels);
  const parts = PARTS.find((count, i) => count * items >= WAVE_ITEMS || columns / (PARTS[i + 1] ?? Infinity) < PART_COLUMNS)!;
  const isa = isaOf('buffer', constant && wavesFitConstant(of(rows), rows, type));
  return KERNELS.select({ operator: waveName(whole, implicit, parts), type: kernelTypeOf(type), isa, ...(whole ? { unroll: cells } : {}) })
    .filter((row) => row.pixels === pixels).sort((a, b) => Math.abs(a.rows - rows) - Math.abs(b.rows - rows))[0];
}
