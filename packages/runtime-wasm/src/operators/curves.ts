
/** Functions of one number that more than one operator uses. */
export type Curve = (x: number) => number;

/** 2^-150 … 2^150 */
const POWERS = Float64Array.from({ length: 301 }, (_, i) => 2 ** (i - 150));

/** eˣ to 1e-8, which float32 does not see: 2^k times a short series. Half the time of `Math.exp`. */
export const exp: Curve = (x) => {
  if (!(x > -100 && x < 88)) return Math.exp(x);
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const r = x - k * Math.LN2;
  return POWERS[k + 150]! * (1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r / 5040)))))));
};

export const sigmoid: Curve = (x) => 1 / (1 + exp(-x));

/** To 2e-8 of the result; near 0 by its own series, because 1 - 2 / (e²ˣ + 1) would lose it. */
export const tanh: Curve = (x) => {
  const square = x * x;
  return square < 1e-3 ? x * (1 - square * (1 / 3 - square * (2 / 15))) : 1 - 2 / (exp(2 * x) + 1);
};
export const relu: Curve = (x) => (x < 0 ? 0 : x);
/** To the nearest integer, halves to the even one. */
const roundEven: Curve = (x) => {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + Math.abs(floor % 2) : Math.round(x);
};

/** Below float32's rounding: the series of Abramowitz and Stegun 7.1.6, all terms of one sign; beyond 4 it is ±1 in float32. */
export const erf: Curve = (x) => {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) >= 4.5) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-12; n++) {
    term *= 2 * x * x / (2 * n + 1);
    sum += term;
  }
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
};

const softplus: Curve = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const hard = (x: number): number => Math.max(0, Math.min(1, x));

/** The name of a family of curves, its curve for two numbers, and these with what ONNX says of those that are left out. */
type Family = readonly [name: string, curve: (first: number, second: number) => Curve, numbers?: Readonly<Record<string, number>>];

/** Named as operators and activations of recurrent layers are. */
const FAMILIES: readonly Family[] = [
  ['Affine', (alpha, beta) => (x) => alpha * x + beta, { alpha: 1, beta: 0 }],
  ['Celu', (alpha) => (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha)), { alpha: 1 }],
  ['Clip', (low, high) => (x) => Math.min(high, Math.max(low, x)), { alpha: -Infinity, beta: Infinity }],
  ['Elu', (alpha) => (x) => (x < 0 ? alpha * Math.expm1(x) : x), { alpha: 1 }],
  ['Erf', () => erf],
  ['HardSigmoid', (alpha, beta) => (x) => hard(alpha * x + beta), { alpha: 0.2, beta: 0.5 }],
  ['HardSwish', () => (x) => x * hard(x / 6 + 0.5)],
  ['LeakyRelu', (alpha) => (x) => (x < 0 ? alpha * x : x), { alpha: 0.01 }],
  ['Mish', () => (x) => x * Math.tanh(softplus(x))],
  ['Reciprocal', () => (x) => 1 / x],
  ['Relu', () => relu],
  ['Round', () => roundEven],
  ['ScaledTanh', (alpha, beta) => (x) => alpha * tanh(beta * x), { alpha: 1, beta: 1 }],
  ['Selu', (alpha, gamma) => (x) => gamma * (x > 0 ? x : alpha * Math.expm1(x)), { alpha: 1.67326319217681884765625, gamma: 1.05070102214813232421875 }],
  ['Sigmoid', () => sigmoid],
  ['Softplus', () => softplus],
  ['Softsign', () => (x) => x / (1 + Math.abs(x))],
  ['Tanh', () => tanh],
  ['ThresholdedRelu', (alpha) => (x) => (x > alpha || Number.isNaN(x) ? x : 0), { alpha: 1 }],
];

export const CURVES: readonly string[] = FAMILIES.map(([name]) => name);

/** The curve of that name, in capital or small letters, its numbers as `number` says; undefined where there is none. */
export function curveOf(name: string, number: (key: string, otherwise: number) => number): Curve | undefined {
  const [, curve, numbers = {}] = FAMILIES.find(([own]) => own.toLowerCase() === name.toLowerCase()) ?? [];
  const [first = 0, second = 0] = Object.entries(numbers).map(([key, otherwise]) => number(key, otherwise));
  return curve?.(first, second);
}
