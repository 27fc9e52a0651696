import type { Random } from './random.js';

/** 0 … n-1 in random order (Fisher and Yates). */
export function shuffled(n: number, source: Random): readonly number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = source.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
