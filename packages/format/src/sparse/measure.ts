import { MATRIX_ARRAYS } from '../container/matrix-arrays.js';
import type { IndexArray, SparseMatrix, Tensor } from '../contract.js';
import { elementCount } from '../dtype.js';
import { keptOf } from './kept.js';

const matricesOf = (subject: Tensor | SparseMatrix): readonly SparseMatrix[] | undefined => {
  if (!('kind' in subject)) return [subject];
  return subject.kind === 'sparse' ? subject.matrices : undefined;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Bytes of the arrays that say where weights are; 0 for a dense tensor. Sizes of the header are not counted. */
export function indexBytes(subject: Tensor | SparseMatrix): number {
  return sum((matricesOf(subject) ?? []).map(indexBytesOf));
}

/** Bytes of the weights that are stored, explicit zeros included. */
export function payloadBytes(subject: Tensor | SparseMatrix): number {
  const matrices = matricesOf(subject);
  if (matrices === undefined) return (subject as Extract<Tensor, { kind: 'dense' }>).data.byteLength;
  return sum(matrices.map((m) => m.payload.byteLength));
}

/** Weights kept: those stored, explicit zeros in tiles included; of a dense tensor those that are not zero. */
export function nnzOf(tensor: Tensor): number {
  if (tensor.kind === 'sparse') return sum(tensor.matrices.map((m) => m.payload.length));
  return keptOf(tensor.data, 1, tensor.data.length, tensor.dtype).nnz;
}

/** Weights kept by weights in all, 0 to 1; 1 for a tensor without elements: nothing was pruned. */
export function densityOf(tensor: Tensor): number {
  const count = elementCount(tensor.shape);
  return count === 0 ? 1 : nnzOf(tensor) / count;
}

/** Of all arrays but the payload. */
function indexBytesOf(matrix: SparseMatrix): number {
  const arrays = matrix as unknown as Readonly<Record<string, IndexArray | undefined>>;
  return sum(MATRIX_ARRAYS[matrix.encoding].map((name) => (name === 'payload' ? 0 : arrays[name]?.byteLength ?? 0)));
}
