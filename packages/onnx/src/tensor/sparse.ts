import { DTYPES, elementCount, FretworkError, mulChecked, zeros, type DenseTensor } from '@fretwork/format';
import type { onnx } from '../schema/onnx.pb.js';
import { readTensor, type TensorResult, type TensorSource } from './read.js';
import { readDims } from './shape.js';

/**
 * A sparse tensor in coordinates → dense. `indices` are `[nnz]`, row-major places, or `[nnz, rank]`; they have to rise
 * strictly and lie inside `dims`. Throws `onnx.sparse-indices`, `onnx.sparse-values` and what `readTensor` throws.
 */
export function readSparse(proto: onnx.SparseTensorProto, name: string, source: TensorSource): TensorResult {
  if (proto.values === null || proto.indices === null) throw broken('onnx.sparse-values', name, 'values and indices', 'one of them left out');
  const values = readTensor(proto.values, name, source);
  if (!values.ok) return values;
  const indices = readTensor(proto.indices, name, source);
  if (!indices.ok) return indices;
  const shape = readDims(proto.dims, name);
  const nnz = values.tensor.data.length;
  if (values.tensor.shape.length !== 1) throw broken('onnx.sparse-values', name, 'values of shape [nnz]', `[${values.tensor.shape.join(', ')}]`);
  const places = readPlaces(indices.tensor, shape, nnz, name);
  source.budget.take(mulChecked(elementCount(shape), DTYPES[values.tensor.dtype].bytes), name);
  const tensor = zeros(values.tensor.dtype, shape);
  const from = values.tensor.data as Float32Array;
  const into = tensor.data as Float32Array;
  for (let i = 0; i < nnz; i++) into[places[i]!] = from[i]!;
  return { ok: true, tensor };
}

function readPlaces(indices: DenseTensor, shape: readonly number[], nnz: number, name: string): Float64Array {
  const linear = indices.shape.length === 1 && indices.shape[0] === nnz;
  const coordinates = indices.shape.length === 2 && indices.shape[0] === nnz && indices.shape[1] === shape.length;
  if (indices.dtype !== 'i64' || (!linear && !coordinates)) {
    throw broken('onnx.sparse-indices', name, `i64 [${nnz}] or [${nnz}, ${shape.length}]`, `${indices.dtype} [${indices.shape.join(', ')}]`);
  }
  const data = indices.data as BigInt64Array;
  const sizes = linear ? [elementCount(shape)] : shape;
  const places = new Float64Array(nnz);
  for (let i = 0; i < nnz; i++) {
    let place = 0;
    for (let axis = 0; axis < sizes.length; axis++) {
      const index = Number(data[i * sizes.length + axis]!);
      if (!(index >= 0 && index < sizes[axis]!)) throw broken('onnx.sparse-indices', name, `0 to ${sizes[axis]! - 1}`, `${index} at place ${i}`);
      place = place * sizes[axis]! + index;
    }
    if (i > 0 && place <= places[i - 1]!) throw broken('onnx.sparse-indices', name, 'places that rise', `${places[i - 1]!}, then ${place}`);
    places[i] = place;
  }
  return places;
}

const broken = (code: string, tensor: string, expected: string, actual: string): FretworkError =>
  new FretworkError(code, 'a sparse tensor is broken', { tensor, expected, actual, hint: 'export the model again, or as dense' });
