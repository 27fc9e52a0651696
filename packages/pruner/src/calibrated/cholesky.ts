import { dot } from './dot.js';

/**
 * The lower factor L of a symmetric positive definite matrix `a` `[n · n]`, in its place: A = L·Lᵀ. The caller has damped the diagonal:
 * a pivot that rounding has made non-positive is lifted to a 1e-12th of the largest.
 */
export function factorise(a: Float64Array, n: number): void {
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, a[i * n + i]!);
  for (let j = 0; j < n; j++) {
    let pivot = a[j * n + j]!;
    for (let k = 0; k < j; k++) pivot -= a[j * n + k]! ** 2;
    const root = Math.sqrt(Math.max(pivot, 1e-12 * largest, Number.MIN_VALUE));
    a[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      a[i * n + j] = (a[i * n + j]! - dot(a, i * n, a, j * n, j)) / root;
    }
  }
}

/** Solves L·Lᵀ·x = b in place of `b` `[n]`. */
export function solve(factor: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * b[k]!;
    b[i] = sum / factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < n; k++) sum -= factor[k * n + i]! * b[k]!;
    b[i] = sum / factor[i * n + i]!;
  }
}

/** The diagonal of the inverse of L·Lᵀ, `[n]`: column norms of the inverse factor. */
export function inverseDiagonal(factor: Float64Array, n: number): Float64Array {
  const diagonal = new Float64Array(n);
  const x = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    // Column j of the inverse of L is 0 above j.
    for (let i = j; i < n; i++) {
      let sum = i === j ? 1 : 0;
      for (let k = j; k < i; k++) sum -= factor[i * n + k]! * x[k]!;
      x[i] = sum / factor[i * n + i]!;
      diagonal[j] = diagonal[j]! + x[i]! * x[i]!;
    }
  }
  return diagonal;
}
