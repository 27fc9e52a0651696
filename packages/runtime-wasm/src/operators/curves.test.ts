import { describe, expect, it } from 'vitest';
import { erf, exp, sigmoid, tanh, type Curve } from './curves.js';

describe.each<[string, Curve, Curve]>([
  ['exp', exp, Math.exp], ['tanh', tanh, Math.tanh], ['sigmoid', sigmoid, (x) => 1 / (1 + Math.exp(-x))],
])('%s', (_, own, exact) => {
  it('is exact to float32 over its whole range, with its ends', () => {
    let worst = 0;
    for (let x = -120; x < 120; x += 0.0037) worst = Math.max(worst, Math.abs(own(x) - exact(x)) / Math.max(Math.abs(exact(x)), 1e-38));
    for (let x = -0.1; x < 0.1; x += 1e-5) worst = Math.max(worst, Math.abs(own(x) / exact(x) - 1) || 0);
    expect(worst).toBeLessThan(4e-8);
    for (const x of [Infinity, -Infinity, NaN, 0]) expect(own(x)).toBe(exact(x));
  });
});

describe('erf', () => {
  it('knows its table', () => {
    for (const [x, y] of [[0, 0], [0.5, 0.5204998778], [1, 0.8427007929], [2, 0.995322265], [3.5, 0.9999992569], [9, 1]]) expect(erf(x!)).toBeCloseTo(y!, 9);
    expect(erf(-1)).toBe(-erf(1));
  });
});
