/** Operators that combine elements of several inputs, with broadcasting. */
import { attribute, elementCount, type DenseTensor } from '@fretwork/format';
import { mapped } from '../activation.js';
import type { OperatorCall, OperatorRow } from '../contract.js';
import {
  commonDType, fromBigints, fromNumbers, isFloat, isWide, numbersOf, toBigints, toDoubles,
} from '../tensor/elements.js';
import { broadcastMap, broadcastShape } from '../tensor/index-map.js';
import { ADD, combine, DIV, MAX, MIN, MODULO, MUL, REMAINDER, SUB, type Arithmetic } from './arithmetic.js';

const binary = (operator: string, operation: Arithmetic): OperatorRow => ({
  operator, run: (call) => [combine(operation, call.dense(0), call.dense(1))],
});

/** Inputs folded from the left; floats in float64 and rounded once, after `finish`. */
const variadic = (
  operator: string, operation: Arithmetic, finish: (folded: number, count: number) => number = (folded) => folded,
): OperatorRow => ({
  operator,
  run: (call) => {
    const inputs = Array.from({ length: call.inputCount }, (_, i) => call.dense(i));
    const dtype = commonDType(inputs);
    if (!isFloat(dtype)) return [inputs.reduce((a, b) => combine(operation, a, b))];
    const doubles = inputs.map((t): DenseTensor => ({ kind: 'dense', dtype: 'f64', shape: t.shape, data: toDoubles(t) }));
    const folded = doubles.reduce((a, b) => combine(operation, a, b));
    return [fromNumbers(dtype, folded.shape, mapped(numbersOf(folded), (x) => finish(x, inputs.length)))];
  },
});

function pow(call: OperatorCall): readonly DenseTensor[] {
  const [base, exponent] = [call.dense(0), call.dense(1)];
  const shape = broadcastShape([base.shape, exponent.shape]);
  const [atBase, atExponent] = [broadcastMap(base.shape, shape), broadcastMap(exponent.shape, shape)];
  const count = elementCount(shape);
  if (!isFloat(base.dtype) && !isFloat(exponent.dtype)) {
    const [b, e] = [toBigints(base), toBigints(exponent)];
    return [fromBigints(base.dtype, shape, Array.from({ length: count }, (_, i) => integerPower(b[atBase[i]!]!, e[atExponent[i]!]!)))];
  }
  const [b, e] = [toDoubles(base), toDoubles(exponent)];
  return [fromNumbers(base.dtype, shape, Float64Array.from({ length: count }, (_, i) => b[atBase[i]!]! ** e[atExponent[i]!]!))];
}

/** Low 64 bits of base^exponent, by squaring; a negative exponent gives the fraction cut towards zero. */
function integerPower(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) return base === 1n ? 1n : base === -1n ? (exponent % 2n === 0n ? 1n : -1n) : 0n;
  let power = 1n;
  let square = base;
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) power = BigInt.asIntN(64, power * square);
    square = BigInt.asIntN(64, square * square);
  }
  return power;
}

/** min(high, max(low, x)): where low is above high, high wins. NaN stays. */
function clip(call: OperatorCall): readonly DenseTensor[] {
  const [x, low, high] = [call.dense(0), call.optional(1), call.optional(2)];
  const raised = low === undefined ? x : combine(MAX, x, low);
  return [high === undefined ? raised : combine(MIN, raised, high)];
}

/** `slope` is broadcast to the shape of x, never the other way round. */
function prelu(call: OperatorCall): readonly DenseTensor[] {
  const [x, slope] = [call.dense(0), call.dense(1)];
  const at = broadcastMap(slope.shape, x.shape);
  commonDType([x, slope]);
  if (isWide(x.dtype)) {
    const s = toBigints(slope);
    return [fromBigints(x.dtype, x.shape, toBigints(x).map((v, i) => (v < 0n ? v * s[at[i]!]! : v)))];
  }
  const [values, slopes] = [numbersOf(x), numbersOf(slope)];
  return [fromNumbers(x.dtype, x.shape, Float64Array.from(values, (v, i) => (v < 0 ? v * slopes[at[i]!]! : v)))];
}

export const BINARY: readonly OperatorRow[] = [
  binary('Add', ADD),
  binary('Sub', SUB),
  binary('Mul', MUL),
  binary('Div', DIV),
  { operator: 'Clip', run: clip },
  {
    operator: 'Mod',
    run: (call) => [combine(attribute(call.layer, 'fmod', 'int', 0) === 0 ? MODULO : REMAINDER, call.dense(0), call.dense(1))],
  },
  { operator: 'Pow', run: pow },
  { operator: 'PRelu', run: prelu },
  variadic('Max', MAX),
  variadic('Min', MIN),
  variadic('Sum', ADD),
  variadic('Mean', ADD, (sum, count) => sum / count),
];

