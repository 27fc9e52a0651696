import type { Refusal, Timing } from '../contract.js';

export type Speedup = { readonly ok: true; readonly factor: number } | Refusal;

/** How many times quicker ours is than the peer's, or why that cannot be said. */
export function speedup(ours: Timing, peer: Timing): Speedup {
  const gap = Math.abs(peer.ms - ours.ms);
  const spread = Math.max(ours.spread, peer.spread);
  if (spread > gap) {
    return { ok: false, reason: `the spread, ${spread.toPrecision(2)} ms, is larger than the gap, ${gap.toPrecision(2)} ms`, hint: 'measure more rounds, or on a quieter machine' };
  }
  return { ok: true, factor: peer.ms / ours.ms };
}
