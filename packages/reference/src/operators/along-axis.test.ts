import { describe, expect, it } from 'vitest';
import { f32, i64, int, list, runLayer, tensor, valuesOf } from '../../test/one-layer.js';

describe('ArgMax and ArgMin', () => {
  const x = f32([2, 3], [1, 5, 5, -2, -2, 0]);
  it('take the first of equals, or the last', () => {
    expect(valuesOf('ArgMax', [x], { axis: int(1) })).toEqual([1, 2]);
    expect(valuesOf('ArgMax', [x], { axis: int(-1), select_last_index: int(1) })).toEqual([2, 2]);
    expect(valuesOf('ArgMin', [x], { axis: int(1), select_last_index: int(1) })).toEqual([0, 1]);
  });

  it('keep the axis or drop it', () => {
    expect(runLayer('ArgMax', [x])[0]!.shape).toEqual([1, 3]);
    expect(runLayer('ArgMax', [x], { keepdims: int(0) })[0]!.shape).toEqual([3]);
  });

  it('refuse an empty axis', () => expect(() => runLayer('ArgMax', [f32([0], [])])).toThrow(/run\.shape/));
});

describe('TopK', () => {
  it('sorts, equal elements by index', () => {
    const [values, indices] = runLayer('TopK', [f32([2, 4], [3, 1, 3, 2, 0, 0, 9, 1]), list(3)], {}, { outputs: 2 });
    expect(Array.from(values!.data as Float32Array)).toEqual([3, 3, 2, 9, 1, 0]);
    expect(Array.from(indices!.data as BigInt64Array, Number)).toEqual([0, 2, 3, 2, 3, 0]);
  });

  it('finds the smallest along another axis', () => {
    const [values, indices] = runLayer('TopK', [i64([3, 2], [5n, 2n, 4n, 9n, 6n, 1n]), list(2)], { axis: int(0), largest: int(0) }, { outputs: 2 });
    expect(Array.from(values!.data as BigInt64Array, Number)).toEqual([4, 1, 5, 2]);
    expect(Array.from(indices!.data as BigInt64Array, Number)).toEqual([1, 2, 0, 0]);
  });

  it('refuses more than there is', () => expect(() => runLayer('TopK', [f32([2], [1, 2]), list(3)], {}, { outputs: 2 })).toThrow(/run\.index/));
});

describe('CumSum', () => {
  const sum = (attributes = {}): number[] => valuesOf('CumSum', [f32([4], [1, 2, 3, 4]), i64([], [0n])], attributes);
  it('forwards, backwards, without the element itself', () => {
    expect(sum()).toEqual([1, 3, 6, 10]);
    expect(sum({ exclusive: int(1) })).toEqual([0, 1, 3, 6]);
    expect(sum({ reverse: int(1) })).toEqual([10, 9, 7, 4]);
    expect(sum({ reverse: int(1), exclusive: int(1) })).toEqual([9, 7, 4, 0]);
  });

  it('wraps 64-bit integers around', () => {
    expect(runLayer('CumSum', [i64([2], [2n ** 63n - 1n, 1n]), i64([], [0n])])[0]!.data).toEqual(BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)));
  });
});

describe('softmax', () => {
  it('sums up to 1 along its axis and survives large numbers', () => {
    const y = valuesOf('Softmax', [f32([2, 2], [1000, 0, 1000, 1])], { axis: int(0) });
    expect(y[0]).toBeCloseTo(0.5, 6);
    expect(y[1]! + y[3]!).toBeCloseTo(1, 6);
    expect(y[3]! / y[1]!).toBeCloseTo(Math.E, 5);
  });

  it('LogSoftmax is its logarithm', () => {
    const x = f32([3], [1, 2, 4]);
    const y = valuesOf('LogSoftmax', [x]);
    valuesOf('Softmax', [x]).forEach((p, i) => expect(y[i]).toBeCloseTo(Math.log(p), 6));
  });

  it('is for floats', () => expect(() => runLayer('Softmax', [tensor('i32', [1], [1])])).toThrow(/run\.dtype/));
});
