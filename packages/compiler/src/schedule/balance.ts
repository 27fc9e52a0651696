import type { Grouping } from './reorder.js';

/** Groups dealt to threads. */
export interface Deal {
  /** Groups per thread. */
  readonly parts: Grouping[];
  /** Weights of the fullest thread over the mean. */
  readonly balance: number;
  readonly unbalanced?: string;
}

/**
 * Deals groups to `threads` by their weights, the heaviest first to whoever has least (Graham's rule). Where that leaves
 * one thread with more than `wanted` times the mean, its heaviest group is cut in two, and all are dealt again: a cut
 * costs loads, so none is made that is not needed.
 */
export function dealGroups(groups: Grouping, weightOf: (row: number) => number, threads: number, wanted: number): Deal {
  let best = deal(groups, weightOf, threads);
  let cut = groups;
  let last = best;
  while (last.balance > wanted) {
    const fullest = last.parts.reduce((a, b) => (total(b, weightOf) > total(a, weightOf) ? b : a));
    const heaviest = fullest.filter((group) => group.length > 1).sort((a, b) => weight(b, weightOf) - weight(a, weightOf))[0];
    if (heaviest === undefined || weight(heaviest, weightOf) === 0) break;
    cut = cut.flatMap((group) => (group === heaviest ? halves(group) : [group]));
    last = deal(cut, weightOf, threads);
    if (last.balance < best.balance) best = last;
  }
  if (best.balance <= wanted) return best;
  const busy = groups.flat().filter((row) => weightOf(row) > 0).length;
  return { ...best, unbalanced: `${busy} rows with weights do not share out to ${threads} threads: the fullest has ${best.balance.toFixed(3)} times the mean; split the pixels` };
}

const halves = (group: readonly number[]): (readonly number[])[] => [group.slice(0, group.length >> 1), group.slice(group.length >> 1)];

const weight = (group: readonly number[], weightOf: (row: number) => number): number => group.reduce((sum, row) => sum + weightOf(row), 0);

const total = (groups: Grouping, weightOf: (row: number) => number): number => groups.reduce((sum, group) => sum + weight(group, weightOf), 0);

function deal(groups: Grouping, weightOf: (row: number) => number, threads: number): Deal {
  const parts: { groups: (readonly number[])[]; weight: number; rows: number }[] = Array.from({ length: threads }, () => ({ groups: [], weight: 0, rows: 0 }));
  const weights = new Map(groups.map((group) => [group, weight(group, weightOf)]));
  for (const group of [...groups].sort((a, b) => weights.get(b)! - weights.get(a)! || a[0]! - b[0]!)) {
    // Rows without weights still cost their outputs: they go to whoever has fewest rows.
    const least = parts.reduce((a, b) => (b.weight < a.weight || (b.weight === a.weight && b.rows < a.rows) ? b : a));
    least.groups.push(group);
    least.weight += weights.get(group)!;
    least.rows += group.length;
  }
  const sum = parts.reduce((a, { weight }) => a + weight, 0);
  const balance = sum === 0 ? 1 : (Math.max(...parts.map(({ weight }) => weight)) * threads) / sum;
  return { parts: parts.map(({ groups }) => groups.sort((a, b) => a[0]! - b[0]!)), balance };
}
