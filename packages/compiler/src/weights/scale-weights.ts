import { tiles, type MatrixView, type SparseMatrix, type Tensor } from '@fretwork/format';
import { floatData, floatsOf, isFloat } from '../graph/numbers.js';

/** The factor of the weight at (row, column) of matrix `matrix` of a `MatrixView`. */
export type Factor = (row: number, column: number, matrix: number) => number;

/**
 * `tensor` with each weight multiplied by the factor of its place and rounded once. Of sparse tensors the payload alone
 * is new: the encoding and its index stay, places that are not stored are never looked at. `undefined` where the
 * elements are no floats.
 */
export function scaleWeights(tensor: Tensor, view: MatrixView, factor: Factor): Tensor | undefined {
  if (!isFloat(tensor.dtype)) return undefined;
  if (tensor.kind === 'sparse') {
    return { ...tensor, matrices: tensor.matrices.map((matrix, m) => scaledMatrix(matrix, tensor.dtype, (r, c) => factor(r, c, m))) };
  }
  const numbers = floatsOf(tensor.dtype, tensor.data)!;
  const { count, rows, columns, order } = view;
  for (let m = 0; m < count; m++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const at = m * rows * columns + (order === 'row-major' ? r * columns + c : c * rows + r);
        numbers[at] = numbers[at]! * factor(r, c, m);
      }
    }
  }
  return { ...tensor, data: floatData(tensor.dtype, numbers) };
}

/** Tiles cover the payload in its order, each stored weight once, so their places line up with it. */
function scaledMatrix(matrix: SparseMatrix, dtype: Tensor['dtype'], factor: (row: number, column: number) => number): SparseMatrix {
  const numbers = floatsOf(dtype, matrix.payload)!;
  let at = 0;
  for (const { rows, columns } of tiles(matrix)) {
    for (let i = 0; i < rows.length; i++) {
      for (let j = 0; j < columns.length; j++, at++) numbers[at] = numbers[at]! * factor(rows[i]!, columns[j]!);
    }
  }
  return { ...matrix, payload: floatData(dtype, numbers) };
}
