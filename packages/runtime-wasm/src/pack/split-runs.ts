import type { Run } from './plan-runs.js';

type Costed = Pick<Run, 'rows' | 'columns'>;

/** What a run costs beside its products: its beginning, as in `choose-panel.ts`. */
const PER_RUN = 4;

/**
 * Cuts runs into `parts` lists of which no two write the same row, as even in products as whole panels allow; the order of
 * the runs stays. `panel`: rows of one run all lie in one panel of this height.
 */
export function splitRuns<R extends Costed>(runs: readonly R[], panel: number, parts: number): readonly (readonly R[])[] {
  const costs = new Map<number, number>();
  const panelOf = (run: R): number => Math.floor(run.rows[0]! / panel);
  let total = 0;
  for (const run of runs) {
    const cost = PER_RUN + run.rows.length * run.columns.length;
    costs.set(panelOf(run), (costs.get(panelOf(run)) ?? 0) + cost);
    total += cost;
  }
  // A panel goes to the part in whose share of the whole its middle lies.
  const owner = new Map<number, number>();
  let before = 0;
  for (const [key, cost] of [...costs].sort(([a], [b]) => a - b)) {
    owner.set(key, Math.min(parts - 1, Math.floor((before + cost / 2) / total * parts)));
    before += cost;
  }
  const lists = Array.from({ length: parts }, (): R[] => []);
  for (const run of runs) lists[owner.get(panelOf(run))!]!.push(run);
  return lists;
}
