import type { Dataset, NdArray } from './contract.js';
import { DTYPES } from './dtype.js';
import { DatasetError } from './error.js';

/** The samples at `indices`, in their order (one may come twice), in fresh arrays. Throws `select.index`. */
export function select(set: Dataset, indices: ArrayLike<number>): Dataset {
  return { ...set, inputs: rows(set.inputs, indices), labels: Int32Array.from(indices, (i) => set.labels[i]!) };
}

/** The rows `[indices.length, …]` of an array `[N, …]`, in a fresh array. Throws `select.index`. */
export function rows(array: NdArray, indices: ArrayLike<number>): NdArray {
  const [n = 0, ...sample] = array.shape;
  const size = sample.reduce((a, b) => a * b, 1);
  const { bytes, view } = DTYPES[array.dtype];
  const data = view(new ArrayBuffer(indices.length * size * bytes), 0, indices.length * size);
  for (let to = 0; to < indices.length; to++) {
    const from = indices[to]!;
    if (!Number.isInteger(from) || from < 0 || from >= n) {
      throw new DatasetError('select.index', { expected: `whole numbers from 0, below ${n}`, actual: `${from}` });
    }
    // Both are of one type: `view` made the target from the source's dtype.
    (data as Uint8Array).set((array.data as Uint8Array).subarray(from * size, (from + 1) * size), to * size);
  }
  return { dtype: array.dtype, shape: [indices.length, ...sample], data };
}
