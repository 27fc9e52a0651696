import type { LayerQuery, TableEntry } from '../contract.js';
import type { Enough } from './fill.js';

/** One round of one layer. */
export interface Reading {
  readonly query: LayerQuery;
  /** The median over the quiet samples, and the distance between their quartiles. */
  readonly ms: number;
  readonly spread: number;
  /** How many they are, and how many others there were. */
  readonly samples: number;
  readonly noisy: number;
  /** ISO 8601. */
  readonly when: string;
  readonly kernel: string;
  readonly density?: number;
}

const quickest = (readings: readonly Reading[]): readonly Reading[] => [...readings].sort((a, b) => a.ms - b.ms).slice(0, 2);

/** Do the two quickest rounds agree, or have there been rounds enough? */
export function isSettled(readings: readonly Reading[], { rounds = 5, apart = 0.05 }: Enough = {}): boolean {
  if (readings.length < 2) return false;
  if (readings.length >= rounds) return true;
  const [first, second] = quickest(readings) as [Reading, Reading];
  return second.ms - first.ms <= apart * first.ms;
}

/** The rounds of one layer as an entry: the mean of the two quickest, since noise only ever adds time. */
export function entryOf(readings: readonly Reading[]): TableEntry {
  const best = quickest(readings);
  const { query, kernel, density } = readings[0]!;
  const ms = best.reduce((sum, reading) => sum + reading.ms, 0) / best.length;
  return {
    query, ms: Number(ms.toPrecision(4)), spread: Math.max(...best.map(({ spread }) => spread), Number((best.at(-1)!.ms - best[0]!.ms).toPrecision(4))),
    rounds: readings.length, samples: readings.reduce((sum, { samples }) => sum + samples, 0), noisy: readings.reduce((sum, { noisy }) => sum + noisy, 0),
    when: readings.map(({ when }) => when).reduce((a, b) => (a > b ? a : b)), kernel, ...(density === undefined ? {} : { density }),
  };
}
