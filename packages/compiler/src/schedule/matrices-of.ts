import type { LayerWeight, SparseMatrix, TensorData } from '@fretwork/format';

/** The matrices of a weight as schedules take them; those of a dense tensor are one whole block each. Payloads are shared where they lie row by row. */
export function matricesOf({ tensor, view }: Pick<LayerWeight, 'tensor' | 'view'>): readonly SparseMatrix[] {
  if (tensor.kind === 'sparse') return tensor.matrices;
  const { count, rows, columns, order } = view;
  const size = rows * columns;
  return Array.from({ length: count }, (_, m): SparseMatrix => {
    const own = tensor.data.subarray(m * size, (m + 1) * size);
    return { encoding: 'bcr', rows, columns, blockRows: Math.max(1, rows), blockColumns: Math.max(1, columns), payload: order === 'row-major' ? own : turned(own, rows, columns) };
  });
}

function turned(values: TensorData, rows: number, columns: number): TensorData {
  const from = values as Float32Array;
  const to = new (from.constructor as new (length: number) => Float32Array)(from.length);
  for (let c = 0; c < columns; c++) for (let r = 0; r < rows; r++) to[r * columns + c] = from[c * rows + r]!;
  return to;
}
