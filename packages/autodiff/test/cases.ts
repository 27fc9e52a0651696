/** Random layers for every row of `GRADIENTS`: sizes small, options varied. */
import { dense, type DenseTensor } from '@fretwork/format';
import { float, int, ints, list, string, type GradientCase } from './one-layer.js';
import type { Random } from './random.js';

type Make = (r: Random) => GradientCase;

/** Away from 0 and from other kinks, so that finite differences mean something: magnitudes 0.05 … 1. */
const apart = (r: Random, shape: readonly number[], scale = 1): DenseTensor => {
  const t = r.tensor(shape);
  return dense('f64', shape, Float64Array.from(t.data as Float64Array, (v) => scale * Math.sign(v) * (0.05 + 0.95 * Math.abs(v))));
};
const positive = (r: Random, shape: readonly number[]): DenseTensor =>
  dense('f64', shape, Float64Array.from(r.tensor(shape).data as Float64Array, (v) => 0.3 + Math.abs(v)));
const fixed = (value: number): DenseTensor => dense('f64', [], Float64Array.of(value));
const bool = (r: Random, shape: readonly number[]): DenseTensor =>
  dense('bool', shape, Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => r.between(0, 1)));
const sizes = (r: Random, rank: number, low = 1, high = 4): number[] => Array.from({ length: rank }, () => r.between(low, high));

const pointwise = (operator: string, attributes: GradientCase['attributes'] = {}, scale = 1): Make => (r) =>
  ({ operator, attributes, inputs: [apart(r, sizes(r, r.between(1, 3)), scale)] });
const onPositive = (operator: string): Make => (r) => ({ operator, inputs: [positive(r, sizes(r, 2))] });

/** Two shapes that broadcast to one. */
const pairOf = (operator: string, second: (r: Random, shape: readonly number[]) => DenseTensor): Make => (r) => {
  const full = sizes(r, 3);
  const thin = (): number[] => full.map((d) => (r.between(0, 2) === 0 ? 1 : d)).slice(r.between(0, 2));
  const [a, b] = r.between(0, 1) === 0 ? [full, thin()] : [thin(), full];
  return { operator, inputs: [r.tensor(a), second(r, b)] };
};

/** Kernel, stride, dilation and pads of `n` axes, and sizes that the window fits into. */
function window(r: Random, n: number): { kernel: number[]; attributes: NonNullable<GradientCase['attributes']>; size: number[] } {
  const [kernel, strides, dilations, pads] = [sizes(r, n, 1, 3), sizes(r, n, 1, 3), sizes(r, n, 1, 2), sizes(r, 2 * n, 0, 2)];
  const size = kernel.map((k, i) => (k - 1) * dilations[i]! + r.between(1, 5));
  return { kernel, size, attributes: { strides: ints(...strides), dilations: ints(...dilations), pads: ints(...pads) } };
}

const conv: Make = (r) => {
  const n = r.pick([1, 2, 2, 2, 3]);
  const { kernel, size, attributes } = window(r, n);
  const group = r.between(1, 3);
  const [perGroup, out] = [r.between(1, 2), group * r.between(1, 2)];
  const auto = r.pick([undefined, undefined, 'SAME_UPPER', 'SAME_LOWER', 'VALID']);
  const { pads: _, dilations: __, ...rest } = attributes;
  return {
    operator: 'Conv',
    attributes: { ...(auto === undefined ? attributes : { ...rest, auto_pad: string(auto) }), group: int(group) },
    inputs: [r.tensor([r.between(1, 2), group * perGroup, ...size]), r.tensor([out, perGroup, ...kernel]), ...(r.between(0, 1) === 0 ? [r.tensor([out])] : [])],
  };
};

const convTranspose: Make = (r) => {
  const n = r.pick([1, 2, 2]);
  const [kernel, strides, dilations] = [sizes(r, n, 1, 3), sizes(r, n, 1, 3), sizes(r, n, 1, 2)];
  const group = r.between(1, 2);
  const [into, out] = [group * r.between(1, 2), r.between(1, 2)];
  const pads = Array.from({ length: 2 * n }, (_, i) => Math.min(r.between(0, 1), (kernel[i % n]! - 1) * dilations[i % n]!));
  return {
    operator: 'ConvTranspose',
    attributes: { strides: ints(...strides), dilations: ints(...dilations), pads: ints(...pads), group: int(group), output_padding: ints(...strides.map((s) => r.between(0, s - 1))) },
    inputs: [r.tensor([r.between(1, 2), into, ...sizes(r, n, 2, 4)]), r.tensor([into, out, ...kernel]), ...(r.between(0, 1) === 0 ? [r.tensor([group * out])] : [])],
  };
};

