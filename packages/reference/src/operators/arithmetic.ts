/** Arithmetic of two numbers in the three forms that the element types need. */
import type { DenseTensor, DType } from '@fretwork/format';
import { Fault } from '../fault.js';
import { commonDType, fromBigints, fromNumbers, isFloat, isWide, numbersOf, toBigints } from '../tensor/elements.js';
import { broadcastMap, broadcastShape, sameShape } from '../tensor/index-map.js';

export interface Arithmetic {
  /** On floats, in float64. */
  readonly float: (a: number, b: number) => number;
  /** On integers of at most 32 bits: exact in its low 32 bits. */
  readonly integer: (a: number, b: number) => number;
  /** On 64-bit integers; wraps around when it is stored. */
  readonly wide: (a: bigint, b: bigint) => bigint;
}

export const ADD: Arithmetic = { float: (a, b) => a + b, integer: (a, b) => a + b, wide: (a, b) => a + b };
export const SUB: Arithmetic = { float: (a, b) => a - b, integer: (a, b) => a - b, wide: (a, b) => a - b };
export const MUL: Arithmetic = { float: (a, b) => a * b, integer: Math.imul, wide: (a, b) => a * b };
/** Integers are cut towards zero; by zero gives zero. */
export const DIV: Arithmetic = {
  float: (a, b) => a / b,
  integer: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  wide: (a, b) => (b === 0n ? 0n : a / b),
};
/** NaN beats every number. */
export const MAX: Arithmetic = { float: Math.max, integer: Math.max, wide: (a, b) => (a > b ? a : b) };
export const MIN: Arithmetic = { float: Math.min, integer: Math.min, wide: (a, b) => (a < b ? a : b) };
/** C's fmod: the sign of the dividend. */
export const REMAINDER: Arithmetic = {
  float: (a, b) => a % b,
  integer: (a, b) => (b === 0 ? 0 : a % b),
  wide: (a, b) => (b === 0n ? 0n : a % b),
};
/** The sign of the divisor, on integers only. */
export const MODULO: Arithmetic = {
  float: () => {
    throw new Fault('run.attribute', 'floats have no remainder with the sign of the divisor', { hint: 'set fmod to 1' });
  },
  integer: (a, b) => (b === 0 ? 0 : a - b * Math.floor(a / b)),
  wide: (a, b) => (b === 0n ? 0n : ((a % b) + b) % b),
};

/** a ∘ b element by element, broadcast to `shape`, in their common type. Throws `run.dtype`, `run.shape`. */
export function combine(operation: Arithmetic, a: DenseTensor, b: DenseTensor): DenseTensor {
  const dtype = commonDType([a, b]);
  const shape = broadcastShape([a.shape, b.shape]);
  const at = (t: DenseTensor): ((i: number) => number) => {
    if (sameShape(t.shape, shape)) return (i) => i;
    const map = broadcastMap(t.shape, shape);
    return (i) => map[i]!;
  };
  const [atA, atB] = [at(a), at(b)];
  const count = shape.reduce((n, d) => n * d, 1);
  if (isWide(dtype)) {
    const [left, right] = [toBigints(a), toBigints(b)];
    return fromBigints(dtype, shape, Array.from({ length: count }, (_, i) => operation.wide(left[atA(i)]!, right[atB(i)]!)));
  }
  const f = scalar(operation, dtype);
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = f(left[atA(i)]!, right[atB(i)]!);
  return fromNumbers(dtype, shape, out);
}

/** The form of `operation` for a type that is held as numbers. */
export const scalar = (operation: Arithmetic, dtype: DType): ((a: number, b: number) => number) =>
  (isFloat(dtype) ? operation.float : operation.integer);
