/** Operators that compute each element by itself. */
import { attribute, type Layer } from '@fretwork/format';
import {
  elu, hardSigmoid, hardSwish, leakyRelu, mapped, relu, sigmoid, softplus, softsign, thresholdedRelu, type Curve,
} from '../activation.js';
import type { OperatorRow, Support } from '../contract.js';
import { erf } from './erf.js';
import { floatsOf, fromBigints, fromNumbers, isWide, numbersOf, toBigints } from '../tensor/elements.js';

/** A row for floats alone; `curve` may read attributes. */
const floats = (operator: string, curve: (layer: Layer) => Curve, check?: (layer: Layer) => Support): OperatorRow => ({
  operator,
  ...(check === undefined ? {} : { supports: check }),
  run: (call) => {
    const x = call.dense(0);
    return [fromNumbers(x.dtype, x.shape, mapped(floatsOf(x), curve(call.layer)))];
  },
});

/** A row for all numbers; `wide` is the same on 64-bit integers. */
const numbers = (operator: string, curve: Curve, wide: (x: bigint) => bigint): OperatorRow => ({
  operator,
  run: (call) => {
    const x = call.dense(0);
    if (isWide(x.dtype)) return [fromBigints(x.dtype, x.shape, toBigints(x).map(wide))];
    return [fromNumbers(x.dtype, x.shape, mapped(numbersOf(x), curve))];
  },
});

/** A row that asks something of each element. */
const question = (operator: string, holds: (layer: Layer) => (x: number) => boolean): OperatorRow => ({
  operator,
  run: (call) => {
    const x = call.dense(0);
    const ask = holds(call.layer);
    return [fromNumbers('bool', x.shape, mapped(numbersOf(x), (v) => (ask(v) ? 1 : 0)))];
  },
});

const float = (layer: Layer, name: string, otherwise: number): number => attribute(layer, name, 'float', otherwise);

/** To the nearest integer, halves to the even one. */
export function roundEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

const selu = (alpha: number, gamma: number): Curve => (x) => gamma * (x > 0 ? x : alpha * Math.expm1(x));
const celu = (alpha: number): Curve => (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
const exactGelu: Curve = (x) => 0.5 * x * (1 + erf(x / Math.SQRT2));
const tanhGelu: Curve = (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

const infinite = (layer: Layer) => (x: number): boolean =>
  (x === Infinity && attribute(layer, 'detect_positive', 'int', 1) !== 0)
  || (x === -Infinity && attribute(layer, 'detect_negative', 'int', 1) !== 0);

const geluForm = (layer: Layer): Support => {
  const form = attribute(layer, 'approximate', 'string', 'none');
  return form === 'none' || form === 'tanh' ? { ok: true }
    : { ok: false, reason: `Gelu approximated by ${form} is not known`, hint: 'approximate is none or tanh' };
};

export const UNARY: readonly OperatorRow[] = [
  numbers('Abs', Math.abs, (x) => (x < 0n ? -x : x)),
  numbers('Neg', (x) => -x, (x) => -x),
  numbers('Sign', Math.sign, (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n)),
  numbers('Relu', relu, (x) => (x < 0n ? 0n : x)),
  floats('Acos', () => Math.acos),
  floats('Acosh', () => Math.acosh),
  floats('Asin', () => Math.asin),
  floats('Asinh', () => Math.asinh),
  floats('Atan', () => Math.atan),
  floats('Atanh', () => Math.atanh),
  floats('Ceil', () => Math.ceil),
  floats('Celu', (layer) => celu(float(layer, 'alpha', 1))),
  floats('Cos', () => Math.cos),
  floats('Cosh', () => Math.cosh),
  floats('Elu', (layer) => elu(float(layer, 'alpha', 1))),
  floats('Erf', () => erf),
  floats('Exp', () => Math.exp),
  floats('Floor', () => Math.floor),
  floats('Gelu', (layer) => (attribute(layer, 'approximate', 'string', 'none') === 'tanh' ? tanhGelu : exactGelu), geluForm),
  floats('HardSigmoid', (layer) => hardSigmoid(float(layer, 'alpha', 0.2), float(layer, 'beta', 0.5))),
  floats('HardSwish', () => hardSwish),
  floats('LeakyRelu', (layer) => leakyRelu(float(layer, 'alpha', 0.01))),
  floats('Log', () => Math.log),
  floats('Mish', () => (x) => x * Math.tanh(softplus(x))),
  floats('Reciprocal', () => (x) => 1 / x),
  floats('Round', () => roundEven),
  floats('Selu', (layer) => selu(float(layer, 'alpha', 1.67326319217681884765625), float(layer, 'gamma', 1.05070102214813232421875))),
  floats('Sigmoid', () => sigmoid),
  floats('Sin', () => Math.sin),
  floats('Sinh', () => Math.sinh),
  floats('Softplus', () => softplus),
  floats('Softsign', () => softsign),
  floats('Sqrt', () => Math.sqrt),
  floats('Tan', () => Math.tan),
  floats('Tanh', () => Math.tanh),
  floats('ThresholdedRelu', (layer) => thresholdedRelu(float(layer, 'alpha', 1))),
  question('IsInf', infinite),
  question('IsNaN', () => Number.isNaN),
  question('Not', () => (x) => x === 0),
];
