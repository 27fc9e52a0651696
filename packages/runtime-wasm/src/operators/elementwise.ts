/** Operators that compute each element by itself, from one input. */
import { attribute, type Layer } from '@fretwork/format';
import type { Support } from '../contract.js';
import { curved } from './activation.js';
import {
  celu, elu, erf, exactGelu, hardSigmoid, hardSwish, leakyRelu, relu, roundEven, selu, sigmoid, softplus, softsign, tanh, tanhGelu, thresholdedRelu, type Curve,
} from './curves.js';
import { isFloat, isWide, readable, synced, taken, writable, type Wide } from './elements.js';
import type { Binding, OperatorRow, Step } from './row.js';

const row = (operator: string, curve: (layer: Layer) => Curve, wide?: (x: bigint) => bigint): OperatorRow => ({
  operator,
  prepare: (b) => {
    const [x, y] = [b.node.inputs[0]!, b.node.outputs[0]!];
    if (wide !== undefined && isWide(x.dtype)) {
      const [from, to] = [b.view(x) as Wide, b.view(y) as Wide];
      return () => { for (let i = 0; i < to.length; i++) to[i] = wide(from[i]!); };
    }
    const [from, to] = [readable(b, x), writable(b, y)];
    return synced([from], curved(from.data, to.data, curve(b.node.layer)), [to]);
  },
});

const float = (layer: Layer, name: string, otherwise: number): number => attribute(layer, name, 'float', otherwise);

const geluForm = (layer: Layer): Support => {
  const form = attribute(layer, 'approximate', 'string', 'none');
  return form === 'none' || form === 'tanh' ? { ok: true } : { ok: false, reason: `Gelu approximated by ${form} is not known`, hint: 'approximate is none or tanh' };
};

const infinite = (layer: Layer): Curve => {
  const [above, below] = [attribute(layer, 'detect_positive', 'int', 1) !== 0, attribute(layer, 'detect_negative', 'int', 1) !== 0];
  return (x) => ((x === Infinity && above) || (x === -Infinity && below) ? 1 : 0);
};

/** To another element type: floats are cut towards zero, 64-bit integers kept exact among themselves, to bool is "not zero". */
function cast(b: Binding): Step {
  const [x, y] = [b.node.inputs[0]!, b.node.outputs[0]!];
  if (x.dtype === y.dtype) return taken(b.view(x), b.view(y), Int32Array.from({ length: b.view(x).length }, (_, i) => i), 0);
  if (isWide(x.dtype) && isWide(y.dtype)) {
    const [from, to] = [b.view(x) as Wide, b.view(y) as Wide];
    return () => { for (let i = 0; i < to.length; i++) to[i] = from[i]!; };
  }
  const [from, to] = [readable(b, x), writable(b, y)];
  const [X, Y] = [from.data, to.data];
  const cut = isFloat(x.dtype) && !isFloat(y.dtype);
  const step = y.dtype === 'bool' ? (): void => { for (let i = 0; i < Y.length; i++) Y[i] = X[i] === 0 ? 0 : 1; }
    : cut ? (): void => { for (let i = 0; i < Y.length; i++) Y[i] = Math.trunc(X[i]!); }
      : (): void => { for (let i = 0; i < Y.length; i++) Y[i] = X[i]!; };
  return synced([from], step, [to]);
}

export const ELEMENTWISE: readonly OperatorRow[] = [
  row('Abs', () => Math.abs, (x) => (x < 0n ? -x : x)),
  row('Neg', () => (x) => -x, (x) => -x),
  row('Sign', () => Math.sign, (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n)),
  row('Relu', () => relu, (x) => (x < 0n ? 0n : x)),
  row('Acos', () => Math.acos),
  row('Acosh', () => Math.acosh),
  row('Asin', () => Math.asin),
  row('Asinh', () => Math.asinh),
  row('Atan', () => Math.atan),
  row('Atanh', () => Math.atanh),
  row('Ceil', () => Math.ceil),
  row('Celu', (layer) => celu(float(layer, 'alpha', 1))),
  row('Cos', () => Math.cos),
  row('Cosh', () => Math.cosh),
  row('Elu', (layer) => elu(float(layer, 'alpha', 1))),
  row('Erf', () => erf),
  row('Exp', () => Math.exp),
  row('Floor', () => Math.floor),
  { ...row('Gelu', (layer) => (attribute(layer, 'approximate', 'string', 'none') === 'tanh' ? tanhGelu : exactGelu)), supports: geluForm },
  row('HardSigmoid', (layer) => hardSigmoid(float(layer, 'alpha', 0.2), float(layer, 'beta', 0.5))),
  row('HardSwish', () => hardSwish),
  row('LeakyRelu', (layer) => leakyRelu(float(layer, 'alpha', 0.01))),
  row('Log', () => Math.log),
  row('Mish', () => (x) => x * Math.tanh(softplus(x))),
  row('Reciprocal', () => (x) => 1 / x),
  row('Round', () => roundEven),
  row('Selu', (layer) => selu(float(layer, 'alpha', 1.67326319217681884765625), float(layer, 'gamma', 1.05070102214813232421875))),
  row('Sigmoid', () => sigmoid),
  row('Sin', () => Math.sin),
  row('Sinh', () => Math.sinh),
  row('Softplus', () => softplus),
  row('Softsign', () => softsign),
  row('Sqrt', () => Math.sqrt),
  row('Tan', () => Math.tan),
  row('Tanh', () => tanh),
  row('ThresholdedRelu', (layer) => thresholdedRelu(float(layer, 'alpha', 1))),
  row('IsInf', infinite),
  row('IsNaN', () => (x) => (Number.isNaN(x) ? 1 : 0)),
  row('Not', () => (x) => (x === 0 ? 1 : 0)),
  { operator: 'Cast', prepare: cast },
  { operator: 'CastLike', prepare: cast },
];
