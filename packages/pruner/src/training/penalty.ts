import type { Penalty } from './trainer.js';

/** Adds the gradient of `penalty` at `weights` to `gradient` (all `[elements]`) and returns the penalty's value. */
export function penalise(penalty: Penalty, weights: Float32Array, gradient: Float32Array): number {
  const { strength, target } = penalty;
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const pull = typeof strength === 'number' ? strength : strength[i]!;
    const away = weights[i]! - (target === undefined ? 0 : target[i]!);
    sum += pull * away * away;
    gradient[i] = gradient[i]! + pull * away;
  }
  return sum / 2;
}
