/** Operators that compute each element by itself, from one input. */
import { ONNX_DTYPES, type Layer } from '@fretwork/format';
import type { Support } from '../contract.js';
import { curved } from './activation.js';
import { float, int, text } from './attributes.js';
import {
  celu, elu, erf, exactGelu, hardSigmoid, hardSwish, leakyRelu, relu, roundEven, selu, sigmoid, softplus, softsign, tanh, tanhGelu, thresholdedRelu, type Curve,
} from './curves.js';
import { copied, isFloat, isWide, readable, synced, writable, type Wide } from './elements.js';
import type { Binding, OperatorRow, Step } from './row.js';
import { inputOf, misfit } from './shapes.js';

function through(b: Binding, curve: Curve): Step {
  const [from, to] = [readable(b, b.node.inputs[0]!), writable(b, b.node.outputs[0]!)];
  return synced([from], curved(from.data, to.data, curve), [to]);
}

const row = (operator: string, curve: (layer: Layer) => Curve, wide?: (x: bigint) => bigint): OperatorRow => ({
  operator,
  prepare: (b) => {
    const [x, y] = [b.node.inputs[0]!, b.node.outputs[0]!];
    if (wide !== undefined && isWide(x.dtype)) {
      const [from, to] = [b.view(x) as Wide, b.view(y) as Wide];
      return () => { for (let i = 0; i < to.length; i++) to[i] = wide(from[i]!); };
    }
    return through(b, curve(b.node.layer));
  },
});

const geluForm = (layer: Layer): Support => {
  const form = text(layer, 'approximate', 'none');
  return form === 'none' || form === 'tanh' ? { ok: true } : { ok: false, reason: `Gelu approximated by ${form} is not known`, hint: 'approximate is none or tanh' };
};

const infinite = (layer: Layer): Curve => {
  const [above, below] = [int(layer, 'detect_positive', 1) !== 0, int(layer, 'detect_negative', 1) !== 0];
  return (x) => ((x === Infinity && above) || (x === -Infinity && below) ? 1 : 0);
};

/** To another element type: floats are cut towards zero, 64-bit integers kept exact among themselves, to bool is "not zero". */
function cast(b: Binding): Step {
  const [x, y] = [b.node.inputs[0]!, b.node.outputs[0]!];
  // One 64-bit type set into the other wraps around.
  if (x.dtype === y.dtype || (isWide(x.dtype) && isWide(y.dtype))) return copied(b, x, y);
  return through(b, y.dtype === 'bool' ? (v) => (v === 0 ? 0 : 1) : isFloat(x.dtype) && !isFloat(y.dtype) ? Math.trunc : (v) => v);
}

/** Functions of Math that are operators of the same name. */
const OF_MATH = ['Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Exp', 'Floor', 'Log', 'Sin', 'Sinh', 'Sqrt', 'Tan'];

export const ELEMENTWISE: readonly OperatorRow[] = [
  ...OF_MATH.map((operator) => row(operator, () => Math[operator.toLowerCase() as 'acos'])),
  row('Abs', () => Math.abs, (x) => (x < 0n ? -x : x)),
  row('Neg', () => (x) => -x, (x) => -x),
  row('Sign', () => Math.sign, (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n)),
  row('Relu', () => relu, (x) => (x < 0n ? 0n : x)),
  row('Celu', (layer) => celu(float(layer, 'alpha', 1))),
  row('Elu', (layer) => elu(float(layer, 'alpha', 1))),
  row('Erf', () => erf),
  { ...row('Gelu', (layer) => (text(layer, 'approximate', 'none') === 'tanh' ? tanhGelu : exactGelu)), supports: geluForm },
  row('HardSigmoid', (layer) => hardSigmoid(float(layer, 'alpha', 0.2), float(layer, 'beta', 0.5))),
  row('HardSwish', () => hardSwish),
  row('LeakyRelu', (layer) => leakyRelu(float(layer, 'alpha', 0.01))),
  row('Mish', () => (x) => x * Math.tanh(softplus(x))),
  row('Reciprocal', () => (x) => 1 / x),
  row('Round', () => roundEven),
  row('Selu', (layer) => selu(float(layer, 'alpha', 1.67326319217681884765625), float(layer, 'gamma', 1.05070102214813232421875))),
  row('Sigmoid', () => sigmoid),
  row('Softplus', () => softplus),
  row('Softsign', () => softsign),
  row('Tanh', () => tanh),
  row('ThresholdedRelu', (layer) => thresholdedRelu(float(layer, 'alpha', 1))),
  { ...row('IsInf', infinite), dtypes: () => ['bool'] },
  { ...row('IsNaN', () => (x) => (Number.isNaN(x) ? 1 : 0)), dtypes: () => ['bool'] },
  row('Not', () => (x) => (x === 0 ? 1 : 0)),
  { operator: 'Cast', dtypes: ({ layer }) => [ONNX_DTYPES.get(int(layer, 'to', 0)) ?? misfit('an element type as attribute to', undefined)], prepare: cast },
  { operator: 'CastLike', dtypes: (given) => [inputOf(given, 1).dtype], prepare: cast },
];
