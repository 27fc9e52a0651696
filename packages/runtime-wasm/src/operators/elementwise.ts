/** Operators that compute each element by itself, from one input. */
import { ONNX_DTYPES, type Layer } from '@fretwork/format';
import type { Support } from '../contract.js';
import { curved } from './activation.js';
import { float, int, text } from './attributes.js';
import { curveOf, CURVES, erf, relu, type Curve } from './curves.js';
import { copied, isFloat, isWide, onNumbers } from './elements.js';
import type { Binding, OperatorRow, Step } from './row.js';
import { inputOf, misfit } from './shapes.js';

const through = (b: Binding, curve: Curve, exact = false): Step => onNumbers(b, ([from], [to]) => curved(from, to, curve), b.node.inputs.slice(0, 1), b.node.outputs, exact);

const row = (operator: string, curve: (layer: Layer) => Curve, wide?: (x: bigint) => bigint): OperatorRow => ({
  operator,
  prepare: (b) => (wide !== undefined && isWide(b.node.inputs[0]!.dtype) ? through(b, wide as unknown as Curve, true) : through(b, curve(b.node.layer))),
});

const geluForm = (layer: Layer): Support => {
  const form = text(layer, 'approximate', 'none');
  return form === 'none' || form === 'tanh' ? { ok: true } : { ok: false, reason: `Gelu approximated by ${form} is not known`, hint: 'approximate is none or tanh' };
};

const gelu = (layer: Layer): Curve => (text(layer, 'approximate', 'none') === 'tanh'
  ? (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
  : (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)));

const infinite = (layer: Layer): Curve => {
  const above = int(layer, 'detect_positive', 1) !== 0;
  const below = int(layer, 'detect_negative', 1) !== 0;
  return (x) => ((x === Infinity && above) || (x === -Infinity && below) ? 1 : 0);
};

/** To another element type: floats are cut towards zero, 64-bit integers kept exact among themselves, to bool is "not zero". */
function cast(b: Binding): Step {
  const x = b.node.inputs[0]!;
  const y = b.node.outputs[0]!;
  // One 64-bit type set into the other wraps around.
  if (x.dtype === y.dtype || (isWide(x.dtype) && isWide(y.dtype))) return copied(b, x, y);
  return through(b, y.dtype === 'bool' ? (v) => (v === 0 ? 0 : 1) : isFloat(x.dtype) && !isFloat(y.dtype) ? Math.trunc : (v) => v);
}

/** Those that are operators with nothing to add. */
const OF_CURVES = CURVES.filter((name) => !['Affine', 'Clip', 'Relu', 'ScaledTanh'].includes(name));

/** Functions of Math that are operators of the same name. */
const OF_MATH = ['Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Exp', 'Floor', 'Log', 'Sin', 'Sinh', 'Sqrt', 'Tan'];

export const ELEMENTWISE: readonly OperatorRow[] = [
  ...OF_MATH.map((operator) => row(operator, () => Math[operator.toLowerCase() as 'acos'])),
  row('Abs', () => Math.abs, (x) => (x < 0n ? -x : x)),
  row('Neg', () => (x) => -x, (x) => -x),
  row('Sign', () => Math.sign, (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n)),
  row('Relu', () => relu, (x) => (x < 0n ? 0n : x)),
  ...OF_CURVES.map((operator) => row(operator, (layer) => curveOf(operator, (key, otherwise) => float(layer, key, otherwise))!)),
  { ...row('Gelu', gelu), supports: geluForm },
  { ...row('IsInf', infinite), dtypes: () => ['bool'] },
  { ...row('IsNaN', () => (x) => (Number.isNaN(x) ? 1 : 0)), dtypes: () => ['bool'] },
  row('Not', () => (x) => (x === 0 ? 1 : 0)),
  { operator: 'Cast', dtypes: ({ layer }) => [ONNX_DTYPES.get(int(layer, 'to', 0)) ?? misfit('an element type', undefined)], prepare: cast },
  { operator: 'CastLike', dtypes: (given) => [inputOf(given, 1).dtype], prepare: cast },
];
