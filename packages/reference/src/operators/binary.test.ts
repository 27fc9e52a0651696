import { describe, expect, it } from 'vitest';
import type { DType } from '@fretwork/format';
import { f32, i64, int, runLayer, tensor, valuesOf } from '../../test/one-layer.js';

describe('broadcasting', () => {
  it('stretches dimensions of 1 and missing ones in front', () => {
    const y = runLayer('Add', [f32([2, 1], [10, 20]), f32([3], [1, 2, 3])])[0]!;
    expect([y.shape, Array.from(y.data as Float32Array)]).toEqual([[2, 3], [11, 12, 13, 21, 22, 23]]);
  });

  it('keeps empty dimensions empty', () => expect(runLayer('Add', [f32([0, 1], []), f32([3], [1, 2, 3])])[0]!.shape).toEqual([0, 3]));

  it('refuses other shapes and mixed element types', () => {
    expect(() => runLayer('Add', [f32([2], [1, 2]), f32([3], [1, 2, 3])])).toThrow(/run\.shape/);
    expect(() => runLayer('Add', [f32([1], [1]), tensor('i32', [1], [1])])).toThrow(/run\.dtype/);
  });
});

describe('integer arithmetic', () => {
  it.each<[string, DType, number[], number[], number[]]>([
    ['Add', 'i8', [127, -128], [1, -1], [-128, 127]],
    ['Sub', 'u8', [0], [1], [255]],
    ['Mul', 'i32', [123456789], [987654321], [-67153019]],
    ['Mul', 'u32', [4294967295], [4294967295], [1]],
    ['Div', 'i32', [7, -7, 5], [2, 2, 0], [3, -3, 0]],
    ['Mod', 'i32', [-7, 7, 7], [3, -3, 0], [2, -2, 0]],
    ['Pow', 'i32', [2, -3, 2], [10, 3, -1], [1024, -27, 0]],
    ['Max', 'i16', [3], [-9], [3]],
    ['Min', 'u64', [3], [9], [3]],
  ])('%s on %s', (operator, dtype, a, b, y) => {
    expect(valuesOf(operator, [tensor(dtype, [a.length], a), tensor(dtype, [b.length], b)])).toEqual(y);
  });

  it('is exact beyond 2^53', () => {
    const big = 2n ** 60n + 1n;
    const of = (operator: string, a: bigint, b: bigint): bigint => runLayer(operator, [i64([1], [a]), i64([1], [b])])[0]!.data[0] as bigint;
    expect(of('Add', big, 1n)).toBe(2n ** 60n + 2n);
    expect(of('Mul', big, 16n)).toBe(16n);
    expect(of('Div', -big, 2n)).toBe(-(2n ** 59n));
    expect(of('Pow', 3n, 40n)).toBe(12157665459056928801n - 2n ** 64n);
    expect(of('Mod', -big, 4n)).toBe(3n);
  });

  it('Mod takes the sign of the divisor, or of the dividend with fmod', () => {
    expect(valuesOf('Mod', [f32([2], [-7.5, 7.5]), f32([2], [3, -3])], { fmod: int(1) })).toEqual([-1.5, 1.5]);
    expect(() => runLayer('Mod', [f32([1], [1]), f32([1], [1])])).toThrow(/set fmod to 1/);
  });
});

describe('floats', () => {
  it('Pow takes the element type of its base', () => {
    expect(valuesOf('Pow', [f32([2], [2, 9]), i64([2], [3n, 0n])])).toEqual([8, 1]);
    expect(runLayer('Pow', [tensor('i32', [1], [2]), f32([1], [0.5])])[0]!.data).toEqual(Int32Array.of(1));
  });

  it('Mean adds up before it rounds', () => {
    expect(valuesOf('Mean', [f32([1], [16777216]), f32([1], [1]), f32([1], [1]), f32([1], [2])])).toEqual([4194305]);
  });

  it('Max and Min keep NaN', () => {
    expect(valuesOf('Max', [f32([2], [NaN, 1]), f32([2], [0, NaN])])).toEqual([NaN, NaN]);
  });

  it('Clip lets high win over low, and may lack either', () => {
    const x = f32([3], [-5, 0, 5]);
    expect(valuesOf('Clip', [x, f32([], [2]), f32([], [1])])).toEqual([1, 1, 1]);
    expect(valuesOf('Clip', [x, undefined, f32([], [1])])).toEqual([-5, 0, 1]);
    expect(valuesOf('Clip', [x])).toEqual([-5, 0, 5]);
  });

  it('PRelu broadcasts its slope only', () => {
    expect(valuesOf('PRelu', [f32([2, 2], [-1, 1, -2, 2]), f32([2, 1], [0.5, 10])])).toEqual([-0.5, 1, -20, 2]);
    expect(() => runLayer('PRelu', [f32([1], [-1]), f32([2], [1, 2])])).toThrow(/run\.shape/);
  });
});
