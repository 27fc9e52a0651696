import { bytesOf, type DenseTensor } from '@fretwork/format';
import type { onnx } from '../schema/onnx.pb.js';
import { numberOf } from './types.js';

/** A tensor as ONNX writes it, its elements as raw bytes. They are shared with `tensor`, not copied. */
export function writeTensor(tensor: DenseTensor, name: string): onnx.TensorFields {
  return { dims: [...tensor.shape], dataType: numberOf(tensor.dtype), name, rawData: bytesOf(tensor.data) };
}
