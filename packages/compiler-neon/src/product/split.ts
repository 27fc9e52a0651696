/** How the work of a layer is cut for threads: decided when the code is made, the same for every run. */
import type { ScheduleSummary } from '@fretwork/compiler';

/** Multiply-adds below which a product is left to one thread: waiting for the others would take as long. */
const LEAST_PRODUCT = 16_384;

/** Elements below which a layer without weights is left to one thread. */
const LEAST_ELEMENTS = 4096;

/** Fullest thread over the mean that is aimed at. */
export const BALANCE = 1.05;

/**
 * `rows`: every thread has rows of its own, dealt by their weights. `positions`: all rows, at positions of its own. `first`: the first
 * thread does it all. `balance`: work of the fullest thread over the mean.
 */
export interface Split {
  readonly by: 'rows' | 'positions' | 'first';
  readonly balance: number;
}

export const FIRST: Split = { by: 'first', balance: 1 };

/** The ways of cutting a product of `weights` weights at `positions` positions. */
export const waysToSplit = (weights: number, positions: number, threads: number): readonly Split['by'][] =>
  (threads === 1 || weights * positions < LEAST_PRODUCT ? ['first'] : positions >= 8 * threads ? ['rows', 'positions'] : ['rows']);

/** What a way gives for a schedule that was planned for it. */
export const splitOf = (by: Split['by'], { balance }: ScheduleSummary, positions: number, threads: number): Split =>
  (by === 'first' ? FIRST : { by, balance: by === 'rows' ? balance : (Math.max(...partsOf(positions, threads).map(({ count }) => count)) * threads) / positions });

/** Worse than what is aimed at costs more than any instruction: rows are cut where they can be, positions where rows are too few. */
export const weighed = (cost: number, { balance }: Split): number => (balance > BALANCE ? 100 * balance * cost : cost);

/** Positions in whole vectors of four to each part; the last one has what fills no vector. */
export function partsOf(positions: number, threads: number): readonly { readonly start: number; readonly count: number }[] {
  const vectors = Math.floor(positions / 4);
  const starts = Array.from({ length: threads + 1 }, (_, part) => (part === threads ? positions : 4 * Math.floor((vectors * part) / threads)));
  return Array.from({ length: threads }, (_, part) => ({ start: starts[part]!, count: starts[part + 1]! - starts[part]! }));
}

/** Parts that a layer without weights is cut into. */
export const partsForElements = (elements: number, threads: number): number => (elements >= LEAST_ELEMENTS ? threads : 1);

/** For the reason of a layer. */
export const describeSplit = ({ by, balance }: Split, threads: number): string =>
  (by === 'first' ? '' : `; ${by} shared out to ${threads} threads, the fullest has ${balance.toFixed(3)} x the mean`);
