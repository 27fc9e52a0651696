import type { Evaluated } from '../contract.js';
import { penaltyOf } from '../reward.js';

export interface BarOptions {
  readonly rungs: number;
  /** One in so many goes on. */
  readonly halving: number;
  readonly targetMs: number;
}

/** With fewer results of a rung than this many times `halving`, all go on: a bar of two results would be a whim. */
const ENOUGH = 2;

/** The reward that the best one in `halving` of all seen so far had after each rung but the last; null: not enough were seen. */
export function barsOf(evaluated: readonly Evaluated[], { rungs, halving, targetMs }: BarOptions): readonly (number | null)[] {
  return Array.from({ length: rungs - 1 }, (_, rung) => {
    const rewards = evaluated.flatMap((one) => (one.rungs[rung] === undefined ? [] : [one.rungs[rung] - penaltyOf(one.ms, targetMs)])).sort((a, b) => b - a);
    return halving === 1 || rewards.length < ENOUGH * halving ? null : rewards[Math.ceil(rewards.length / halving) - 1]!;
  });
}
