import { firstRowOf, heightOf, type Runs } from './runs.js';

/** What a run costs beside its products: its beginning, as in `choose-panel.ts`. */
const PER_RUN = 4;

/**
 * Cuts runs into `parts` lists of which no two write the same row, as even in products as whole panels allow; the order of
 * the runs stays. `panel`: rows of one run all lie in one panel of this height.
 */
export function splitRuns(runs: Runs, panel: number, parts: number): readonly Uint32Array[] {
  const panelOf = (i: number): number => Math.floor(firstRowOf(runs, i) / panel);
  const costs: number[] = [];
  let total = 0;
  for (let i = 0; i < runs.count; i++) {
    const cost = PER_RUN + heightOf(runs, i) * runs.columnCount[i]!;
    costs[panelOf(i)] = (costs[panelOf(i)] ?? 0) + cost;
    total += cost;
  }
  // A panel goes to the part in whose share of the whole its middle lies.
  let before = 0;
  const owner = Array.from(costs, (cost = 0) => {
    before += cost;
    return Math.min(parts - 1, Math.floor((before - cost / 2) / total * parts));
  });
  const lists = Array.from({ length: parts }, (): number[] => []);
  for (let i = 0; i < runs.count; i++) lists[owner[panelOf(i)]!]!.push(i);
  return lists.map((list) => Uint32Array.from(list));
}
