import type { Scheme } from '@fretwork/format';
import type { Prediction } from '@fretwork/latency';
import type { Rule } from '../contract.js';
import { atRate, milliseconds, percent } from './words.js';

/** Rates between which a break-even is looked for. */
const MOST = 256;

/**
 * The largest density at which `scheme` is no slower than `denseMs`, and undefined where it never is. Time is taken to fall with
 * the rate: the answer is the first crossing from the sparse side.
 */
export function breakEven(scheme: Scheme, denseMs: number, time: (scheme: Scheme) => number): number | undefined {
  const pays = (rate: number): boolean => time(atRate(scheme, rate)) <= denseMs;
  if (!pays(MOST)) return undefined;
  if (pays(1)) return 1;
  let [low, high] = [1, MOST];
  for (let step = 0; step < 16; step++) {
    const middle = Math.sqrt(low * high);
    if (pays(middle)) high = middle;
    else low = middle;
  }
  return 1 / high;
}

/** What most of the time goes to, in the words of the latency model. */
export function mostly({ parts, ms }: Prediction): string {
  const first = parts.reduce<{ readonly name: string; readonly ms: number } | undefined>((most, part) => (most === undefined || part.ms > most.ms ? part : most), undefined);
  return first === undefined || !(ms > 0) ? '' : `, ${percent(Math.min(1, first.ms / ms))} of it ${first.name}`;
}

/** Whether it is worth it at all. */
export const PAYS: readonly Rule[] = [
  {
    name: 'nothing-fits', source: 'ours', thresholds: [],
    says: 'Layers that no structure fits at this rate stay dense.',
    rule: ({ open, rate }) => (open.length === 0 ? { dense: `no structure fits at rate ${rate}` } : undefined),
  },
  {
    name: 'pays', source: 'ours', thresholds: ['leastGain'],
    says: 'Layers that would not win enough on this target stay dense, with the density from which on they would win.',
    rule: ({ open, rate, layer: { denseMs }, time, predict, thresholds: { leastGain } }) => {
      const { scheme, ms } = open[0]!;
      if (ms <= (1 - leastGain) * denseMs) return undefined;
      const even = breakEven(scheme, (1 - leastGain) * denseMs, time);
      const from = even === undefined ? 'no density would do' : `${percent(even)} density needed to win ${percent(leastGain)}`;
      return { dense: `does not pay at rate ${rate}: ${milliseconds(ms)} to ${milliseconds(denseMs)} dense${mostly(predict(scheme))}; ${from}` };
    },
  },
];
