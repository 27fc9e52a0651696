import type { Evaluated } from './contract.js';

/** Every constant of what a plan is worth. */
export const REWARD = {
  /**
   * γ of the papers' R = A - γ·max(0, T - T₀), with the excess as a share of the target so that it means the same for every network: one
   * percent too slow costs as much as two points of accuracy.
   */
  penalty: 2,
  /** Plans that are predicted to take more than this times the target are not evaluated: their accuracy counts as 0. */
  hopeless: 1.1,
} as const;

/** What is taken off for a predicted time. */
export const penaltyOf = (ms: number, targetMs: number): number => REWARD.penalty * Math.max(0, ms / targetMs - 1);

export const isWithin = (ms: number, targetMs: number): boolean => ms <= targetMs * (1 + 1e-9);

export const accuracyOf = ({ rungs }: Pick<Evaluated, 'rungs'>): number => rungs.at(-1)!;

/** Of the plans that were trained to the end, those that no other one beats in both accuracy and time; fastest first. */
export function paretoFront(evaluated: readonly Evaluated[]): readonly Evaluated[] {
  const front: Evaluated[] = [];
  const full = evaluated.filter(({ stopped }) => !stopped).sort((a, b) => a.ms - b.ms || accuracyOf(b) - accuracyOf(a));
  for (const one of full) if (front.length === 0 || accuracyOf(one) > accuracyOf(front.at(-1)!)) front.push(one);
  return front;
}

/** The most accurate plan within the target, the earliest of equals; where none is, the one of the highest reward. Undefined where none was trained to the end. */
export function bestOf(evaluated: readonly Evaluated[], targetMs: number): Evaluated | undefined {
  const full = evaluated.filter(({ stopped }) => !stopped);
  const within = full.filter(({ ms }) => isWithin(ms, targetMs));
  const from = within.length > 0 ? within : full;
  return from.length === 0 ? undefined : from.reduce((best, one) => (one.reward > best.reward ? one : best));
}