/** Distinct values, so that no maximum is tied. */
const distinct = (r: Random, shape: readonly number[]): DenseTensor => {
  const count = shape.reduce((a, b) => a * b, 1);
  const order = Array.from({ length: count }, (_, i) => [r.next(), i] as const).sort((a, b) => a[0] - b[0]);
  return dense('f64', shape, Float64Array.from(order, ([, i]) => i / count - 0.5));
};

const pool = (operator: 'MaxPool' | 'AveragePool'): Make => (r) => {
  const n = r.pick([1, 2, 2]);
  const { kernel, size, attributes } = window(r, n);
  const pads = Array.from({ length: 2 * n }, (_, i) => r.between(0, kernel[i % n]! - 1));
  const { dilations, ...rest } = attributes;
  return {
    operator,
    attributes: {
      ...rest, pads: ints(...pads), kernel_shape: ints(...kernel), ceil_mode: int(r.between(0, 1)),
      ...(operator === 'MaxPool' ? { dilations: dilations! } : { count_include_pad: int(r.between(0, 1)) }),
    },
    inputs: [distinct(r, [r.between(1, 2), r.between(1, 2), ...size])],
  };
};

/** Half of them side by side, as most networks pool. */
const maxPool: Make = (r) => {
  if (r.between(0, 1) === 0) return pool('MaxPool')(r);
  const [kh, kw] = [r.between(1, 3), r.between(1, 3)];
  return {
    operator: 'MaxPool', attributes: { kernel_shape: ints(kh, kw), strides: ints(kh, kw) },
    inputs: [distinct(r, [2, 2, kh * r.between(1, 3), kw * r.between(1, 3)])],
  };
};

const matMul: Make = (r) => {
  const [m, k, n, b] = sizes(r, 4) as [number, number, number, number];
  const [left, right] = r.pick([
    [[m, k], [k, n]], [[b, m, k], [k, n]], [[b, m, k], [b, k, n]], [[m, k], [b, k, n]], [[2, b, m, k], [b, k, n]], [[2, 1, m, k], [b, k, n]], [[k], [k, n]], [[m, k], [k]], [[b, m, k], [k]],
  ]);
  return { operator: 'MatMul', inputs: [r.tensor(left!), r.tensor(right!)] };
};

const gemm: Make = (r) => {
  const [m, k, n, transA, transB] = [...sizes(r, 3), r.between(0, 1), r.between(0, 1)] as [number, number, number, number, number];
  const c = r.pick([undefined, [n], [m, n], [m, 1], [1], []]);
  return {
    operator: 'Gemm', attributes: { transA: int(transA), transB: int(transB), alpha: float(0.5), beta: float(1.5) },
    inputs: [r.tensor(transA === 1 ? [k, m] : [m, k]), r.tensor(transB === 1 ? [n, k] : [k, n]), ...(c === undefined ? [] : [r.tensor(c)])],
  };
};

const reduce = (operator: string, make: (r: Random, shape: readonly number[]) => DenseTensor): Make => (r) => {
  const shape = sizes(r, 3);
  const axes = r.pick([undefined, [0], [1, 2], [-1], [0, 1, 2]]);
  return { operator, attributes: { keepdims: int(r.between(0, 1)) }, inputs: [make(r, shape), ...(axes === undefined ? [] : [list(...axes)])] };
};

