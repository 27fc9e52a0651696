import { describe, expect, it } from 'vitest';
import { counting, distance, f32, int, ints, runLayer, string, valuesOf } from '../../test/one-layer.js';
import { random } from '../../test/random.js';

describe('ConvTranspose', () => {
  it('adds a weighted kernel at each input position', () => {
    // Positions 1, 2, 3 times the kernel [1, 10], two apart.
    expect(valuesOf('ConvTranspose', [f32([1, 1, 3], [1, 2, 3]), f32([1, 1, 2], [1, 10])], { strides: ints(2) })).toEqual([1, 10, 2, 20, 3, 30]);
    expect(valuesOf('ConvTranspose', [f32([1, 1, 3], [1, 2, 3]), f32([1, 1, 2], [1, 10])])).toEqual([1, 12, 23, 30]);
  });

  it('is the adjoint of Conv: <conv(x), y> = <x, convTranspose(y)>', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const r = random(seed);
      const groups = r.pick([1, 2]);
      const strides = [r.between(1, 3), r.between(1, 3)];
      const dilations = [r.between(1, 2), r.between(1, 2)];
      const pads = [r.between(0, 1), r.between(0, 1), r.between(0, 1), r.between(0, 1)];
      const x = r.tensor([1, 2 * groups, r.between(5, 8), r.between(5, 8)]);
      const w = r.tensor([3 * groups, 2, 3, 2]);
      const attributes = { strides: ints(...strides), dilations: ints(...dilations), pads: ints(...pads), group: int(groups) };
      const there = runLayer('Conv', [x, w], attributes)[0]!;
      const y = r.tensor(there.shape);
      // What the convolution's stride cut off at the end comes back as output padding.
      const extra = [0, 1].map((d) => (x.shape[2 + d]! + pads[d]! + pads[2 + d]! - (w.shape[2 + d]! - 1) * dilations[d]! - 1) % strides[d]!);
      const back = runLayer('ConvTranspose', [y, w], { ...attributes, output_padding: ints(...extra) })[0]!;
      expect(back.shape, `seed ${seed}`).toEqual(x.shape);
      const inner = (a: typeof x, b: typeof x): number => Array.from(a.data as Float32Array).reduce((sum, v, i) => sum + v * (b.data[i] as number), 0);
      expect(inner(there, y), `seed ${seed}`).toBeCloseTo(inner(x, back), 4);
    }
  });

  it('pads what is beyond a wanted output_shape', () => {
    const [x, w] = [f32([1, 1, 3], [1, 2, 3]), f32([1, 1, 3], [1, 1, 1])];
    // In full [1, 3, 6, 5, 3]; of one cell too much the begin loses it, unless SAME_UPPER says the end.
    expect(valuesOf('ConvTranspose', [x, w], { output_shape: ints(4) })).toEqual([3, 6, 5, 3]);
    expect(valuesOf('ConvTranspose', [x, w], { output_shape: ints(4), auto_pad: string('SAME_UPPER') })).toEqual([1, 3, 6, 5]);
    expect(valuesOf('ConvTranspose', [x, w], { output_shape: ints(6) })).toEqual([1, 3, 6, 5, 3, 0]);
  });

  it('SAME means input size times stride, even where the kernel does not reach that far', () => {
    expect(valuesOf('ConvTranspose', [f32([1, 1, 2], [1, 2]), f32([1, 1, 1], [5])], { strides: ints(3), auto_pad: string('SAME_UPPER') }))
      .toEqual([5, 0, 0, 10, 0, 0]);
  });

  it('adds its bias everywhere', () => {
    const y = runLayer('ConvTranspose', [counting([2, 1, 2], 1), f32([1, 2, 1], [1, 2]), f32([2], [100, 200])])[0]!;
    expect(distance(y, f32([2, 2, 2], [101, 102, 202, 204, 103, 104, 206, 208]))).toBe(0);
  });

  it('refuses what does not fit', () => {
    expect(() => runLayer('ConvTranspose', [counting([1, 2, 3]), counting([3, 1, 2])])).toThrow(/run\.shape/);
  });
});
