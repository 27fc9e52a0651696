import type { Grouping } from './reorder.js';

/** Groups dealt to threads. */
export interface Deal {
  /** Groups per thread. */
  readonly parts: Grouping[];
  /** Weights of the fullest thread over the mean. */
  readonly balance: number;
  readonly unbalanced?: string;
}

/** Groups up to which every cut is tried; of more, that of the heaviest group of the fullest thread. */
const MOST_TRIED = 32;

/**
 * Deals groups to `threads` by their weights, the heaviest first to whoever has least (Graham's rule), then swaps even
 * them out. Where that leaves one thread with more than `wanted` times the mean, the group whose cut in two evens them out
 * most is cut, and all are dealt again: a cut costs loads, so none is made that is not needed.
 */
export function dealGroups(groups: Grouping, weightOf: (row: number) => number, threads: number, wanted: number): Deal {
  let best = deal(groups, weightOf, threads);
  let cut = groups;
  let last = best;
  while (last.balance > wanted) {
    const fullest = last.parts.reduce((a, b) => (total(b, weightOf) > total(a, weightOf) ? b : a));
    const heavy = (of: Grouping): Grouping => of.filter((group) => group.length > 1 && weight(group, weightOf) > 0).sort((a, b) => weight(b, weightOf) - weight(a, weightOf));
    const candidates = cut.length <= MOST_TRIED ? heavy(cut) : heavy(fullest).slice(0, 1);
    let next: { readonly groups: Grouping; readonly deal: Deal } | undefined;
    for (const candidate of candidates) {
      const tried = cut.flatMap((group) => (group === candidate ? halves(group) : [group]));
      const dealt = deal(tried, weightOf, threads);
      if (next === undefined || dealt.balance < next.deal.balance) next = { groups: tried, deal: dealt };
    }
    if (next === undefined) break;
    [cut, last] = [next.groups, next.deal];
    if (last.balance < best.balance) best = last;
  }
  if (best.balance <= wanted) return best;
  const busy = groups.flat().filter((row) => weightOf(row) > 0).length;
  return { ...best, unbalanced: `${busy} rows with weights do not share out to ${threads} threads: the fullest has ${best.balance.toFixed(3)} times the mean; split the pixels` };
}

/** Rows stay where they are: each thread takes neighbours, up to its share of the weights. */
export function dealNeighbours(groups: Grouping, weightOf: (row: number) => number, threads: number, wanted: number): Deal {
  const sum = total(groups, weightOf);
  const parts: (readonly number[])[][] = Array.from({ length: threads }, () => []);
  let before = 0;
  groups.forEach((group, i) => {
    const own = weight(group, weightOf);
    const middle = sum === 0 ? (i + 0.5) / groups.length : (before + own / 2) / sum;
    parts[Math.min(threads - 1, Math.floor(middle * threads))]!.push(group);
    before += own;
  });
  const balance = balanceOf(parts.map((part) => total(part, weightOf)));
  return balance <= wanted ? { parts, balance } : { parts, balance, unbalanced: `rows stay as stored: the fullest of ${threads} threads has ${balance.toFixed(3)} times the mean` };
}

const balanceOf = (weights: readonly number[]): number => {
  const sum = weights.reduce((a, b) => a + b, 0);
  return sum === 0 ? 1 : (Math.max(...weights) * weights.length) / sum;
};

const halves = (group: readonly number[]): (readonly number[])[] => [group.slice(0, group.length >> 1), group.slice(group.length >> 1)];

const weight = (group: readonly number[], weightOf: (row: number) => number): number => group.reduce((sum, row) => sum + weightOf(row), 0);

const total = (groups: Grouping, weightOf: (row: number) => number): number => groups.reduce((sum, group) => sum + weight(group, weightOf), 0);

interface Share {
  groups: (readonly number[])[];
  weight: number;
  rows: number;
}

function deal(groups: Grouping, weightOf: (row: number) => number, threads: number): Deal {
  const parts: Share[] = Array.from({ length: threads }, () => ({ groups: [], weight: 0, rows: 0 }));
  const weights = new Map(groups.map((group) => [group, weight(group, weightOf)]));
  for (const group of [...groups].sort((a, b) => weights.get(b)! - weights.get(a)! || a[0]! - b[0]!)) {
    // Rows without weights still cost their outputs: they go to whoever has fewest rows.
    const least = parts.reduce((a, b) => (b.weight < a.weight || (b.weight === a.weight && b.rows < a.rows) ? b : a));
    give(least, group, weights.get(group)!);
  }
  for (let swaps = 0; swaps < MOST_SWAPS && swapOnce(parts, (group) => weights.get(group)!); swaps++);
  return { parts: parts.map(({ groups }) => groups.sort((a, b) => a[0]! - b[0]!)), balance: balanceOf(parts.map(({ weight }) => weight)) };
}

const MOST_SWAPS = 64;

function give(share: Share, group: readonly number[], weight: number): void {
  share.groups.push(group);
  share.weight += weight;
  share.rows += group.length;
}

function take(share: Share, group: readonly number[], weight: number): void {
  share.groups = share.groups.filter((other) => other !== group);
  share.weight -= weight;
  share.rows -= group.length;
}

/** The swap of a group of the fullest thread with a lighter one of another that evens them out most; false where none does. */
function swapOnce(parts: readonly Share[], weightOf: (group: readonly number[]) => number): boolean {
  const full = parts.reduce((a, b) => (b.weight > a.weight ? b : a));
  let best: { readonly other: Share; readonly mine: readonly number[]; readonly theirs: readonly number[]; readonly most: number } | undefined;
  for (const other of parts) {
    // Groups of one weight are as good as one another: the first stands for all.
    const theirs = new Map(other === full ? [] : other.groups.map((group) => [weightOf(group), group]));
    for (const [own, mine] of new Map(full.groups.map((group) => [weightOf(group), group]))) {
      for (const [weight, group] of theirs) {
        const most = Math.max(full.weight - own + weight, other.weight + own - weight);
        if (most < (best?.most ?? full.weight)) best = { other, mine, theirs: group, most };
      }
    }
  }
  if (best === undefined) return false;
  const { other, mine, theirs } = best;
  take(full, mine, weightOf(mine));
  take(other, theirs, weightOf(theirs));
  give(full, theirs, weightOf(theirs));
  give(other, mine, weightOf(mine));
  return true;
}