const recurrent = (operator: 'GRU' | 'LSTM' | 'RNN', gates: number): Make => (r) => {
  const [steps, batch, size, hidden] = [r.between(1, 4), r.between(1, 2), r.between(1, 3), r.between(1, 3)];
  const direction = r.pick(['forward', 'reverse', 'bidirectional']);
  const d = direction === 'bidirectional' ? 2 : 1;
  const state = (): DenseTensor => r.tensor([d, batch, hidden]);
  const bias = r.between(0, 1) === 0 ? undefined : r.tensor([d, 2 * gates * hidden]);
  const states = r.between(0, 1) === 0 ? [] : [undefined, state(), ...(operator === 'LSTM' ? [state()] : [])];
  const outputs = operator === 'LSTM' ? 3 : 2;
  return {
    operator, outputs, of: r.between(0, outputs - 1),
    attributes: { hidden_size: int(hidden), direction: string(direction), ...(operator === 'GRU' ? { linear_before_reset: int(r.between(0, 1)) } : {}) },
    inputs: [r.tensor([steps, batch, size]), r.tensor([d, gates * hidden, size]), r.tensor([d, gates * hidden, hidden]), ...(bias === undefined && states.length === 0 ? [] : [bias]), ...states],
  };
};

const along = (operator: string): Make => (r) => ({ operator, attributes: { axis: int(r.pick([-1, 0, 1])) }, inputs: [r.tensor(sizes(r, 3))] });

/** Slices of one axis: start, end, step, also negative and out of range. */
const slice: Make = (r) => {
  const shape = sizes(r, 3, 2, 6);
  const axis = r.between(0, 2);
  const size = shape[axis]!;
  const step = r.pick([1, 2, 3, -1, -2]);
  const [start, end] = step > 0 ? [r.pick([0, 1, -size]), r.pick([size, size + 5, -1 + size])] : [r.pick([size - 1, -1, size + 3]), r.pick([0, -size - 5])];
  return { operator: 'Slice', inputs: [r.tensor(shape), list(start, 0), list(end, 99), list(axis - 3, (axis + 1) % 3), list(step, 1)] };
};

