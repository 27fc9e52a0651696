
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
export const softplus: Curve = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
export const softsign: Curve = (x) => x / (1 + Math.abs(x));
export const leakyRelu = (alpha: number): Curve => (x) => (x < 0 ? alpha * x : x);
export const hardSigmoid = (alpha: number, beta: number): Curve => (x) => Math.max(0, Math.min(1, alpha * x + beta));
export const hardSwish: Curve = (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5));
export const elu = (alpha: number): Curve => (x) => (x < 0 ? alpha * Math.expm1(x) : x);
export const thresholdedRelu = (alpha: number): Curve => (x) => (x > alpha || Number.isNaN(x) ? x : 0);
export const clip = (low: number, high: number): Curve => (x) => Math.min(high, Math.max(low, x));
export const celu = (alpha: number): Curve => (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
export const selu = (alpha: number, gamma: number): Curve => (x) => gamma * (x > 0 ? x : alpha * Math.expm1(x));
export const exactGelu: Curve = (x) => 0.5 * x * (1 + erf(x / Math.SQRT2));
export const tanhGelu: Curve = (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** To the nearest integer, halves to the even one. */
export const roundEven: Curve = (x) => {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
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
