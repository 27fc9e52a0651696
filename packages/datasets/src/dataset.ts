import type { Dataset, NdArray } from './contract.js';
import { DTYPES } from './dtype.js';
import { DatasetError } from './error.js';

/** The labels in an integer array `[N]` or `[N, 1]`. Throws `labels.dtype`, `labels.shape`, `labels.range`. */
export function labelsOf(array: NdArray): Int32Array {
  const { dtype, shape, data } = array;
  if (DTYPES[dtype].kind !== 'integer') {
    throw new DatasetError('labels.dtype', { actual: dtype, hint: 'save class numbers, for example with labels.astype(numpy.int32)' });
  }
  if (shape.length < 1 || shape.slice(1).some((axis) => axis !== 1)) {
    throw new DatasetError('labels.shape', { expected: '[N]', actual: `[${shape.join(', ')}]`, hint: 'one-hot rows become numbers with labels.argmax(1)' });
  }
  const labels = new Int32Array(data.length);
  for (let i = 0; i < labels.length; i++) {
    const label = Number(data[i]!);
    if (label < 0 || label > 0x7fffffff) throw new DatasetError('labels.range', { expected: 'from 0 to 2147483647', actual: `${label} at sample ${i}` });
    labels[i] = label;
  }
  return labels;
}

/** Inputs and labels that belong together. Throws `dataset.scalar`, `dataset.count`. */
export function pair(inputs: NdArray, labels: Int32Array): Dataset {
  if (inputs.shape.length === 0) throw new DatasetError('dataset.scalar', { expected: '[N, …]', actual: '[]' });
  if (inputs.shape[0] !== labels.length) {
    throw new DatasetError('dataset.count', {
      expected: `${inputs.shape[0]} labels, one for each input`, actual: `${labels.length}`,
      hint: 'check that both files are of the same split',
    });
  }
  return { inputs, labels };
}

/** Images without a channel axis, `[N, H, W]`, get one: `[N, 1, H, W]`. Other shapes stay. */
export const withChannels = (images: NdArray): NdArray =>
  images.shape.length === 3 ? { ...images, shape: [images.shape[0]!, 1, images.shape[1]!, images.shape[2]!] } : images;
