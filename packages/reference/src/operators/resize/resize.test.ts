import { describe, expect, it } from 'vitest';
import type { Attribute } from '@fretwork/format';
import { counting, f32, float, int, ints, list, runLayer, string } from '../../../test/one-layer.js';

/** One row of `values` resized to `size`, or by `scale`. */
function row(values: number[], to: { size?: number; scale?: number; roi?: [number, number] }, attributes: Record<string, Attribute> = {}): number[] {
  const inputs = [
    f32([values.length], values),
    to.roi === undefined ? undefined : f32([2], to.roi),
    to.scale === undefined ? undefined : f32([1], [to.scale]),
    ...(to.size === undefined ? [] : [list(to.size)]),
  ];
  return Array.from(runLayer('Resize', inputs, attributes)[0]!.data as Float32Array);
}

const mode = (name: string): { mode: Attribute } => ({ mode: string(name) });
const transform = (name: string): { coordinate_transformation_mode: Attribute } => ({ coordinate_transformation_mode: string(name) });
const near = (got: number[], want: number[]): void => expect(got).toEqual(want.map((v) => expect.closeTo(v, 5)));

describe('nearest', () => {
  it.each<[string, number[]]>([
    // Three from two, asymmetric: places 0, 2/3, 4/3 in steps of 1/1.5.
    ['floor', [1, 1, 2]], ['ceil', [1, 2, 2]], ['round_prefer_floor', [1, 2, 2]],
  ])('%s', (name, y) => expect(row([1, 2], { size: 3 }, { ...transform('asymmetric'), nearest_mode: string(name) })).toEqual(y));

  it('decides halves as it is told', () => {
    // Half-pixel downsampling of 4 by 2 hits 0.5 and 2.5.
    expect(row([1, 2, 3, 4], { scale: 0.5 }, { nearest_mode: string('round_prefer_floor') })).toEqual([1, 3]);
    expect(row([1, 2, 3, 4], { scale: 0.5 }, { nearest_mode: string('round_prefer_ceil') })).toEqual([2, 4]);
  });

  it('moves 64-bit integers as they are', () => {
    const x = { kind: 'dense', dtype: 'i64', shape: [1], data: BigInt64Array.of(2n ** 60n + 1n) } as const;
    expect(runLayer('Resize', [x, undefined, undefined, list(2)])[0]!.data).toEqual(BigInt64Array.of(2n ** 60n + 1n, 2n ** 60n + 1n));
  });
});

describe('linear', () => {
  it('by half pixels clamps at the edges', () => near(row([1, 2], { scale: 2 }, mode('linear')), [1, 1.25, 1.75, 2]));
  it('aligns corners', () => near(row([1, 4], { size: 4 }, { ...mode('linear'), ...transform('align_corners') }), [1, 2, 3, 4]));
  it('asymmetric starts at the first element', () => near(row([1, 2], { scale: 2 }, { ...mode('linear'), ...transform('asymmetric') }), [1, 1.5, 2, 2]));
  it('pytorch_half_pixel gives the first element for a single one', () => near(row([1, 2, 3], { size: 1 }, { ...mode('linear'), ...transform('pytorch_half_pixel') }), [1]));
  it('half_pixel_symmetric keeps the centre in the centre', () => {
    // 4 · 0.6 = 2.4, cut to 2: the two samples lie as far from the left as from the right.
    const [a, b] = row([1, 2, 3, 4], { scale: 0.6 }, { ...mode('linear'), ...transform('half_pixel_symmetric') });
    expect(a! + b!).toBeCloseTo(5, 5);
  });

  it('with antialias is a wider triangle', () => {
    // Scale 1/2: the triangle of half-width 2 around 0.5 meets elements 0, 1, 2 (and -1, which is 0 again).
    const weights = [-1, 0, 1, 2].map((i) => 1 - Math.abs(i - 0.5) / 2);
    const total = weights.reduce((a, b) => a + b);
    const want = ((weights[0]! + weights[1]!) * 10 + weights[2]! * 20 + weights[3]! * 30) / total;
    near(row([10, 20, 30, 40], { scale: 0.5 }, { ...mode('linear'), antialias: int(1) }).slice(0, 1), [want]);
    expect(row([1, 2], { scale: 2 }, { ...mode('linear'), antialias: int(1) })).toEqual(row([1, 2], { scale: 2 }, mode('linear')));
  });
});

