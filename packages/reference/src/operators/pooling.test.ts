import { describe, expect, it } from 'vitest';
import { counting, f32, i64, int, ints, runLayer, string, tensor, valuesOf } from '../../test/one-layer.js';

describe('AveragePool', () => {
  const x = counting([1, 1, 4], 1);
  const kernel = { kernel_shape: ints(2) };
  it('leaves the padding out of the count, or counts it in', () => {
    expect(valuesOf('AveragePool', [x], { ...kernel, pads: ints(1, 1) })).toEqual([1, 1.5, 2.5, 3.5, 4]);
    expect(valuesOf('AveragePool', [x], { ...kernel, pads: ints(1, 1), count_include_pad: int(1) })).toEqual([0.5, 1.5, 2.5, 3.5, 2]);
  });

  it('ceil_mode adds a last window that is cut, but none that starts in the padding', () => {
    expect(valuesOf('AveragePool', [x], { kernel_shape: ints(3), strides: ints(2) })).toEqual([2]);
    expect(valuesOf('AveragePool', [x], { kernel_shape: ints(3), strides: ints(2), ceil_mode: int(1) })).toEqual([2, 3.5]);
    expect(valuesOf('AveragePool', [x], { kernel_shape: ints(1), strides: ints(4), pads: ints(0, 1), ceil_mode: int(1) })).toEqual([1]);
  });

  it('with ceil_mode counts cells of the padding only, not those beyond it', () => {
    const y = valuesOf('AveragePool', [x], { kernel_shape: ints(3), strides: ints(3), pads: ints(0, 1), ceil_mode: int(1), count_include_pad: int(1) });
    expect(y).toEqual([2, 2]);
  });

  it('dilates and pads automatically', () => {
    expect(valuesOf('AveragePool', [x], { ...kernel, dilations: ints(2) })).toEqual([2, 3]);
    expect(valuesOf('AveragePool', [x], { ...kernel, auto_pad: string('SAME_LOWER') })).toEqual([1, 1.5, 2.5, 3.5]);
  });
});

describe('MaxPool', () => {
  it('tells where the largest stands, the first of equals', () => {
    const [y, at] = runLayer('MaxPool', [f32([1, 2, 2, 2], [1, 4, 4, 2, -1, -1, -3, -2])], { kernel_shape: ints(2, 2) }, { outputs: 2 });
    expect(Array.from(y!.data as Float32Array)).toEqual([4, -1]);
    expect(Array.from(at!.data as BigInt64Array, Number)).toEqual([1, 4]);
  });

  it('counts column by column with storage_order 1', () => {
    const [, at] = runLayer('MaxPool', [f32([1, 2, 2, 3], [0, 0, 9, 0, 0, 0, 0, 0, 0, 7, 0, 0])], { kernel_shape: ints(2, 3), storage_order: int(1) }, { outputs: 2 });
    // Plane 0: row 0, column 2 of 2 x 3 → 2·2 + 0; plane 1: row 1, column 0 → 6 + 1.
    expect(Array.from(at!.data as BigInt64Array, Number)).toEqual([4, 7]);
  });

  it('keeps integers and NaN', () => {
    expect(valuesOf('MaxPool', [tensor('i8', [1, 1, 3], [-100, -128, -90])], { kernel_shape: ints(2), pads: ints(1, 0) })).toEqual([-100, -100, -90]);
    expect(runLayer('MaxPool', [i64([1, 1, 2], [2n ** 60n, 2n ** 60n + 1n])], { kernel_shape: ints(2) })[0]!.data).toEqual(BigInt64Array.of(2n ** 60n + 1n));
    expect(valuesOf('MaxPool', [f32([1, 1, 3], [1, NaN, 2])], { kernel_shape: ints(2) })).toEqual([NaN, NaN]);
  });
});

describe('global pooling', () => {
  it('is over all positions of a plane', () => {
    const y = runLayer('GlobalAveragePool', [counting([1, 2, 2, 2])])[0]!;
    expect([y.shape, Array.from(y.data as Float32Array)]).toEqual([[1, 2, 1, 1], [1.5, 5.5]]);
    expect(valuesOf('GlobalMaxPool', [counting([1, 2, 3])])).toEqual([2, 5]);
  });

  it('needs positions', () => expect(() => runLayer('GlobalMaxPool', [f32([1, 2], [1, 2])])).toThrow(/run\.rank/));
});
