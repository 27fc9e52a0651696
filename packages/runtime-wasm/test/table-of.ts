import { runWriter, type Runs } from '../src/pack/runs.js';

/** Runs of these rows, each with so many columns. */
export function tableOf(runs: readonly (readonly [rows: readonly number[], columns: number])[]): Runs {
  const writer = runWriter();
  for (const [rows, columns] of runs) writer.add(Uint32Array.from({ length: columns }, (_, c) => c), 0, columns).of(rows);
  return writer.finish(1 + Math.max(-1, ...runs.flatMap(([rows]) => rows)));
}
