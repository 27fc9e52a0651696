import { elementCount, FretworkError } from '@fretwork/format';
import { toNumber } from '../schema/decode.js';
import type { Int64 } from '../schema/onnx.pb.js';

/** Declared sizes → a shape. Throws `onnx.tensor-shape` where one is negative or their product is no safe integer. */
export function readDims(dims: readonly Int64[], tensor: string): readonly number[] {
  const shape = dims.map(toNumber);
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new FretworkError('onnx.tensor-shape', 'a tensor has a size that is none', { tensor, expected: '0 or more', actual: `${size}` });
    }
  }
  try {
    elementCount(shape);
  } catch (cause) {
    throw new FretworkError('onnx.tensor-shape', 'a tensor has more elements than can be counted', { tensor, actual: shape.join(' x '), cause });
  }
  return shape;
}
