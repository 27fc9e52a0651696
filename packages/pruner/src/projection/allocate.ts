import type { Allocation } from '../contract.js';
import { flagLargest, selectTop } from './select.js';

/** Groups of weights that stay or go together, in parts of equal standing. */
export interface Groups {
  readonly parts: number;
  /** Groups per part. */
  readonly groups: number;
  /** `[parts · groups]`, not negative: what keeping a group is worth, per weight. */
  readonly scores: Float64Array;
  /** Weights of one group of `part`. */
  readonly weightOf: (part: number) => number;
}

/**
 * Of `n` lines, those that stay where `share` of them is asked for: never more go than asked. 1024 rows at share 0.1
 * keep 103 (papers.md 1.1). The nudge keeps n · (1 - share) that is whole in exact arithmetic whole.
 */
export const quota = (n: number, share: number): number => n - Math.floor(n * (1 - share) + 1e-9);

/** Which groups stay so that about `share` (0 < share <= 1) of all weights do: `[parts · groups]`, 1 = kept. */
export function allocate(items: Groups, share: number, allocation: Allocation): Uint8Array {
  const { parts, groups, scores, weightOf } = items;
  if (share >= 1 || scores.length === 0) return new Uint8Array(scores.length).fill(1);
  let weights = 0;
  for (let p = 0; p < parts; p++) weights += groups * weightOf(p);
  if (allocation === 'global') return selectTop(scores, (i) => weightOf(Math.floor(i / groups)), weights * share, 1);
  if (allocation === 'equal') return largestOfEach(items, quota(groups, share));

  const base = Math.min(Math.floor(groups * share + 1e-9), groups - 1);
  const keep = largestOfEach(items, base);
  const next = largestOfEach(items, base + 1);
  const runnerUp = new Uint32Array(parts);
  const gain = new Float64Array(parts);
  for (let p = 0; p < parts; p++) {
    for (let g = p * groups; g < (p + 1) * groups; g++) {
      if (next[g] === keep[g]) continue;
      runnerUp[p] = g;
      gain[p] = scores[g]!;
    }
  }
  const more = selectTop(gain, weightOf, weights * (share - base / groups), base === 0 ? 1 : 0);
  for (let p = 0; p < parts; p++) if (more[p] === 1) keep[runnerUp[p]!] = 1;
  return keep;
}

function largestOfEach(items: Groups, count: number): Uint8Array {
  const { parts, groups, scores } = items;
  const keep = new Uint8Array(scores.length);
  const scratch = new Float64Array(groups);
  for (let p = 0; p < parts; p++) {
    const from = p * groups;
    flagLargest(scores.subarray(from, from + groups), groups, count, scratch, keep.subarray(from, from + groups));
  }
  return keep;
}
