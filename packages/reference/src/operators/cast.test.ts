import { describe, expect, it } from 'vitest';
import { f32, i64, int, runLayer, tensor, valuesOf } from '../../test/one-layer.js';

const to = (n: number) => ({ to: int(n) });

describe('Cast', () => {
  it('cuts floats towards zero and saturates them', () => {
    expect(valuesOf('Cast', [f32([5], [1.9, -1.9, 300, -300, NaN])], to(3))).toEqual([1, -1, 127, -128, 0]);
    expect(valuesOf('Cast', [f32([2], [-5, Infinity])], to(12))).toEqual([0, 4294967295]);
    expect(runLayer('Cast', [f32([2], [1e30, -1e30])], to(7))[0]!.data).toEqual(BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)));
  });

  it('wraps integers around', () => {
    expect(valuesOf('Cast', [tensor('i32', [2], [257, -1])], to(2))).toEqual([1, 255]);
    expect(valuesOf('Cast', [i64([1], [2n ** 40n + 7n])], to(6))).toEqual([7]);
  });

  it('makes everything but 0 true', () => {
    expect(valuesOf('Cast', [f32([4], [0, -0, 0.1, NaN])], to(9))).toEqual([0, 0, 1, 1]);
    expect(valuesOf('Cast', [i64([2], [0n, 2n ** 60n])], to(9))).toEqual([0, 1]);
  });

  it('rounds to half precision', () => {
    expect(valuesOf('Cast', [f32([3], [1, 65520, 2 ** -25])], to(10))).toEqual([0x3c00, 0x7c00, 0]);
    expect(runLayer('Cast', [tensor('f16', [1], [0x3555])], to(11))[0]!.data).toEqual(Float64Array.of(0.333251953125));
  });

  it('CastLike takes the type of its second input', () => {
    expect(runLayer('CastLike', [f32([1], [2.5]), tensor('u8', [0], [])])[0]!.data).toEqual(Uint8Array.of(2));
  });
});
