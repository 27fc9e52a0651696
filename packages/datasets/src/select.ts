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

/** Sets whose samples are alike, behind one another in fresh arrays; classes are the first set's. Throws `select.alike`. */
export function concat(sets: readonly Dataset[]): Dataset {
  const [first] = sets;
  if (first === undefined) throw new DatasetError('select.alike', { expected: 'one set or more', actual: 'none' });
  const kind = ({ inputs: { dtype, shape } }: Dataset): string => `${dtype} [N, ${shape.slice(1).join(', ')}]`;
  const other = sets.find((set) => kind(set) !== kind(first));
  if (other !== undefined) throw new DatasetError('select.alike', { expected: kind(first), actual: kind(other) });
  const { bytes, view } = DTYPES[first.inputs.dtype];
  const total = sets.reduce((sum, { inputs }) => sum + inputs.data.length, 0);
  const data = view(new ArrayBuffer(total * bytes), 0, total);
  const n = sets.reduce((sum, { labels }) => sum + labels.length, 0);
  const labels = new Int32Array(n);
  let value = 0;
  let sample = 0;
  for (const set of sets) {
    (data as Uint8Array).set(set.inputs.data as Uint8Array, value);
    labels.set(set.labels, sample);
    value += set.inputs.data.length;
    sample += set.labels.length;
  }
  return { ...first, inputs: { dtype: first.inputs.dtype, shape: [n, ...first.inputs.shape.slice(1)], data }, labels };
}
