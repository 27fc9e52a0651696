import type { PickPlaces } from './seen-columns.js';

/**
 * At most `places` of the places of each input, drawn by `seed`, ascending. Asked for the same totals in the same order it
 * picks the same ones, so that a pass over the pruned model looks where the pass over the dense one did.
 */
export function picker(places: number, seed: number): PickPlaces {
  let state = seed >>> 0;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return (total) => {
    if (total <= places) return Array.from({ length: total }, (_, i) => i);
    // One of each of `places` equal stretches.
    return Array.from({ length: places }, (_, i) => Math.floor(((i + next()) * total) / places));
  };
}
