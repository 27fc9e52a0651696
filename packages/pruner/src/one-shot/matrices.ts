import { bfloatToNumber, halfToNumber, type DenseTensor, type DType, type MatrixView } from '@fretwork/format';
import type { Mask, Matrix } from '../contract.js';

/** Element types that can be ranked by magnitude, and what their elements are worth. */
const VALUES: Partial<Record<DType, (element: number) => number>> = {
  f32: (element) => element,
  f64: (element) => element,
  f16: halfToNumber,
  bf16: bfloatToNumber,
};

export const canRank = (dtype: DType): boolean => VALUES[dtype] !== undefined;

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
  const valueOf = VALUES[tensor.dtype]!;
  const step = strides(view);
  const values = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) values[r * columns + c] = valueOf(data[start + r * step.row + c * step.column]!);
  }
  return { rows, columns, kernel, values };
}

/** A copy of `tensor` in which what the masks remove is 0; mask `index` belongs to matrix `index` of `view`. */
export function scatterMasks(tensor: DenseTensor, view: MatrixView, masks: readonly Mask[]): DenseTensor {
  const data = tensor.data.slice();
  const step = strides(view);
  masks.forEach(({ rows, columns, keep }, index) => {
    const start = index * rows * columns;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        if (keep[r * columns + c] === 0) data[start + r * step.row + c * step.column] = 0;
      }
    }
  });
  return { ...tensor, data };
}
