import { WEIGHTS, type Layer, type MatrixView, type SparseMatrix, type Tensor } from '@fretwork/format';

/** The matrices of the weight at input `i` of `layer`, dense ones as one whole block; undefined where it is no float32 weight. */
export function matricesOf(layer: Layer, i: number, tensor: Tensor | undefined): readonly SparseMatrix[] | undefined {
  if (tensor === undefined || tensor.dtype !== 'f32') return undefined;
  if (tensor.kind === 'sparse') return tensor.matrices;
  const view = WEIGHTS.find((row) => row.operator === layer.operator && row.input === i)?.view(tensor.shape, layer);
  if (view === undefined) return undefined;
  return Array.from({ length: view.count }, (_, m) => wholeBlock(tensor.data as Float32Array, view, m));
}

function wholeBlock(data: Float32Array, { rows, columns, order }: MatrixView, m: number): SparseMatrix {
  const own = data.subarray(m * rows * columns, (m + 1) * rows * columns);
  let payload = own;
  if (order === 'column-major') {
    payload = new Float32Array(own.length);
    for (let c = 0; c < columns; c++) for (let r = 0; r < rows; r++) payload[r * columns + c] = own[c * rows + r]!;
  }
  return { encoding: 'bcr', rows, columns, blockRows: Math.max(1, rows), blockColumns: Math.max(1, columns), payload };
}
