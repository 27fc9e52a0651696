/** Arithmetic on elements known before the model runs: exact, or `'?'`. */
import type { DType } from '../contract.js';
import type { Element } from './context.js';
import { isFloat, isFollowed, MAX_ELEMENTS } from './context.js';
import { count, type Dimensions, isFixed, repeated, UNKNOWN } from './dimension.js';

export type Evaluate = (...operands: readonly number[]) => number;

/** Elements of `inputs`, broadcast to `shape`, through `evaluate`; `symbolic` may answer where an operand is no number. */
export function evaluateElementwise(
  inputs: readonly { readonly shape: Dimensions; readonly elements: readonly Element[] }[],
  shape: Dimensions,
  dtype: DType | undefined,
  evaluate: Evaluate,
  symbolic: (operands: readonly Element[]) => Element = () => UNKNOWN,
): readonly Element[] | undefined {
  const total = count(shape);
  if (total === undefined || total > MAX_ELEMENTS || !isFixed(shape) || !isFollowed(dtype)) return undefined;
  const strides: (readonly number[])[] = [];
  for (const input of inputs) {
    if (!isFixed(input.shape) || count(input.shape) !== input.elements.length) return undefined;
    strides.push(broadcastStrides(input.shape, shape.length));
  }
  const result: Element[] = [];
  const index = repeated(0, shape.length);
  const place = inputs.map(() => 0);
  for (let n = 0; n < total; n++) {
    const operands = inputs.map((input, k) => input.elements[place[k]!]!);
    result.push(isFixed(operands) ? fit(evaluate(...operands), dtype, operands) : symbolic(operands));
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      strides.forEach((s, k) => { place[k]! += s[axis]!; });
      if (index[axis]! < shape[axis]!) break;
      strides.forEach((s, k) => { place[k]! -= s[axis]! * shape[axis]!; });
      index[axis] = 0;
    }
  }
  return result;
}

/** Row-major strides of `shape`, 0 where it is broadcast, padded in front to `rank`. */
function broadcastStrides(shape: readonly number[], rank: number): readonly number[] {
  const strides = repeated(0, rank);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i + rank - shape.length] = shape[i] === 1 ? 0 : stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** A result as the run would have it, or `'?'` where integers overflow or stand for rounded ones. */
function fit(value: number, dtype: DType | undefined, operands: readonly number[]): Element {
  if (dtype === 'f32') return Math.fround(value);
  if (isFloat(dtype)) return value;
  if (dtype === 'bool') return operands.some((x) => Math.abs(x) > Number.MAX_SAFE_INTEGER) ? UNKNOWN : value === 0 ? 0 : 1;
  const limit = dtype === 'i32' ? 2 ** 31 - 1 : Number.MAX_SAFE_INTEGER;
  return Number.isInteger(value) && Math.abs(value) <= limit ? value + 0 : UNKNOWN; // + 0: no negative zero in a shape
}

/** `Cast` of known elements. */
export function castElement(value: Element, to: DType): Element {
  if (typeof value !== 'number') return to === 'i64' || to === 'i32' ? value : UNKNOWN;
  if (to === 'bool') return value === 0 ? 0 : 1;
  if (to === 'f32') return Math.fround(value);
  if (to === 'f64') return value;
  return fit(Math.trunc(value), to, []);
}

export const integer = (elements: readonly Element[] | undefined): readonly number[] | undefined =>
  elements !== undefined && elements.every((e) => Number.isInteger(e)) ? (elements as readonly number[]) : undefined;
