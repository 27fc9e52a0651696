import type { DenseTensor, MatrixView } from '@fretwork/format';
import type { Matrix } from '../contract.js';
import { VALUES } from './floats.js';

/** Place of element (row, 0) and the steps from it, in elements of the tensor. */
function strides(view: MatrixView): { readonly row: number; readonly column: number } {
  return view.order === 'row-major' ? { row: view.columns, column: 1 } : { row: 1, column: view.rows };
}

/**
 * Matrix `index` of a dense tensor of floats, seen through `view`. A view on the tensor's data where that is row-major
 * f32, else a copy in f32; f64 is rounded, which is for ranking alone.
 */
export function gather(tensor: DenseTensor, view: MatrixView, index: number): Matrix {
  const { rows, columns, kernel } = view;
  const start = index * rows * columns;
  if (tensor.data instanceof Float32Array && view.order === 'row-major') {
    return { rows, columns, kernel, values: tensor.data.subarray(start, start + rows * columns) };
  }
  const data = tensor.data as Exclude<DenseTensor['data'], BigInt64Array | BigUint64Array>;
  const valueOf = VALUES[tensor.dtype]!.read;
  const step = strides(view);
  const values = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) values[r * columns + c] = valueOf(data[start + r * step.row + c * step.column]!);
  }
  return { rows, columns, kernel, values };
}

/** Sets matrix `index` of `view` in `data`, which lies as the tensor does; the inverse of `gather`. */
export function scatter(data: Float32Array | Uint8Array, view: MatrixView, index: number, values: ArrayLike<number>): void {
  const { rows, columns } = view;
  const start = index * rows * columns;
  const step = strides(view);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) data[start + r * step.row + c * step.column] = values[r * columns + c]!;
  }
}
