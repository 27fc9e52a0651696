import { describe, expect, it } from 'vitest';
import { counting, f32, i64, int, list, runLayer, tensor, valuesOf } from '../../test/one-layer.js';

describe('Gather', () => {
  it('puts the shape of the indices where the axis was', () => {
    const y = runLayer('Gather', [counting([2, 3]), i64([2, 1], [-1, 0])], { axis: int(1) })[0]!;
    expect([y.shape, Array.from(y.data as Float32Array)]).toEqual([[2, 2, 1], [2, 0, 5, 3]]);
    expect(runLayer('Gather', [counting([2, 3]), i64([], [1])])[0]).toMatchObject({ shape: [3], data: Float32Array.of(3, 4, 5) });
  });

  it('moves any element type', () => {
    expect(runLayer('Gather', [i64([2], [2n ** 60n, 1n]), list(0)])[0]!.data).toEqual(BigInt64Array.of(2n ** 60n));
    expect(runLayer('Gather', [tensor('f16', [2], [0x7e01, 1]), list(0)])[0]!.data).toEqual(Uint16Array.of(0x7e01));
  });

  it('refuses indices out of range', () => expect(() => runLayer('Gather', [counting([3]), list(-4)])).toThrow(/run\.index/));
});

describe('GatherElements', () => {
  it('takes one element per index', () => {
    expect(valuesOf('GatherElements', [counting([3, 3], 1), i64([2, 3], [1, 2, 0, 2, 0, 0])])).toEqual([4, 8, 3, 7, 2, 3]);
    expect(valuesOf('GatherElements', [counting([2, 2], 1), i64([2, 2], [0, 0, -1, 0])], { axis: int(1) })).toEqual([1, 1, 4, 3]);
  });
});

describe('GatherND', () => {
  it('takes slices by index tuples', () => {
    expect(valuesOf('GatherND', [counting([2, 2]), i64([2, 2], [0, 0, 1, 1])])).toEqual([0, 3]);
    const y = runLayer('GatherND', [counting([2, 2, 2]), i64([2, 1, 2], [0, 1, 1, 0])])[0]!;
    expect([y.shape, Array.from(y.data as Float32Array)]).toEqual([[2, 1, 2], [2, 3, 4, 5]]);
  });

  it('counts dimensions of the batch as given', () => {
    const y = runLayer('GatherND', [counting([2, 2, 2]), i64([2, 1], [1, 0])], { batch_dims: int(1) })[0]!;
    expect([y.shape, Array.from(y.data as Float32Array)]).toEqual([[2, 2], [2, 3, 4, 5]]);
  });

  it('refuses tuples longer than the data has dimensions', () => expect(() => runLayer('GatherND', [counting([2]), i64([1, 2], [0, 0])])).toThrow(/run\.shape/));
});

describe('OneHot, NonZero, Trilu', () => {
  it('OneHot writes on over off, and nothing for indices out of range', () => {
    const y = runLayer('OneHot', [i64([3], [0, -1, 7]), i64([], [3]), f32([2], [-1, 5])], { axis: int(0) })[0]!;
    expect([y.shape, Array.from(y.data as Float32Array)]).toEqual([[3, 3], [5, -1, -1, -1, -1, -1, -1, 5, -1]]);
  });

  it('NonZero gives positions, one row per dimension', () => {
    const y = runLayer('NonZero', [f32([2, 2], [0, 3, NaN, 0])])[0]!;
    expect([y.shape, Array.from(y.data as BigInt64Array, Number)]).toEqual([[2, 2], [0, 1, 1, 0]]);
  });

  it('Trilu keeps a triangle of each matrix', () => {
    expect(valuesOf('Trilu', [counting([2, 3], 1)])).toEqual([1, 2, 3, 0, 5, 6]);
    expect(valuesOf('Trilu', [counting([2, 3], 1), i64([], [-1])], { upper: int(0) })).toEqual([0, 0, 0, 4, 0, 0]);
  });
});
