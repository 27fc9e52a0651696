import { describe, expect, it } from 'vitest';
import { random, tiedMatrix, whole } from '../../test/random.js';
import { flagLargest, selectTop } from './select.js';

describe('selectTop', () => {
  it('takes scores from the top until their weights fill the budget, as sorting would', () => {
    const next = random(40);
    for (let n = 0; n < 300; n++) {
      const size = whole(next, 1, 60);
      const scores = Float64Array.from({ length: size }, () => (n % 2 === 0 ? next() * 10 ** whole(next, -320, 300) : whole(next, 0, 4)));
      const weights = scores.map(() => (n % 3 === 0 ? 1 : whole(next, 1, 5)));
      const budget = next() * weights.reduce((a, b) => a + b, 0);
      const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
      const expected = new Uint8Array(size);
      let rest = budget;
      for (const i of order) {
        if (rest < weights[i]! / 2) break;
        expected[i] = 1;
        rest -= weights[i]!;
      }
      expect(selectTop(scores, (i) => weights[i]!, budget, 0), `seed 40, case ${n}`).toEqual(expected);
    }
  });

  it('takes the best where nothing fits and one must be', () => {
    expect([...selectTop(Float64Array.of(1, 3, 3, 2), () => 10, 1, 1)]).toEqual([0, 1, 0, 0]);
    expect([...selectTop(Float64Array.of(1, 3, 3, 2), () => 10, 1, 0)]).toEqual([0, 0, 0, 0]);
    expect([...selectTop(new Float64Array(0), () => 1, 1, 0)]).toEqual([]);
  });
});

describe('flagLargest', () => {
  it('flags as sorting would, the lower index among equals', () => {
    const next = random(41);
    for (let n = 0; n < 300; n++) {
      const size = whole(next, 1, 50);
      const values = Float64Array.from(tiedMatrix(next, 1, size).values, (v) => v * v);
      const count = whole(next, 0, size);
      const expected = new Uint8Array(size);
      for (const i of Array.from(values, (_, k) => k).sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count)) expected[i] = 1;
      const flags = new Uint8Array(size).fill(7);
      flagLargest(values, size, count, new Float64Array(size), flags);
      expect(flags, `seed 41, case ${n}`).toEqual(expected);
    }
  });
});
