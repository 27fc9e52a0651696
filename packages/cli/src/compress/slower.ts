import type { LayerTiming } from './contract.js';

/** One layer, pruned, beside its dense self in the same run. */
export interface LayerPair {
  readonly layer: string;
  readonly denseMs: number;
  readonly ms: number;
  readonly spread: number;
  readonly kernel: string;
  /** Why this kernel. */
  readonly how: string;
  /** Why it counts as slower; null: it does not. */
  readonly slower: string | null;
}

/** Below this share of its time a difference is none, however quiet the machine. */
const LEAST = 0.02;

/** Pairs up the layers of two models of one graph. A layer counts as slower where that is more than both spreads, and than a fiftieth. */
export function pairLayers(dense: readonly LayerTiming[], pruned: readonly LayerTiming[]): readonly LayerPair[] {
  const before = new Map(dense.map((timing) => [timing.layer, timing]));
  return pruned.flatMap(({ layer, ms, spread, kernel, why }): readonly LayerPair[] => {
    const whole = before.get(layer);
    if (whole === undefined) return [];
    const more = ms - whole.ms;
    const slower = more > Math.max(spread, whole.spread, LEAST * whole.ms);
    return [{ layer, denseMs: whole.ms, ms, spread, kernel, how: why, slower: slower ? `${ms.toPrecision(3)} ms, dense ${whole.ms.toPrecision(3)} ms` : null }];
  });
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
