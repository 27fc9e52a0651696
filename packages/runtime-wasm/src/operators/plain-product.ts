import type { Numbers } from './elements.js';

/**
 * Y += A · B for `rows` x `inner` times `inner` x `columns`, of 64-bit integers too; `times` is how elements are multiplied. A and B begin at elements `a` and `b`, their rows and columns lie
 * `aRow`, `aColumn`, `bRow` and `bColumn` apart; Y begins at `y`, its rows lie `yRow` apart.
 */
export function addProduct(
  A: Numbers, a: number, aRow: number, aColumn: number, B: Numbers, b: number, bRow: number, bColumn: number, Y: Numbers, y: number, yRow: number,
  rows: number, inner: number, columns: number, times: (p: number, q: number) => number = multiplied,
): void {
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < inner; k++) {
      const left = A[a + r * aRow + k * aColumn]!;
      for (let c = 0; c < columns; c++) Y[y + r * yRow + c]! += times(left, B[b + k * bRow + c * bColumn]!);
    }
  }
}

const multiplied = (p: number, q: number): number => p * q;
