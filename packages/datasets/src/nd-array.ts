import type { DType, NdArray, NdData } from './contract.js';
import { DTYPES } from './dtype.js';
import { DatasetError } from './error.js';

/** NumPy's own limit on the number of axes. */
export const MAX_RANK = 64;

/**
 * Number of elements of `shape`; 1 for `[]`, 0 where an axis is 0. Throws `array.shape` on more than 64 axes, an axis
 * that is no whole number, or a size that does not fit: the axes other than 0 must multiply to less than 2^53.
 */
export function elementCount(shape: readonly number[]): number {
  if (shape.length > MAX_RANK) throw new DatasetError('array.shape', { expected: `at most ${MAX_RANK} axes`, actual: `${shape.length}` });
  let count = 1;
  for (const axis of shape) {
    if (!Number.isSafeInteger(axis) || axis < 0) throw new DatasetError('array.shape', { expected: 'whole numbers from 0', actual: `${axis}` });
    if (axis !== 0) count *= axis;
    if (!Number.isSafeInteger(count)) throw new DatasetError('array.shape', { expected: 'a size below 2^53', actual: `[${shape.join(', ')}]` });
  }
  return shape.includes(0) ? 0 : count;
}

/** An array over `data`, which is kept, not copied. Throws `array.shape`, `array.length`. */
export function ndArray(dtype: DType, shape: readonly number[], data: NdData): NdArray {
  const expected = elementCount(shape);
  if (data.length !== expected || data.BYTES_PER_ELEMENT !== DTYPES[dtype].bytes) {
    throw new DatasetError('array.length', {
      expected: `${expected} elements of ${DTYPES[dtype].bytes} bytes for ${dtype} [${shape.join(', ')}]`,
      actual: `${data.length} of ${data.BYTES_PER_ELEMENT}`,
    });
  }
  return { dtype, shape, data };
}
