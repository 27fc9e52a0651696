import { describe, expect, it } from 'vitest';
import { counting, f32, float, int, runLayer, tensor, valuesOf } from '../../test/one-layer.js';

const near = (got: number[], want: number[]): void => want.forEach((v, i) => expect(got[i]).toBeCloseTo(v, 5));

describe('BatchNormalization', () => {
  const x = f32([1, 2, 2], [1, 3, 10, 20]);
  const channel = [f32([2], [2, 1]), f32([2], [0, 5])];
  it('uses the given moments', () => {
    const y = valuesOf('BatchNormalization', [x, ...channel, f32([2], [1, 10]), f32([2], [4, 25])], { epsilon: float(0) });
    near(y, [0, 2, 5, 7]);
  });

  it('in training uses those of the batch and moves the running ones', () => {
    const [y, mean, variance] = runLayer('BatchNormalization', [x, ...channel, f32([2], [0, 0]), f32([2], [1, 1])],
      { epsilon: float(0), training_mode: int(1), momentum: float(0.75) }, { outputs: 3 });
    // Means 2 and 15, variances 1 and 25.
    near(Array.from(y!.data as Float32Array), [-2, 2, 4, 6]);
    near(Array.from(mean!.data as Float32Array), [0.5, 3.75]);
    near(Array.from(variance!.data as Float32Array), [1, 7]);
  });

  it('refuses moments of other channels', () => {
    expect(() => runLayer('BatchNormalization', [x, ...channel, f32([1], [0]), f32([2], [1, 1])])).toThrow(/run\.shape/);
  });
});

describe('other norms', () => {
  it('InstanceNormalization takes each plane by itself', () => {
    near(valuesOf('InstanceNormalization', [f32([2, 1, 2], [1, 3, 10, 30]), f32([1], [3]), f32([1], [1])], { epsilon: float(0) }), [-2, 4, -2, 4]);
  });

  it('LayerNormalization takes all axes from its own on, and gives its moments', () => {
    const [y, mean, inverse] = runLayer('LayerNormalization', [f32([2, 1, 2], [1, 3, 10, 30]), f32([2], [1, 2]), f32([2], [0, 1])],
      { axis: int(1), epsilon: float(0) }, { outputs: 3 });
    near(Array.from(y!.data as Float32Array), [-1, 3, -1, 3]);
    expect([mean!.shape, Array.from(mean!.data as Float32Array)]).toEqual([[2, 1, 1], [2, 20]]);
    near(Array.from(inverse!.data as Float32Array), [1, 0.1]);
  });

  it('RMSNormalization does not shift', () => {
    near(valuesOf('RMSNormalization', [f32([1, 2], [3, 4]), f32([2], [1, 10])], { epsilon: float(0) }), [3 / Math.sqrt(12.5), 40 / Math.sqrt(12.5)]);
  });

  it('LRN sums squares of neighbouring channels, the extra one of an even size behind', () => {
    const x = f32([1, 4, 1], [1, 2, 3, 4]);
    const squares = [1 + 4, 4 + 9, 9 + 16, 16];
    const y = valuesOf('LRN', [x], { size: int(2), alpha: float(2), beta: float(1), bias: float(1) });
    near(y, squares.map((s, i) => (i + 1) / (1 + s)));
  });
});

describe('Dropout', () => {
  const x = counting([2, 2]);
  it('is nothing in inference, with a mask of ones', () => {
    const [y, mask] = runLayer('Dropout', [x, f32([], [0.9])], {}, { outputs: 2 });
    expect(y!.data).toEqual(x.data);
    expect([mask!.dtype, Array.from(mask!.data as Uint8Array)]).toEqual(['bool', [1, 1, 1, 1]]);
  });

  it('in training is refused by reason, unless it drops nothing', () => {
    const on = tensor('bool', [], [1]);
    expect(() => runLayer('Dropout', [x, f32([], [0.5]), on])).toThrow(/at random[^]*run\.unsupported/);
    expect(runLayer('Dropout', [x, f32([], [0]), on])[0]!.data).toEqual(x.data);
  });
});
