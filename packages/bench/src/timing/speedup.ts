import type { Refusal, Timing } from '../contract.js';
import { median, medianInterval } from './statistics.js';

/** `least` to `most`: the 95 % confidence interval. */
export type Speedup = { readonly ok: true; readonly factor: number; readonly least: number; readonly most: number } | Refusal;

/** How many times quicker ours is than the peer's in the same rounds, or why that cannot be said. Both were measured together. */
export function speedup(ours: Timing, peer: Timing): Speedup {
  const factors = ours.samples.map((ms, round) => peer.samples[round]! / ms);
  const [least, most] = medianInterval(factors);
  if (least <= 1 && most >= 1) {
    return { ok: false, reason: `from ${least.toPrecision(3)} to ${most.toPrecision(3)} times as quick, by 95 % of confidence`, hint: 'measure more rounds, or on a quieter machine' };
  }
  return { ok: true, factor: median(factors), least, most };
}
