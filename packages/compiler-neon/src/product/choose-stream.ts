import { kernelName, planSchedule, summariseSchedule, type ScheduleOptions, type ScheduleSummary } from '@fretwork/compiler';
import type { SparseMatrix } from '@fretwork/format';
import { FAMILIES, type Family } from '../family.js';
import { KERNELS, rowCounts, widest } from '../kernels/manifest.js';
import { describeSplit, splitOf, waysToSplit, weighed, type Split } from './split.js';
import { countSegments, tileCost, tileWidths } from './stream-tiles.js';
import { scheduleOf, type ProductTuning } from './tuning.js';

/** Weights up to which rows are also looked at in an order of their own. */
const REORDERED = 1 << 20;

type Candidate = Pick<ScheduleOptions, 'height' | 'reorder' | 'rowCounts' | 'chunk'>;

export interface StreamChoice {
  readonly options: ScheduleOptions;
  readonly summary: ScheduleSummary;
  /** Vectors of four positions in a tile. */
  readonly vectors: number;
  readonly split: Split;
  /** Whoever gives it back gets this choice again. */
  readonly tuning: ProductTuning;
  /** Instructions, about. */
  readonly cost: number;
  readonly reason: string;
}

export interface StreamRequest {
  /** In vectors of four: of halves, half of them. */
  readonly positions: number;
  /** Vectors of four that a register is. Left out: 1. */
  readonly scale?: 1 | 2;
  /** Rows of one group of a grouped convolution. */
  readonly groupRows: number;
  readonly threads: number;
  readonly tuning?: ProductTuning | undefined;
}

/**
 * The order of work and the tile that cost the fewest instructions, of what comes into question. `tuning` decides by
 * itself where it is there.
 */
export function chooseStream(matrices: readonly SparseMatrix[], { positions, scale = 1, groupRows, threads, tuning }: StreamRequest): StreamChoice {
  const candidates = tuning === undefined ? candidatesFor(matrices, groupRows) : [scheduleOf(tuning)];
  const widths = tuning === undefined ? tileWidths(positions) : [Math.max(1, Math.min(Math.ceil(tuning.tile! / 4), Math.ceil(positions / 4)))];
  const ways = waysToSplit(matrices.reduce((sum, { payload }) => sum + payload.length, 0), positions, threads);
  let best: Omit<StreamChoice, 'tuning' | 'reason'> & { readonly weight: number } | undefined;
  for (const by of ways) {
    for (const candidate of by === 'rows' && tuning === undefined ? dealt(candidates) : candidates) {
      const options: ScheduleOptions = { rowCounts: rowCounts('stream').filter((count) => count <= candidate.height), ...candidate, groupRows, threads: by === 'rows' ? threads : 1 };
      const schedule = planSchedule(matrices, options);
      const [summary, counts] = [summariseSchedule(schedule), countSegments(schedule)];
      const split = splitOf(by, summary, positions, threads);
      for (const vectors of widths) {
        const cost = tileCost(counts, positions, vectors);
        const weight = weighed(cost, split);
        if (best === undefined || weight < best.weight) best = { options, summary, vectors, split, cost, weight };
      }
    }
  }
  const { weight: _weight, ...choice } = best!;
  const { height, reorder = 'by-columns', chunk = 0 } = choice.options;
  const why = tuning === undefined ? `fewest instructions of ${candidates.length} orders x ${widths.length} tiles (about ${Math.round(choice.cost)})` : 'as tuned';
  return {
    ...choice, tuning: { way: 'stream', height, tile: 4 * choice.vectors, chunk, rows: Math.max(...choice.options.rowCounts!), reorder },
    reason: `groups of ${height} rows ${reorder}, tiles of ${4 * scale * choice.vectors} positions${chunk === 0 ? '' : `, ${chunk} columns at a time`}: ${why}${describeSplit(choice.split, threads)}`,
  };
}

/** Rows as stored are cut between neighbours; those in an order of their own are dealt out, and come out more even. */
const dealt = (candidates: readonly Candidate[]): readonly Candidate[] =>
  [...candidates, ...candidates.filter(({ reorder, height }) => reorder === 'as-stored' && !candidates.some((other) => other.reorder === 'by-columns' && other.height === height))
    .map(({ height }) => ({ height, reorder: 'by-columns' as const }))];

function candidatesFor(matrices: readonly SparseMatrix[], groupRows: number): readonly Candidate[] {
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
export function mainKernel({ sharedBy }: ScheduleSummary, vectors: number, { type, lanes }: Family = FAMILIES.f32): string {
  const rows = sharedBy.reduce((most, columns, i) => (columns * (i + 1) > (sharedBy[most - 1] ?? 0) * most ? i + 1 : most), 1);
  return kernelName(KERNELS.select({ operator: 'stream', type, rows, pixels: lanes * Math.min(vectors, widest(rows)) })[0]!);
}
