import type { DType, SparseMatrix } from '@fretwork/format';
import type { Reorder, Schedule, ScheduleOptions, ScheduleSummary } from '../schedule/contract.js';
import { planSchedule } from '../schedule/plan-schedule.js';
import { summariseSchedule } from '../schedule/summary.js';
import type { Choice, TuneOptions, TuningSpace } from '../tuner/contract.js';
import { tune } from '../tuner/tune.js';
import type { LoopOrder, WorkCount } from './contract.js';
import { countWork } from './count-work.js';

/** One step of the papers' ablation: each has what the ones before it have. */
export interface AblationRow {
  readonly name: string;
  readonly says: string;
  readonly options: Pick<ScheduleOptions, 'reorder' | 'sharing'>;
  /** Are height, tile, chunk, unroll and loop order searched for? */
  readonly tuned: 'default' | 'searched';
}

export const ABLATION: readonly AblationRow[] = [
  { name: 'none', says: 'rows as stored, each row loads what it needs', options: { reorder: 'as-stored', sharing: 'per-row' }, tuned: 'default' },
  { name: 'reorder', says: '+ rows with equal or similar columns together, threads balanced by weights', options: { reorder: 'by-columns', sharing: 'per-row' }, tuned: 'default' },
  { name: 'load-redundancy', says: '+ a vector is loaded once for all rows of a group that keep its column', options: { reorder: 'by-columns', sharing: 'by-mask' }, tuned: 'default' },
  { name: 'tuning', says: '+ the schedule that costs least, of those searched', options: { sharing: 'by-mask' }, tuned: 'searched' },
];

export interface AblationOptions extends Pick<TuneOptions, 'seed' | 'trials'> {
  readonly pixels: number;
  readonly threads?: number;
  readonly dtype?: DType;
  readonly groupRows?: number;
}

/** What a step comes to; plain and printable. */
export interface AblationStep {
  readonly name: string;
  readonly says: string;
  readonly summary: ScheduleSummary;
  readonly work: WorkCount;
  /** Cost of the first step over this one's. */
  readonly faster: number;
  /** What tuning chose; left out: the default. */
  readonly choice?: Choice;
}

/** Registers of 128 bits that sums, vectors of a column and weights share. */
const REGISTERS = 32;

const fits = (rows: number, tile: number): boolean => rows * (tile / 4) + tile / 4 + Math.ceil(rows / 4) <= REGISTERS;

/**
 * What is open about a product, as far as counted work tells choices apart. Sums held in registers leave room for a column's
 * vectors and weights, or the choice is none.
 */
export const countedSpace = (columns: number): TuningSpace => ({
  genes: [
    { name: 'height', values: [1, 2, 4, 8] },
    { name: 'tile', values: [4, 8, 16, 24, 32] },
    { name: 'chunk', values: [0, 128, 256, 512, 1024].filter((chunk) => chunk < columns) },
    { name: 'unroll', values: [1, 2, 4] },
    { name: 'sums', values: ['registers', 'memory'] },
    { name: 'order', values: ['tile-group', 'group-tile'] },
    { name: 'reorder', values: ['by-columns', 'as-stored'] },
  ],
  fallback: { height: 4, tile: 16, chunk: 0, unroll: 1, sums: 'registers', order: 'tile-group', reorder: 'by-columns' },
  allows: ({ height, tile, sums }) => (sums === 'memory' || fits(Number(height), Number(tile))
    ? { ok: true } : { ok: false, reason: `sums of ${height} rows and ${tile} pixels do not fit in ${REGISTERS} registers` }),
  tuning: ({ tile, height, chunk, unroll, sums, order, reorder }) => ({
    tile: [Number(height), Number(tile), Number(chunk)], unroll: [Number(unroll)], permute: `${sums} ${order} ${reorder}`,
  }),
});

/** Counts the work of choices of `countedSpace`; schedules that several choices share are planned once. */
export function workCounter(
  matrices: readonly SparseMatrix[], { pixels, threads = 1, dtype, groupRows }: Omit<AblationOptions, 'seed' | 'trials'>,
): (choice: Choice, options?: Pick<ScheduleOptions, 'reorder' | 'sharing'>) => { readonly schedule: Schedule; readonly work: WorkCount } {
  const planned = new Map<string, Schedule>();
  return (choice, options = {}) => {
    const [height, tile] = [Number(choice.height), Number(choice.tile)];
    const rowCounts = Array.from({ length: height }, (_, i) => i + 1).filter((rows) => choice.sums === 'registers' || fits(rows, tile));
    const asked: ScheduleOptions = {
      height, rowCounts, chunk: Number(choice.chunk), reorder: choice.reorder as Reorder, threads, ...(groupRows === undefined ? {} : { groupRows }), ...options,
    };
    const key = JSON.stringify(asked);
    const schedule = planned.get(key) ?? planSchedule(matrices, asked, dtype);
    planned.set(key, schedule);
    return { schedule, work: countWork(schedule, { pixels, tile, unroll: Number(choice.unroll), sums: choice.sums as 'memory', order: choice.order as LoopOrder }) };
  };
}

/**
 * The ablation of one product by counted work: the rows of `ABLATION`, each with what the ones before it have. Tuning takes the
 * cheapest choice of a seeded search, the default among them, so it never costs more than the step before.
 */
export async function ablate(matrices: readonly SparseMatrix[], options: AblationOptions): Promise<readonly AblationStep[]> {
  const space = countedSpace(matrices[0]?.columns ?? 0);
  const count = workCounter(matrices, options);
  const steps: AblationStep[] = [];
  for (const row of ABLATION) {
    const choice = row.tuned === 'default' ? space.fallback
      : (await tune(space, (tried) => count(tried, row.options).work.cost, { seed: options.seed, trials: options.trials ?? 100 })).choice;
    const { schedule, work } = count(choice, row.options);
    const first = steps[0]?.work.cost ?? work.cost;
    steps.push({
      name: row.name, says: row.says, summary: summariseSchedule(schedule), work, faster: work.cost === 0 ? 1 : first / work.cost,
      ...(row.tuned === 'default' ? {} : { choice }),
    });
  }
  return steps;
}
