import { bfloatToNumber, halfToNumber, type DenseTensor, type DType } from '@fretwork/format';
import type { Tolerance } from './contract.js';

/**
 * 1e-4 of each element; elements below a twentieth of the tensor's largest count as that: float32 sums of large terms that nearly
 * cancel cannot be nearer.
 */
export const DEFAULT_TOLERANCE: Tolerance = { relative: 1e-4, floor: 5e-2 };

/** What half-width types can hold at all: half a unit in the last place, with room for one rounding on the way. */
const COARSEST: Partial<Record<DType, number>> = { f16: 2 ** -9, bf16: 2 ** -6 };

export type Comparison =
  | { readonly ok: true; readonly error: number }
  | { readonly ok: false; readonly error: number; readonly reason: string };

const number = (tensor: DenseTensor, i: number): number => {
  const value = tensor.data[i]!;
  if (tensor.dtype === 'f16') return halfToNumber(value as number);
  if (tensor.dtype === 'bf16') return bfloatToNumber(value as number);
  return Number(value);
};

const isFloat = (dtype: DType): boolean => dtype === 'f32' || dtype === 'f64' || dtype === 'f16' || dtype === 'bf16';

/**
 * Types and shapes must be equal, integers and booleans exact. A float x passes for y when
 * |x - y| <= relative · max(|y|, floor · max|y|); NaN passes for NaN, an infinity for itself.
 */
export function compare(actual: DenseTensor, expected: DenseTensor, tolerance: Tolerance = DEFAULT_TOLERANCE): Comparison {
  if (actual.dtype !== expected.dtype) return wrong(`type ${actual.dtype}, expected ${expected.dtype}`);
  if (actual.shape.join() !== expected.shape.join()) {
    return wrong(`shape [${actual.shape.join(', ')}], expected [${expected.shape.join(', ')}]`);
  }
  if (!isFloat(expected.dtype)) {
    for (let i = 0; i < expected.data.length; i++) {
      if (actual.data[i] !== expected.data[i]) return wrong(`element ${i} is ${actual.data[i]}, expected ${expected.data[i]}`);
    }
    return { ok: true, error: 0 };
  }
  const relative = Math.max(tolerance.relative, COARSEST[expected.dtype] ?? 0);
  let largest = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const size = Math.abs(number(expected, i));
    if (size > largest && size < Infinity) largest = size;
  }
  const least = Math.max(largest * tolerance.floor, 1e-30);
  let worst = 0;
  let at = -1;
  for (let i = 0; i < expected.data.length; i++) {
    const x = number(actual, i);
    const y = number(expected, i);
    if (Object.is(x, y) || x === y) continue;
    const distance = Math.abs(x - y);
    const error = Number.isFinite(distance) ? distance / (relative * Math.max(Math.abs(y), least)) : Infinity;
    if (error > worst) {
      worst = error;
      at = i;
    }
  }
  if (worst <= 1) return { ok: true, error: worst };
  return {
    ok: false,
    error: worst,
    reason: `element ${at} is ${number(actual, at)}, expected ${number(expected, at)}: ${worst.toPrecision(3)} x the allowed error`,
  };
}

const wrong = (reason: string): Comparison => ({ ok: false, error: Infinity, reason });
