import { describe, expect, test } from 'vitest';
import type { Timing } from '../contract.js';
import { measure, type Contender } from './measure.js';
import { speedup } from './speedup.js';
import { geometricMean, median, medianInterval, quantile, quartileSpread, slowness } from './statistics.js';

describe('statistics', () => {
  test('quantiles lie between neighbours', () => {
    expect([quantile([4, 1, 3, 2], 0), median([4, 1, 3, 2]), quantile([4, 1, 3, 2], 1), median([7])]).toEqual([1, 2.5, 4, 7]);
    expect(quartileSpread([1, 2, 3, 4, 5])).toBe(2);
    expect(() => median([])).toThrow(RangeError);
  });

  test('the geometric mean of a factor and its inverse is 1', () => {
    expect(geometricMean([4, 1, 0.25])).toBeCloseTo(1, 12);
    expect(() => geometricMean([])).toThrow(RangeError);
  });

  test('a round is judged by the median of its contenders', () => {
    expect(slowness([[1, 1, 2, 1], [10, 10, 20, 10], [3, 3, 3, 30]])).toEqual([1, 1, 2, 1]);
  });
});

/** A clock that only the contenders move. */
function fakes(costs: Readonly<Record<string, (call: number) => number>>): { readonly clock: () => number; readonly order: string[]; readonly contenders: readonly Contender[] } {
  let now = 0;
  const order: string[] = [];
  const contenders = Object.entries(costs).map(([name, cost], i): Contender => {
    let call = 0;
    return { name, run: () => { now += cost(call++); order.push(name); return i % 2 === 0 ? undefined : Promise.resolve(); } };
  });
  return { clock: () => now, order, contenders };
}

describe('measure', () => {
  test('fills each sample and gives the time of one call', async () => {
    const { clock, contenders } = fakes({ quick: () => 0.5, slow: () => 8 });
    const [quick, slow] = await measure(contenders, { rounds: 4, warmUpMs: 10, sampleMs: 3, clock });
    expect(quick).toMatchObject({ ms: 0.5, spread: 0, rounds: 4, rejected: 0, calls: 6 });
    expect(slow).toMatchObject({ ms: 8, calls: 1, percentiles: { p50: 8, p90: 8, p99: 8 } });
  });

  test('interleaves, and starts each round with another contender', async () => {
    const { clock, contenders, order } = fakes({ a: () => 5, b: () => 5, c: () => 5 });
    await measure(contenders, { rounds: 3, warmUpMs: 0, sampleMs: 1, clock });
    expect(order.slice(9).join('')).toBe('abcbcacab');
  });

  test('leaves the first call of a sample out, rests before each, and keeps the samples', async () => {
    const { clock, contenders, order } = fakes({ a: (call) => (call < 3 || (call - 3) % 4 > 0 ? 1 : 100), b: () => 3 });
    const [a, b] = await measure(contenders, { rounds: 2, warmUpMs: 0, sampleMs: 3, restMs: 1, clock });
    expect(a).toMatchObject({ ms: 1, calls: 3, samples: [1, 1] });
    expect(b).toMatchObject({ ms: 3, calls: 1, samples: [3, 3] });
    expect(order.slice(6).join('')).toBe('aaaabbaaaa');
  });

  test('takes noisy rounds again, and counts them', async () => {
    // Warm-up takes three calls each; rounds 1 and 2 are twice as slow for all.
    const noisy = (ms: number) => (call: number) => (call === 4 || call === 5 ? 2 * ms : ms);
    const { clock, contenders } = fakes({ a: noisy(4), b: noisy(7) });
    const [a, b] = await measure(contenders, { rounds: 6, warmUpMs: 0, sampleMs: 1, clock });
    expect(a).toMatchObject({ ms: 4, rounds: 6, rejected: 2 });
    expect(b).toMatchObject({ ms: 7, rounds: 6, rejected: 2, percentiles: { p50: 7, p99: expect.closeTo(14, 6) } });
  });

  test('rejects nothing on a machine that hardly ever is quiet, so that the spread tells', async () => {
    const wild = (call: number): number => (call % 3 === 0 ? 1 : 5);
    const { clock, contenders } = fakes({ a: wild, b: wild });
    const [a] = await measure(contenders, { rounds: 10, warmUpMs: 0, sampleMs: 0, clock });
    expect(a).toMatchObject({ rounds: 20, rejected: 0, ms: 5, spread: 4 });
  });

  test('stops where the signal says so', async () => {
    const { clock, contenders } = fakes({ a: () => 1 });
    await expect(measure(contenders, { clock, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    await expect(measure(contenders, { clock, rounds: 0 })).rejects.toMatchObject({ code: 'bench.option' });
  });
});

describe('the interval of a median', () => {
  test('leaves out at most 2.5 % at each end, and little less than it might, for 6 to 200 samples', () => {
    /** That at most `most` of `n` tosses of a coin are heads. */
    const chance = (n: number, most: number): number => {
      let [sum, one] = [0, 0.5 ** n];
      for (let k = 0; k <= most; k++) {
        sum += one;
        one *= (n - k) / (k + 1);
      }
      return sum;
    };
    for (let n = 6; n <= 200; n++) {
      const [least, most] = medianInterval(Array.from({ length: n }, (_, i) => i));
      expect(most).toBe(n - 1 - least);
      expect(chance(n, least)).toBeLessThanOrEqual(0.025);
      expect(chance(n, least + 2)).toBeGreaterThan(0.025);
    }
    expect(medianInterval([1, 2, 3, 4, 5])).toEqual([0, Infinity]);
  });
});

describe('speedup', () => {
  const timing = (samples: readonly number[]): Timing => ({ ms: median(samples), spread: 0, rounds: samples.length, rejected: 0, calls: 1, percentiles: { p50: 0, p90: 0, p99: 0 }, samples });
  const rounds = (ms: (round: number) => number): Timing => timing(Array.from({ length: 25 }, (_, round) => ms(round)));

  test('is the median of the quotients, also below 1', () => {
    expect(speedup(rounds(() => 2), rounds(() => 8))).toEqual({ ok: true, factor: 4, least: 4, most: 4 });
    expect(speedup(rounds(() => 8), rounds(() => 2))).toMatchObject({ ok: true, factor: 0.25 });
  });

  test('sees through a machine that is slower for some rounds, for both', () => {
    const noise = (round: number): number => 1 + round % 7;
    expect(speedup(rounds((round) => 2 * noise(round)), rounds((round) => 2.2 * noise(round)))).toMatchObject({ ok: true, factor: expect.closeTo(1.1, 9) });
  });

  test('is not stated where the rounds do not agree who is quicker, or where they are few', () => {
    expect(speedup(rounds(() => 2), rounds((round) => (round % 2 === 0 ? 1.9 : 2.2)))).toMatchObject({ ok: false, reason: 'from 0.950 to 1.10 times as quick, by 95 % of confidence' });
    expect(speedup(timing([1, 1, 1, 1, 1]), timing([9, 9, 9, 9, 9]))).toMatchObject({ ok: false });
  });
});