export const CASES: Readonly<Record<string, Make>> = {
  Identity: pointwise('Identity'), Relu: pointwise('Relu'), LeakyRelu: pointwise('LeakyRelu', { alpha: float(0.1) }), Sigmoid: pointwise('Sigmoid'),
  Tanh: pointwise('Tanh'), HardSigmoid: pointwise('HardSigmoid', { alpha: float(0.5) }, 1.7), HardSwish: pointwise('HardSwish', {}, 4.1),
  ThresholdedRelu: pointwise('ThresholdedRelu', { alpha: float(0.04) }), Elu: pointwise('Elu', { alpha: float(0.7) }), Selu: pointwise('Selu'),
  Softplus: pointwise('Softplus'), Softsign: pointwise('Softsign'), Gelu: pointwise('Gelu'), Abs: pointwise('Abs'), Neg: pointwise('Neg'), Exp: pointwise('Exp'),
  Erf: pointwise('Erf'), Sin: pointwise('Sin'), Cos: pointwise('Cos'), Log: onPositive('Log'), Sqrt: onPositive('Sqrt'), Reciprocal: onPositive('Reciprocal'),
  Clip: (r) => ({ operator: 'Clip', inputs: [apart(r, sizes(r, 3), 2), r.pick([undefined, fixed(0)]), fixed(1.013)], fixed: [1, 2] }),
  Add: pairOf('Add', (r, s) => r.tensor(s)), Sub: pairOf('Sub', (r, s) => r.tensor(s)), Mul: pairOf('Mul', (r, s) => r.tensor(s)), Div: pairOf('Div', positive),
  Pow: (r) => ({ operator: 'Pow', inputs: [positive(r, sizes(r, 2)), fixed(r.pick([2, 3, 0.5]))], fixed: [1] }),
  PRelu: (r) => { const [n, c, h] = sizes(r, 3) as [number, number, number]; return { operator: 'PRelu', inputs: [apart(r, [n, c, h]), r.tensor(r.pick([[c, 1], [1], [c, h]]))] }; },
  Sum: (r) => ({ operator: 'Sum', inputs: [r.tensor([2, 3]), r.tensor([3]), r.tensor([2, 1])] }),
  Where: (r) => ({ operator: 'Where', inputs: [bool(r, [2, 3]), r.tensor([3]), r.tensor([2, 1])] }),
  Conv: conv, ConvTranspose: convTranspose, MatMul: matMul, Gemm: gemm,
  LayerNormalization: (r) => { const [a, b, c] = sizes(r, 3, 2) as [number, number, number]; return { operator: 'LayerNormalization', attributes: { axis: int(r.pick([-1, 1, 2])) }, inputs: [r.tensor([a, b, c]), r.tensor([c]), r.tensor([c])] }; },
  BatchNormalization: (r) => { const [n, c, h] = sizes(r, 3, 2) as [number, number, number]; return { operator: 'BatchNormalization', fixed: [3, 4], inputs: [r.tensor(r.pick([[n, c], [n, c, h], [n, c, h, 2]])), r.tensor([c]), r.tensor([c]), r.tensor([c]), positive(r, [c])] }; },
  Dropout: (r) => ({ operator: 'Dropout', inputs: [r.tensor(sizes(r, 2)), fixed(0.25)], fixed: [1] }),
  MaxPool: maxPool, AveragePool: pool('AveragePool'),
  GlobalAveragePool: (r) => ({ operator: 'GlobalAveragePool', inputs: [r.tensor(sizes(r, 4))] }),
  GlobalMaxPool: (r) => ({ operator: 'GlobalMaxPool', inputs: [distinct(r, sizes(r, 4))] }),
  Reshape: (r) => ({ operator: 'Reshape', inputs: [r.tensor([2, 3, 4]), list(...r.pick([[4, -1], [0, 12], [24]]))] }),
  Flatten: (r) => ({ operator: 'Flatten', attributes: { axis: int(r.between(0, 3)) }, inputs: [r.tensor(sizes(r, 3))] }),
  Squeeze: (r) => ({ operator: 'Squeeze', inputs: [r.tensor([2, 1, 3]), list(1)] }),
  Unsqueeze: (r) => ({ operator: 'Unsqueeze', inputs: [r.tensor([2, 3]), list(0, -1)] }),
  Transpose: (r) => ({ operator: 'Transpose', ...r.pick([{}, { attributes: { perm: ints(1, 2, 0) } }, { attributes: { perm: ints(0, 2, 1) } }]), inputs: [r.tensor(sizes(r, 3))] }),
  Concat: (r) => ({ operator: 'Concat', attributes: { axis: int(r.pick([1, -2])) }, inputs: [r.tensor([2, 1, 3]), r.tensor([2, 2, 3]), r.tensor([2, 3, 3])] }),
  Split: (r) => ({ operator: 'Split', outputs: 2, of: r.between(0, 1), attributes: { axis: int(1) }, inputs: [r.tensor([2, 5]), list(2, 3)] }),
  Slice: slice,
  Pad: (r) => ({ operator: 'Pad', fixed: [2], inputs: [r.tensor([3, 4]), ...r.pick([[list(1, 0, 2, -1), fixed(0.5)], [list(1, 2), fixed(0), list(-1)]])] }),
  Expand: (r) => ({ operator: 'Expand', inputs: [r.tensor(r.pick([[1, 3], [3], [2, 1]])), list(4, 2, 3)] }),
  Cast: (r) => ({ operator: 'Cast', attributes: { to: int(11) }, inputs: [r.tensor([2, 3])] }),
  ScatterND: (r) => ({ operator: 'ScatterND', inputs: [r.tensor([4, 3, 2]), ...r.pick([[dense('i64', [2, 1], BigInt64Array.of(2n, 0n)), r.tensor([2, 3, 2])], [dense('i64', [2, 2], BigInt64Array.of(3n, 1n, 0n, 2n)), r.tensor([2, 2])]])] }),
  Gather: (r) => ({ operator: 'Gather', attributes: { axis: int(r.between(0, 2)) }, inputs: [r.tensor([3, 4, 3]), r.pick([list(0, 2, 0, -1), dense('i64', [], BigInt64Array.of(1n)), dense('i64', [2, 2], BigInt64Array.of(0n, 1n, 2n, 1n))])] }),
  ReduceSum: reduce('ReduceSum', (r, s) => r.tensor(s)), ReduceMean: reduce('ReduceMean', (r, s) => r.tensor(s)), ReduceSumSquare: reduce('ReduceSumSquare', (r, s) => r.tensor(s)),
  ReduceL2: reduce('ReduceL2', apart), ReduceMax: reduce('ReduceMax', distinct), ReduceMin: reduce('ReduceMin', distinct),
  Softmax: along('Softmax'), LogSoftmax: along('LogSoftmax'),
  GRU: recurrent('GRU', 3), LSTM: recurrent('LSTM', 4), RNN: recurrent('RNN', 1),
};
