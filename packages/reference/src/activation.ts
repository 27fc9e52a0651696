import { type Activation, type DenseTensor } from '@fretwork/format';
import { floatsOf, fromNumbers, numbersOf } from './tensor/elements.js';

export type Curve = (x: number) => number;

export const sigmoid: Curve = (x) => 1 / (1 + Math.exp(-x));
export const relu: Curve = (x) => (x < 0 ? 0 : x);
export const softplus: Curve = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
export const softsign: Curve = (x) => x / (1 + Math.abs(x));
export const leakyRelu = (alpha: number): Curve => (x) => (x < 0 ? alpha * x : x);
export const hardSigmoid = (alpha: number, beta: number): Curve => (x) => Math.max(0, Math.min(1, alpha * x + beta));
export const hardSwish: Curve = (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5));
export const elu = (alpha: number): Curve => (x) => (x < 0 ? alpha * Math.expm1(x) : x);
export const thresholdedRelu = (alpha: number): Curve => (x) => (x > alpha || Number.isNaN(x) ? x : 0);
export const clip = (low: number, high: number): Curve => (x) => Math.min(high, Math.max(low, x));

/** The fused activations; ONNX's defaults where the numbers are left out. */
const FUSED: { readonly [K in Activation['kind']]: (a: Activation) => Curve } = {
  relu: () => relu,
  clip: ({ alpha = -Infinity, beta = Infinity }) => clip(alpha, beta),
  'leaky-relu': ({ alpha = 0.01 }) => leakyRelu(alpha),
  sigmoid: () => sigmoid,
  tanh: () => Math.tanh,
  'hard-sigmoid': ({ alpha = 0.2, beta = 0.5 }) => hardSigmoid(alpha, beta),
  'hard-swish': () => hardSwish,
};

/** `tensor` with a fused activation applied to what was stored. Throws `run.dtype` for curves of integers. */
export function activated(tensor: DenseTensor, activation: Activation): DenseTensor {
  const piecewise = activation.kind === 'relu' || activation.kind === 'clip';
  const values = piecewise ? numbersOf(tensor) : floatsOf(tensor);
  return fromNumbers(tensor.dtype, tensor.shape, mapped(values, FUSED[activation.kind](activation)));
}

/** `curve` of each value, in float64. */
export function mapped(values: ArrayLike<number>, curve: Curve): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = curve(values[i]!);
  return out;
}
