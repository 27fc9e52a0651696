import { kernelName, planSchedule, summariseSchedule, type ScheduleOptions, type ScheduleSummary } from '@fretwork/compiler';
import type { SparseMatrix, Tuning } from '@fretwork/format';
import { KERNELS, rowCounts, widest } from '../kernels/manifest.js';
import { describeSplit, splitOf, waysToSplit, weighed, type Split } from './split.js';
import { countSegments, tileCost, tileWidths } from './stream-tiles.js';

/** Weights up to which rows are also looked at in an order of their own. */
const REORDERED = 1 << 20;

export interface StreamChoice {
  readonly options: ScheduleOptions;
  readonly summary: ScheduleSummary;
  /** Vectors of four positions in a tile. */
  readonly vectors: number;
  readonly split: Split;
  readonly reason: string;
}

export interface StreamRequest {
  readonly positions: number;
  /** Rows of one group of a grouped convolution. */
  readonly groupRows: number;
  readonly threads: number;
  readonly tuning?: Tuning;
}

/**
 * The order of work and the tile that cost the fewest instructions, of what comes into question. `tuning` decides by
 * itself where it is there: `tile` is [height of groups, positions], `permute` the order of rows.
 */
export function chooseStream(matrices: readonly SparseMatrix[], { positions, groupRows, threads, tuning }: StreamRequest): StreamChoice {
  const tuned = optionsOf(tuning);
  const candidates = tuned === undefined ? candidatesFor(matrices, groupRows) : [tuned];
  const widths = tuning?.tile?.[1] === undefined ? tileWidths(positions) : [Math.max(1, Math.min(Math.ceil(tuning.tile[1] / 4), Math.ceil(positions / 4)))];
  const ways = waysToSplit(matrices.reduce((sum, { payload }) => sum + payload.length, 0), positions, threads);
  let best: StreamChoice & { readonly cost: number; readonly weight: number } | undefined;
  for (const by of ways) {
    for (const candidate of by === 'rows' && tuned === undefined ? dealt(candidates) : candidates) {
      const options: ScheduleOptions = { ...candidate, rowCounts: rowCounts('stream'), groupRows, threads: by === 'rows' ? threads : 1 };
      const schedule = planSchedule(matrices, options);
      const [summary, counts] = [summariseSchedule(schedule), countSegments(schedule)];
      const split = splitOf(by, summary, positions, threads);
      for (const vectors of widths) {
        const cost = tileCost(counts, positions, vectors);
        const weight = weighed(cost, split);
        if (best === undefined || weight < best.weight) best = { options, summary, vectors, split, cost, weight, reason: '' };
      }
    }
  }
  const { cost, weight: _weight, ...choice } = best!;
  const why = tuned === undefined ? `fewest instructions of ${candidates.length} orders x ${widths.length} tiles (about ${Math.round(cost)})` : 'as tuned';
  return { ...choice, reason: `groups of ${choice.options.height} rows ${choice.options.reorder}, tiles of ${4 * choice.vectors} positions: ${why}${describeSplit(choice.split, threads)}` };
}

/** Rows as stored are cut between neighbours; those in an order of their own are dealt out, and come out more even. */
const dealt = (candidates: readonly Pick<ScheduleOptions, 'height' | 'reorder'>[]): readonly Pick<ScheduleOptions, 'height' | 'reorder'>[] =>
  [...candidates, ...candidates.filter(({ reorder, height }) => reorder === 'as-stored' && !candidates.some((other) => other.reorder === 'by-columns' && other.height === height))
    .map(({ height }) => ({ height, reorder: 'by-columns' as const }))];

const optionsOf = (tuning: Tuning | undefined): Pick<ScheduleOptions, 'height' | 'reorder'> | undefined =>
  (tuning?.tile?.[0] === undefined ? undefined : { height: tuning.tile[0], reorder: tuning.permute === 'by-columns' ? 'by-columns' : 'as-stored' });

function candidatesFor(matrices: readonly SparseMatrix[], groupRows: number): readonly Pick<ScheduleOptions, 'height' | 'reorder'>[] {
  const dense = matrices.every((matrix) => matrix.payload.length === matrix.rows * matrix.columns);
  const height = (wanted: number): number => Math.max(1, Math.min(wanted, groupRows));
  if (dense) return [{ height: height(4), reorder: 'as-stored' }];
  const blocks = matrices.flatMap((matrix) => (matrix.encoding === 'bcr' && matrix.blockRows <= 32 ? [matrix.blockRows] : []));
  const heights = [...new Set([4, 8, ...blocks].map(height))];
  const weights = matrices.reduce((sum, { payload }) => sum + payload.length, 0);
  return [
    ...heights.map((h) => ({ height: h, reorder: 'as-stored' as const })),
    ...(weights <= REORDERED ? [{ height: height(4), reorder: 'by-columns' as const }] : []),
  ];
}

/** The kernel that does most of the work. */
export function mainKernel({ sharedBy }: ScheduleSummary, vectors: number): string {
  const rows = sharedBy.reduce((most, columns, i) => (columns * (i + 1) > (sharedBy[most - 1] ?? 0) * most ? i + 1 : most), 1);
  return kernelName(KERNELS.select({ operator: 'stream', rows, pixels: 4 * Math.min(vectors, widest(rows)) })[0]!);
}
