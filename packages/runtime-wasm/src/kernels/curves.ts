/** Functions of four floats at a time, for kernels. Errors are those of float32, about 1e-7; NaN stays NaN. */
import type { Code, Local } from '../assembler/code.js';

/** Added to a number below 2^22 it leaves the nearest integer in the lowest bits. */
const ROUNDING = 1.5 * 2 ** 23;
/** ln 2 in two parts, of which the first times a small integer is exact. */
const LN2 = [0.693359375, Math.LN2 - 0.693359375] as const;

/** value = e^value, for values of -87 to 87: 2^k times a series of what is left. */
export function exponential(code: Code, value: Local): void {
  const [rounded, whole, a, b] = code.scratch('v128', 4) as [Local, Local, Local, Local];
  code.floats(ROUNDING).set(rounded).madd(() => code.get(value), () => code.floats(Math.LOG2E), rounded);
  code.get(rounded).floats(ROUNDING).vectorSub().set(whole);
  for (const part of LN2) code.madd(() => code.get(whole), () => code.floats(-part), value);
  series(code, value, [1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040], a, b);
  // k moves to where a float keeps its exponent.
  code.get(rounded).i32(23).lanesShiftLeft().floats(1).lanesAdd().get(a).vectorMultiply().set(value);
}

/** into = Σ coefficients[n] · valueⁿ; `other` is lost. */
function series(code: Code, value: Local, coefficients: readonly number[], into: Local, other: Local): void {
  let [from, to] = coefficients.length % 2 === 1 ? [into, other] : [other, into];
  code.floats(coefficients.at(-1)!).set(from);
  for (let n = coefficients.length - 2; n >= 0; n--) {
    const sum = from;
    const next = to;
    code.floats(coefficients[n]!).set(next).madd(() => code.get(sum), () => code.get(value), next);
    [from, to] = [to, from];
  }
}

/** Into -limit … limit. */
const limited = (code: Code, value: Local, limit: number): Code => code.get(value).floats(-limit).vectorMost().floats(limit).vectorLeast().set(value);

/** value = 1 / (1 + e^-value) */
export function sigmoid(code: Code, value: Local): void {
  code.get(value).floats(-1).vectorMultiply().set(value);
  limited(code, value, 87);
  exponential(code, value);
  code.floats(1).get(value).floats(1).vectorAdd().vectorDivide().set(value);
}

/** value = 1 - 2 / (e^2·value + 1), and near 0, where that would lose the small numbers, its series. */
export function tanh(code: Code, value: Local): void {
  const [, , a, b, square, small] = code.scratch('v128', 6) as [Local, Local, Local, Local, Local, Local];
  code.get(value).get(value).vectorMultiply().set(square);
  series(code, square, [1, -1 / 3, 2 / 15, -17 / 315, 62 / 2835], a, b);
  code.get(a).get(value).vectorMultiply().set(small);
  code.get(value).get(value).vectorAdd().set(value);
  limited(code, value, 40);
  exponential(code, value);
  code.get(small).floats(1).floats(2).get(value).floats(1).vectorAdd().vectorDivide().vectorSub();
  code.get(square).floats(1 / 16).lanesBelow().lanesChoose().set(value);
}
