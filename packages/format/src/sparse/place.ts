import type { DenseTensor, MatrixView, TensorData } from '../contract.js';
import { elementCount, mulChecked } from '../dtype.js';
import { FretworkError } from '../error.js';
import { wordsOf, zerosLike, type Words } from './raw.js';

/** Where element (r, c) of matrix m lies in the elements of a tensor: `start` + r·`row` + c·`column`. */
export interface Placement {
  readonly start: number;
  readonly row: number;
  readonly column: number;
}

export function placementOf(view: MatrixView, m: number): Placement {
  const start = m * view.rows * view.columns;
  return view.order === 'row-major' ? { start, row: view.columns, column: 1 } : { start, row: 1, column: view.rows };
}

/** Throws `encode.view` where the matrices of `view` do not make up a tensor of `shape`. */
export function checkView(shape: readonly number[], view: MatrixView): void {
  const expected = elementCount(shape);
  const actual = mulChecked(view.count, mulChecked(view.rows, view.columns));
  if (expected === actual) return;
  throw new FretworkError('encode.view', `the matrix view does not cover the tensor [${shape.join(', ')}]`, {
    expected: `${expected} elements`, actual: `${view.count} of ${view.rows} x ${view.columns}`,
    hint: 'take the view from weightsOf()',
  });
}

/** Matrix m of `tensor`, row-major `[rows, columns]`: shared where the tensor is row-major itself, else copied. */
export function matrixValues(tensor: DenseTensor, view: MatrixView, m: number): TensorData {
  const { start } = placementOf(view, m);
  const size = view.rows * view.columns;
  if (view.order === 'row-major') return tensor.data.subarray(start, start + size);
  const values = zerosLike(tensor.data, size);
  const from = wordsOf(tensor.data);
  const to = wordsOf(values);
  transpose(from, start, to, view.rows, view.columns);
  return values;
}

/** In squares, so that neither side strides through memory. */
function transpose(from: Words, start: number, to: Words, rows: number, columns: number): void {
  const side = 32;
  for (let top = 0; top < rows; top += side) {
    for (let left = 0; left < columns; left += side) {
      for (let r = top; r < Math.min(top + side, rows); r++) {
        for (let c = left; c < Math.min(left + side, columns); c++) to[r * columns + c] = from[start + c * rows + r]!;
      }
    }
  }
}
