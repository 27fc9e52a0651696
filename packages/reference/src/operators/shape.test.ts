import { describe, expect, it } from 'vitest';
import { counting, f32, i64, int, list, runLayer, valuesOf } from '../../test/one-layer.js';

const shapeOf = (...args: Parameters<typeof runLayer>): readonly number[] => runLayer(...args)[0]!.shape;

describe('shapes', () => {
  const x = counting([2, 3, 4]);
  it('Reshape keeps dimensions at 0 and fills in -1', () => {
    expect(shapeOf('Reshape', [x, list(0, -1)])).toEqual([2, 12]);
    expect(shapeOf('Reshape', [f32([0, 3], []), list(3, 0)], { allowzero: int(1) })).toEqual([3, 0]);
    expect(() => runLayer('Reshape', [x, list(5, -1)])).toThrow(/run\.shape/);
  });

  it('Flatten cuts at its axis, also behind the last', () => {
    expect(shapeOf('Flatten', [x], { axis: int(2) })).toEqual([6, 4]);
    expect(shapeOf('Flatten', [x], { axis: int(3) })).toEqual([24, 1]);
    expect(shapeOf('Flatten', [x], { axis: int(-3) })).toEqual([1, 24]);
  });

  it('Squeeze and Unsqueeze take negative axes', () => {
    expect(shapeOf('Squeeze', [counting([1, 2, 1])])).toEqual([2]);
    expect(shapeOf('Squeeze', [counting([1, 2, 1]), list(-1)])).toEqual([1, 2]);
    expect(() => runLayer('Squeeze', [x, list(0)])).toThrow(/run\.shape/);
    expect(shapeOf('Unsqueeze', [x, list(-1, 0)])).toEqual([1, 2, 3, 4, 1]);
    expect(() => runLayer('Unsqueeze', [x, list(0, 0)])).toThrow(/run\.attribute/);
  });

  it('Shape tells a part, Size the product', () => {
    expect(valuesOf('Shape', [x], { start: int(-2) })).toEqual([3, 4]);
    expect(valuesOf('Shape', [x], { start: int(2), end: int(1) })).toEqual([]);
    expect(runLayer('Size', [x])[0]).toMatchObject({ shape: [], data: BigInt64Array.of(24n) });
  });

  it('take sizes that are safe integers', () => {
    expect(() => runLayer('Reshape', [x, i64([1], [2n ** 62n])])).toThrow(/run\.shape|shape\.overflow/);
  });
});
