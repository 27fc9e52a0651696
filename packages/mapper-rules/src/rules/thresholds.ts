import { FretworkError } from '@fretwork/format';
import type { Thresholds } from '../contract.js';

/** A threshold, its default and what it decides. */
export interface ThresholdRow<K extends keyof Thresholds = keyof Thresholds> {
  readonly name: K;
  readonly default: Thresholds[K];
  /** One phrase. */
  readonly says: string;
  readonly good: (value: Thresholds[K]) => boolean;
  readonly expected: string;
}

const row = <K extends keyof Thresholds>(made: ThresholdRow<K>): ThresholdRow => made as unknown as ThresholdRow;
const share = { good: (v: number): boolean => v >= 0 && v < 1, expected: 'a number from 0 to less than 1' };
const sizes = {
  good: (v: readonly (readonly [number, number])[]): boolean => v.length > 0 && v.every((pair) => pair.length === 2 && pair.every((n) => Number.isSafeInteger(n) && n >= 1)),
  expected: 'pairs of whole numbers of at least 1',
};

/** Every number that rules decide by. */
export const THRESHOLDS: readonly ThresholdRow[] = [
  row({ name: 'beta', default: 0.2, says: 'how much slower than structured pruning blocks may be (the papers\' β)', good: (v) => v >= 0 && Number.isFinite(v), expected: 'a number of at least 0' }),
  row({ name: 'leastShare', default: 0.005, says: 'share of the time of the network below which a layer stays dense', ...share }),
  row({ name: 'leastGain', default: 0.1, says: 'share of its time that a layer must win: less than the error of the latency model is no gain', ...share }),
  row({ name: 'asFast', default: 0.05, says: 'times that differ by no more are equal', ...share }),
  row({ name: 'smallest', default: 64, says: 'tensors with fewer weights stay dense', good: (v) => v >= 0, expected: 'a number of at least 0' }),
  row({ name: 'firstCounts', default: 4, says: 'times that what the first convolution loses counts, where any structure may be taken', good: (v) => v > 0 && Number.isFinite(v), expected: 'a number above 0' }),
  row({ name: 'blocks', default: [[4, 16], [8, 16], [8, 32], [16, 32], [16, 64]], says: 'blocks of BCR that are looked at, rows x columns', ...sizes }),
  row({ name: 'punchedBlocks', default: [[4, 1], [8, 1], [4, 4], [8, 4], [8, 8], [16, 8]], says: 'blocks of block-punched pruning that are looked at, filters x channels', ...sizes }),
  row({
    name: 'rowShares', default: [0, 0.5, 1], says: 'shares of the rate that rows of blocks may bear',
    good: (v) => v.length > 0 && v.every((s) => s >= 0 && s <= 1), expected: 'numbers from 0 (columns only) to 1 (rows only)',
  }),
  row({
    name: 'rates', default: [1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24], says: 'rates that a layer may get where the target is a budget',
    good: (v) => v.length > 0 && v.every((r, i) => r > 1 && Number.isFinite(r) && r > (v[i - 1] ?? 1)), expected: 'rising numbers above 1',
  }),
];

/** `given`, completed by defaults. Throws `map.threshold`. */
export function thresholdsOf(given: Partial<Thresholds> = {}): Thresholds {
  const unknown = Object.keys(given).find((name) => !THRESHOLDS.some((t) => t.name === name));
  if (unknown !== undefined) {
    throw new FretworkError('map.threshold', `there is no threshold ${JSON.stringify(unknown)}`, { expected: THRESHOLDS.map(({ name }) => name).join(', '), actual: unknown, hint: 'THRESHOLDS lists them' });
  }
  return Object.fromEntries(THRESHOLDS.map(({ name, default: usual, good, expected }) => {
    const value = given[name] ?? usual;
    if (!good(value)) throw new FretworkError('map.threshold', `threshold ${name} is out of range`, { expected, actual: JSON.stringify(value), hint: `leave it out for ${JSON.stringify(usual)}` });
    return [name, value];
  })) as unknown as Thresholds;
}
