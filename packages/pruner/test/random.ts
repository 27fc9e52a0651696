import type { Matrix } from '../src/index.js';

/** Numbers 0 <= x < 1 from a seed (mulberry32). */
export interface Random {
  (): number;
  readonly seed: number;
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
  return Object.assign(next, { seed });
}

/** A whole number from `low` to `high`, both possible. */
export const whole = (next: Random, low: number, high: number): number => low + Math.floor(next() * (high - low + 1));

export const pick = <T>(next: Random, from: readonly T[]): T => from[whole(next, 0, from.length - 1)]!;

/** Normal values (Box-Muller). */
export function normal(next: Random): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

export function randomMatrix(next: Random, rows: number, columns: number, kernel = 1): Matrix {
  return { rows, columns, kernel, values: Float32Array.from({ length: rows * columns }, () => normal(next)) };
}

/** Few distinct values: ties everywhere. */
export function tiedMatrix(next: Random, rows: number, columns: number, kernel = 1): Matrix {
  return { rows, columns, kernel, values: Float32Array.from({ length: rows * columns }, () => whole(next, -2, 2)) };
}
