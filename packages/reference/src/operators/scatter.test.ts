import { describe, expect, it } from 'vitest';
import { counting, f32, i64, int, layerOf, runLayer, string, tensor, valuesOf } from '../../test/one-layer.js';
import { supports } from '../index.js';

describe('ScatterElements', () => {
  it('writes into a copy', () => {
    const data = f32([1, 5], [1, 2, 3, 4, 5]);
    expect(valuesOf('ScatterElements', [data, i64([1, 2], [1, -2]), f32([1, 2], [1.5, 2.5])], { axis: int(1) })).toEqual([1, 1.5, 3, 2.5, 5]);
    expect(Array.from(data.data as Float32Array)).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([['none', [9, 2, 3]], ['add', [15, 2, 3]], ['mul', [45, 2, 3]], ['max', [9, 2, 3]], ['min', [1, 2, 3]]])('reduces equal indices: %s', (how, y) => {
    expect(valuesOf('ScatterElements', [f32([3], [1, 2, 3]), i64([2], [0, 0]), f32([2], [5, 9])], { reduction: string(how) })).toEqual(y);
  });

  it('reduces 64-bit integers exactly and smaller ones with wrap-around', () => {
    expect(runLayer('ScatterElements', [i64([1], [2n ** 60n]), i64([1], [0]), i64([1], [1n])], { reduction: string('add') })[0]!.data).toEqual(BigInt64Array.of(2n ** 60n + 1n));
    expect(valuesOf('ScatterElements', [tensor('i8', [1], [100]), i64([1], [0]), tensor('i8', [1], [100])], { reduction: string('add') })).toEqual([-56]);
  });
});

describe('ScatterND', () => {
  it('writes slices', () => {
    expect(valuesOf('ScatterND', [counting([3, 2]), i64([2, 1], [2, 0]), f32([2, 2], [10, 11, 12, 13])])).toEqual([12, 13, 2, 3, 10, 11]);
    expect(valuesOf('ScatterND', [counting([2, 2]), i64([2, 2], [1, 1, 1, 1]), f32([2], [5, 6])], { reduction: string('add') })).toEqual([0, 1, 2, 14]);
  });

  it('refuses updates that do not fit, indices out of range, other reductions', () => {
    expect(() => runLayer('ScatterND', [counting([3]), i64([1, 1], [0]), f32([2], [1, 2])])).toThrow(/run\.shape/);
    expect(() => runLayer('ScatterND', [counting([3]), i64([1, 1], [3]), f32([1], [1])])).toThrow(/run\.index/);
    expect(supports(layerOf('ScatterND', [], { reduction: string('xor') }))).toMatchObject({ ok: false });
  });
});
