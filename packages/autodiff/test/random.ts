/** A small seeded generator (mulberry32), so that a failing case can be run again from its seed. */
import { dense, type DenseTensor } from '@fretwork/format';

export interface Random {
  /** In 0 … 1. */
  next(): number;
  between(low: number, high: number): number;
  pick<T>(choices: readonly T[]): T;
  /** f64, in -1 … 1. */
  tensor(shape: readonly number[]): DenseTensor;
}

export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (choices) => choices[Math.floor(next() * choices.length)]!,
    tensor: (shape) => dense('f64', shape, Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => next() * 2 - 1)),
  };
}
