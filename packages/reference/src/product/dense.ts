/**
 * The plain products. `source` and `target` are rows of `width` numbers, one behind the other; what is computed
 * is added to what stands in `target`.
 */
import type { Numbers } from '../tensor/elements.js';

/** target[r] += Σ over c of weights[r, c] · source[sourceStart(r) + c], for weights `[rows, columns]` row-major. */
export function addDense(
  weights: Numbers, rows: number, columns: number, source: Float64Array, target: Float64Array, width: number,
  sourceStart: (row: number) => number = () => 0,
): void {
  for (let r = 0; r < rows; r++) {
    const start = sourceStart(r);
    let c = 0;
    for (; c < columns - 3; c += 4) addFour(target, r * width, weights, r * columns + c, source, (start + c) * width, width);
    for (; c < columns; c++) addScaled(target, r * width, weights[r * columns + c]!, source, (start + c) * width, width);
  }
}

/** target[to + p] += weight · source[from + p] for p below `width`. */
export function addScaled(
  target: Float64Array, to: number, weight: number, source: Float64Array, from: number, width: number,
): void {
  for (let p = 0; p < width; p++) target[to + p]! += weight * source[from + p]!;
}

/** Four rows of the source in one pass: the target is the slow part, and is touched a quarter as often. */
function addFour(
  target: Float64Array, to: number, weights: Numbers, at: number, source: Float64Array, from: number, width: number,
): void {
  const a = weights[at]!;
  const b = weights[at + 1]!;
  const c = weights[at + 2]!;
  const d = weights[at + 3]!;
  const second = from + width;
  const third = second + width;
  const fourth = third + width;
  for (let p = 0; p < width; p++) {
    target[to + p]! += a * source[from + p]! + b * source[second + p]! + c * source[third + p]! + d * source[fourth + p]!;
  }
}

/** Σ weights[at + c] · source[from + c] for c below `length`, in four partial sums that need not wait for each other. */
export function dot(weights: Numbers, at: number, source: Float64Array, from: number, length: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let k = 0;
  for (; k < length - 3; k += 4) {
    a += weights[at + k]! * source[from + k]!;
    b += weights[at + k + 1]! * source[from + k + 1]!;
    c += weights[at + k + 2]! * source[from + k + 2]!;
    d += weights[at + k + 3]! * source[from + k + 3]!;
  }
  for (; k < length; k++) a += weights[at + k]! * source[from + k]!;
  return a + b + (c + d);
}
