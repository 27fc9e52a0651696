import { describe, expect, it } from 'vitest';
import { f32, float, i64, runLayer, string, tensor, valuesOf } from '../../test/one-layer.js';
import { erf } from './erf.js';

describe('the error function', () => {
  it.each([
    [0, 0], [0.5, 0.5204998778130465], [-1, -0.8427007929497149], [2, 0.9953222650189527], [3.5, 0.9999992569016276],
    [5.9, 1], [1e-10, 1.1283791670955126e-10], [Infinity, 1],
  ])('of %d', (x, y) => expect(erf(x)).toBeCloseTo(y, 14));

  it('keeps NaN', () => expect(erf(NaN)).toBeNaN());
});

describe('curves', () => {
  const at = (operator: string, xs: number[], attributes = {}): number[] => valuesOf(operator, [f32([xs.length], xs)], attributes);
  it.each<[string, number[], number[]]>([
    ['Round', [0.5, 1.5, 2.5, -0.5, -1.5, 2.4], [0, 2, 2, -0, -2, 2]],
    ['Ceil', [0.2, -0.2, 3], [1, -0, 3]],
    ['Floor', [0.2, -0.2, 3], [0, -1, 3]],
    ['Relu', [-1, 0, 2], [0, 0, 2]],
    ['HardSwish', [-4, 0, 1.5, 4], [-0, 0, 1.125, 4]],
    ['Softsign', [-1, 3], [-0.5, 0.75]],
    ['Reciprocal', [4, -0.5], [0.25, -2]],
    ['ThresholdedRelu', [0.5, 1, 1.5], [0, 0, 1.5]],
    ['LeakyRelu', [-100, 1], [-1, 1]],
    ['Sign', [-3, 0, 9], [-1, 0, 1]],
    ['Sqrt', [9, 0.25], [3, 0.5]],
  ])('%s', (operator, xs, ys) => {
    at(operator, xs).forEach((y, i) => expect(y).toBeCloseTo(ys[i]!, 6));
  });

  it.each<[string, (x: number) => number]>([
    ['Acos', Math.acos], ['Acosh', Math.acosh], ['Asin', Math.asin], ['Asinh', Math.asinh], ['Atan', Math.atan], ['Atanh', Math.atanh],
    ['Cos', Math.cos], ['Cosh', Math.cosh], ['Exp', Math.exp], ['Log', Math.log], ['Sin', Math.sin], ['Sinh', Math.sinh],
    ['Tan', Math.tan], ['Tanh', Math.tanh], ['Sigmoid', (x) => 1 / (1 + Math.exp(-x))], ['Softplus', (x) => Math.log(1 + Math.exp(x))],
    ['Elu', (x) => (x < 0 ? Math.exp(x) - 1 : x)], ['Celu', (x) => Math.max(0, x) + Math.min(0, Math.exp(x) - 1)],
    ['Mish', (x) => x * Math.tanh(Math.log(1 + Math.exp(x)))], ['Selu', (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.exp(x) - 1))],
    ['HardSigmoid', (x) => Math.max(0, Math.min(1, 0.2 * x + 0.5))],
  ])('%s is rounded once', (operator, f) => {
    const xs = operator === 'Acosh' ? [1.25, 1.5, 30] : [-0.75, 0.25, 0.9];
    const stored = Float32Array.from(xs);
    const close = at(operator, xs);
    stored.forEach((x, i) => {
      const y = f(x);
      if (Number.isNaN(y)) expect(close[i]).toBeNaN();
      else expect(close[i]! / y).toBeCloseTo(1, 6);
    });
  });

  it('Gelu, exact and by tanh', () => {
    expect(at('Gelu', [1])[0]).toBeCloseTo(0.8413447, 6);
    expect(at('Gelu', [1], { approximate: string('tanh') })[0]).toBeCloseTo(0.841192, 6);
  });

  it('read their attributes', () => {
    expect(at('LeakyRelu', [-2], { alpha: float(0.5) })).toEqual([-1]);
    expect(at('HardSigmoid', [1, 9], { alpha: float(0.25), beta: float(0.5) })).toEqual([0.75, 1]);
  });

  it('do not overflow where the result is finite', () => {
    expect(at('Softplus', [1000, -1000])).toEqual([1000, 0]);
    expect(at('Sigmoid', [-1000, 1000])).toEqual([0, 1]);
  });
});

describe('element types', () => {
  it('f16 is computed in float64 and rounded once', () => {
    // sqrt(2) to binary16 is 0x3da8; the input is 2 = 0x4000.
    expect(valuesOf('Sqrt', [tensor('f16', [1], [0x4000])])).toEqual([0x3da8]);
  });

  it('integers wrap around, in every width', () => {
    expect(valuesOf('Neg', [tensor('i8', [2], [-128, 5])])).toEqual([-128, -5]);
    expect(valuesOf('Abs', [tensor('i32', [1], [-2147483648])])).toEqual([-2147483648]);
    expect(runLayer('Abs', [i64([2], [-(2n ** 63n), -(2n ** 62n) - 1n])])[0]!.data).toEqual(BigInt64Array.of(-(2n ** 63n), 2n ** 62n + 1n));
  });

  it('curves refuse integers', () => expect(() => runLayer('Exp', [tensor('i32', [1], [1])])).toThrow(/run\.dtype/));
});

describe('questions', () => {
  it('IsNaN, IsInf, Not', () => {
    const x = f32([3], [NaN, -Infinity, Infinity]);
    expect(valuesOf('IsNaN', [x])).toEqual([1, 0, 0]);
    expect(valuesOf('IsInf', [x])).toEqual([0, 1, 1]);
    expect(valuesOf('IsInf', [x], { detect_negative: { type: 'int', value: 0 } })).toEqual([0, 0, 1]);
    expect(valuesOf('Not', [tensor('bool', [2], [1, 0])])).toEqual([0, 1]);
  });
});
