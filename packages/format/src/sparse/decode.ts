import type { DenseTensor, SparseMatrix, Tensor, TensorData } from '../contract.js';
import { zeros } from '../dtype.js';
import { placementOf, type Placement } from './place.js';
import { wordsOf, zerosLike } from './raw.js';
import { tiles } from './tiles.js';

/** The matrix dense, row-major `[rows, columns]`, zeros where nothing is stored. Bits are kept, also those of NaN. */
export function decodeMatrix(matrix: SparseMatrix): TensorData {
  const values = zerosLike(matrix.payload, matrix.rows * matrix.columns);
  scatter(matrix, values, { start: 0, row: matrix.columns, column: 1 });
  return values;
}

/** The tensor dense, with zeros where nothing is stored; a dense tensor is returned as it is. */
export function decode(tensor: Tensor): DenseTensor {
  if (tensor.kind === 'dense') return tensor;
  const made = zeros(tensor.dtype, tensor.shape);
  tensor.matrices.forEach((matrix, m) => scatter(matrix, made.data, placementOf(tensor.view, m)));
  return made;
}

function scatter(matrix: SparseMatrix, values: TensorData, place: Placement): void {
  const to = wordsOf(values);
  for (const tile of tiles({ ...matrix, payload: wordsOf(matrix.payload) })) {
    const { rows, columns } = tile;
    const from = tile.payload as typeof to;
    let at = 0;
    for (let i = 0; i < rows.length; i++) {
      const start = place.start + rows[i]! * place.row;
      for (let j = 0; j < columns.length; j++) to[start + columns[j]! * place.column] = from[at++]!;
    }
  }
}