describe('cubic', () => {
  it('repeats the edge, or leaves it out of the sum', () => {
    // At 0.25 with a = -0.75 the weights of -1, 0, 1, 2 are those of Keys' curve.
    const w = [-0.10546875, 0.87890625, 0.26171875, -0.03515625];
    near(row([1, 2, 3, 4], { scale: 2 }, mode('cubic')).slice(1, 2), [w[0]! + w[1]! + 2 * w[2]! + 3 * w[3]!]);
    near(row([1, 2, 3, 4], { scale: 2 }, { ...mode('cubic'), exclude_outside: int(1) }).slice(1, 2), [(w[1]! + 2 * w[2]! + 3 * w[3]!) / (w[1]! + w[2]! + w[3]!)]);
  });

  it('takes its coefficient', () => {
    // Halfway between elements the outer weights are a/8, the inner ones 0.5 - a/8.
    const y = row([0, 0, 8, 0, 0], { size: 9 }, { ...mode('cubic'), ...transform('align_corners'), cubic_coeff_a: float(-0.5) });
    near([y[1]!, y[3]!, y[4]!], [8 * -0.0625, 8 * 0.5625, 8]);
  });

  it('goes through the elements', () => near(row([3, 1, 4, 1, 5], { size: 5 }, mode('cubic')), [3, 1, 4, 1, 5]));
});

describe('tf_crop_and_resize', () => {
  const crop = transform('tf_crop_and_resize');
  it('looks at a part and fills what is outside', () => {
    near(row([0, 1, 2, 3, 4], { size: 3, roi: [0.25, 0.75] }, { ...mode('linear'), ...crop }), [1, 2, 3]);
    near(row([0, 1, 2], { size: 3, roi: [0.5, 1.5] }, { ...mode('linear'), ...crop, extrapolation_value: float(9) }), [1, 2, 9]);
    near(row([0, 1, 2], { size: 1, roi: [0, 1] }, crop), [1]);
    near(row([0, 1, 2], { size: 3, roi: [0.5, 1.5] }, { ...crop, extrapolation_value: float(9) }), [1, 2, 9]);
  });

  it('fills an element that is outside on one axis alone', () => {
    const y = runLayer('Resize', [counting([2, 2], 1), f32([4], [0, 0, 2, 1]), undefined, list(2, 2)], { ...mode('linear'), ...crop, extrapolation_value: float(7) })[0]!;
    expect(Array.from(y.data as Float32Array)).toEqual([1, 2, 7, 7]);
  });
});

describe('axes and aspect', () => {
  const x = counting([1, 2, 4]);
  it('resizes named axes only', () => {
    const y = runLayer('Resize', [x, undefined, f32([1], [0.5])], { axes: ints(-1), ...transform('asymmetric') })[0]!;
    expect([y.shape, Array.from(y.data as Float32Array)]).toEqual([[1, 2, 2], [0, 2, 4, 6]]);
  });

  it('keeps the aspect ratio', () => {
    const shape = (policy: string): readonly number[] =>
      runLayer('Resize', [x, undefined, undefined, list(6, 6)], { axes: ints(1, 2), keep_aspect_ratio_policy: string(policy) })[0]!.shape;
    expect([shape('not_larger'), shape('not_smaller'), shape('stretch')]).toEqual([[1, 3, 6], [1, 6, 12], [1, 6, 6]]);
  });

  it('needs scales or sizes, one per axis', () => {
    expect(() => runLayer('Resize', [x])).toThrow(/either scales or sizes/);
    expect(() => runLayer('Resize', [x, undefined, f32([2], [1, 1])])).toThrow(/run\.shape/);
  });
});
