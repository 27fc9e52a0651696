import { describe, expect, it } from 'vitest';
import { f32, i64, runLayer, tensor, valuesOf } from '../../test/one-layer.js';

describe('comparisons', () => {
  const [a, b] = [f32([4], [1, 2, 3, NaN]), f32([4], [2, 2, 2, NaN])];
  it.each([
    ['Equal', [0, 1, 0, 0]], ['Greater', [0, 0, 1, 0]], ['GreaterOrEqual', [0, 1, 1, 0]], ['Less', [1, 0, 0, 0]], ['LessOrEqual', [1, 1, 0, 0]],
  ])('%s', (operator, y) => expect(valuesOf(operator, [a, b])).toEqual(y));

  it('tell 64-bit integers apart that float64 cannot', () => {
    expect(valuesOf('Less', [i64([1], [2n ** 53n]), i64([1], [2n ** 53n + 1n])])).toEqual([1]);
  });
});

describe('logic', () => {
  const [a, b] = [tensor('bool', [2, 2], [0, 0, 1, 1]), tensor('bool', [2, 2], [0, 1, 0, 1])];
  it.each([['And', [0, 0, 0, 1]], ['Or', [0, 1, 1, 1]], ['Xor', [0, 1, 1, 0]]])('%s', (operator, y) => expect(valuesOf(operator, [a, b])).toEqual(y));

  it('is for booleans', () => expect(() => runLayer('And', [f32([1], [1]), f32([1], [1])])).toThrow(/run\.dtype/));
});

describe('Where', () => {
  it('chooses, with all three broadcast', () => {
    const y = runLayer('Where', [tensor('bool', [2, 1], [1, 0]), i64([2], [5n, 6n]), i64([], [2n ** 60n])])[0]!;
    expect([y.shape, Array.from(y.data as BigInt64Array)]).toEqual([[2, 2], [5n, 6n, 2n ** 60n, 2n ** 60n]]);
  });
});
