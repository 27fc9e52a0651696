import { describe, expect, it } from 'vitest';
import { counting, f32, float, i64, int, runLayer, tensor, valuesOf } from '../../test/one-layer.js';

describe('MatMul', () => {
  it('multiplies stacks of matrices, broadcast', () => {
    const y = runLayer('MatMul', [counting([2, 1, 2, 2]), counting([3, 2, 1])])[0]!;
    expect(y.shape).toEqual([2, 3, 2, 1]);
    // [0 1; 2 3] and [4 5; 6 7] times [0 1], [2 3], [4 5].
    expect(Array.from(y.data as Float32Array)).toEqual([1, 3, 3, 13, 5, 23, 5, 7, 23, 33, 41, 59]);
  });

  it('takes vectors on either side', () => {
    expect(runLayer('MatMul', [f32([2], [1, 2]), f32([2], [3, 4])])[0]).toMatchObject({ shape: [], data: Float32Array.of(11) });
    expect(runLayer('MatMul', [f32([2], [1, 2]), counting([3, 2, 4])])[0]!.shape).toEqual([3, 4]);
    expect(runLayer('MatMul', [counting([3, 4, 2]), f32([2], [1, 2])])[0]!.shape).toEqual([3, 4]);
  });

  it('is exact on integers', () => {
    expect(valuesOf('MatMul', [tensor('i32', [1, 2], [65536, 3]), tensor('i32', [2, 1], [65536, 5])])).toEqual([15]);
    expect(runLayer('MatMul', [i64([1, 1], [2n ** 40n + 1n]), i64([1, 1], [2n ** 20n])])[0]!.data).toEqual(BigInt64Array.of(2n ** 60n + 2n ** 20n));
  });

  it('adds up in float64', () => {
    expect(valuesOf('MatMul', [f32([1, 3], [1e8, 1, -1e8]), f32([3, 1], [1, 1, 1])])).toEqual([1]);
  });

  it('refuses what does not fit', () => expect(() => runLayer('MatMul', [counting([2, 3]), counting([2, 3])])).toThrow(/run\.shape/));
});

describe('Gemm', () => {
  const [a, b] = [f32([2, 2], [1, 2, 3, 4]), f32([2, 2], [5, 6, 7, 8])];
  it.each([[0, 0, [19, 22, 43, 50]], [1, 0, [26, 30, 38, 44]], [0, 1, [17, 23, 39, 53]], [1, 1, [23, 31, 34, 46]]])(
    'transA %d, transB %d', (transA, transB, y) => expect(valuesOf('Gemm', [a, b], { transA: int(transA), transB: int(transB) })).toEqual(y),
  );

  it('scales and adds a broadcast C', () => {
    expect(valuesOf('Gemm', [a, b, f32([2, 1], [10, 20])], { alpha: float(2), beta: float(0.5) })).toEqual([43, 49, 96, 110]);
    expect(valuesOf('Gemm', [a, b, f32([], [1])])).toEqual([20, 23, 44, 51]);
  });

  it('refuses what does not fit', () => {
    expect(() => runLayer('Gemm', [a, counting([3, 2])])).toThrow(/run\.shape/);
    expect(() => runLayer('Gemm', [a, b, f32([3], [1, 2, 3])])).toThrow(/run\.shape/);
  });
});
