import type { TuningEntry, TuningLog } from './contract.js';

export const EMPTY_LOG: TuningLog = { entries: [] };

const keyOf = ({ signature, target, unit }: Pick<TuningEntry, 'signature' | 'target' | 'unit'>): string => JSON.stringify([signature, target, unit]);

const text = (entry: TuningEntry): string => JSON.stringify([entry.seed, Object.entries(entry.choice).sort()]);

/** Cheaper first; then what was searched for longer; then any fixed order, so that merging does not depend on who is first. */
const better = (a: TuningEntry, b: TuningEntry): number =>
  a.cost - b.cost || b.trials - a.trials || a.fallbackCost - b.fallbackCost || (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0);

/**
 * All that `logs` know: of entries with one signature, target and unit the cheapest. The order of logs does not matter, and
 * merging a log with itself changes nothing.
 */
export function mergeTuningLogs(...logs: readonly TuningLog[]): TuningLog {
  const best = new Map<string, TuningEntry>();
  for (const entry of logs.flatMap(({ entries }) => entries)) {
    const key = keyOf(entry);
    const known = best.get(key);
    if (known === undefined || better(entry, known) < 0) best.set(key, entry);
  }
  return { entries: [...best].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry) };
}

/** What `log` knows about a layer on a target. */
export const findTuning = (log: TuningLog, key: Pick<TuningEntry, 'signature' | 'target' | 'unit'>): TuningEntry | undefined =>
  log.entries.find((entry) => keyOf(entry) === keyOf(key));
