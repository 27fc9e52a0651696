import type { Candidate } from '../contract.js';
import { fastest } from './candidates.js';
import { structureLoss } from './fineness.js';

export interface BlockSearch {
  /** Schemes that differ in their blocks, all at one rate. */
  readonly candidates: readonly Candidate[];
  /** Predicted or measured ms of structured pruning at that rate. */
  readonly structuredMs: number;
  /** The block may be slower than structured pruning by this share. */
  readonly beta: number;
  /** Kh·Kw: positions of a kernel. Default 1. */
  readonly kernel?: number;
}

export interface FoundBlock {
  readonly candidate: Candidate;
  /** Whether it is within β; where no block is, the fastest is given. */
  readonly within: boolean;
}

/**
 * The finest block that is as fast as structured pruning at the same rate, but for the share `beta`: beyond it speed saturates and
 * accuracy falls (mapping paper, papers.md 3.5 rule 4). GRIM's finder, the finest block that is already fast enough, is the same
 * question. Finer is what loses less of normally distributed weights: where blocks are of one kind and shape that is the smaller one, as in the
 * papers. Throws nothing; `candidates` must not be empty.
 */
export function findBlock({ candidates, structuredMs, beta, kernel = 1 }: BlockSearch): FoundBlock {
  const limit = (1 + beta) * structuredMs;
  const good = candidates.filter(({ ms }) => ms <= limit);
  if (good.length === 0) return { candidate: fastest(candidates), within: false };
  const losses = good.map(({ scheme }) => structureLoss(scheme, kernel));
  return { candidate: good[losses.indexOf(Math.min(...losses))]!, within: true };
}
