import type { NdArray } from './contract.js';
import { elementsAt } from './dtype.js';
import { DatasetError } from './error.js';
import { elementCount } from './nd-array.js';

/**
 * A file of nothing but little-endian float32, as `[N, ...sampleShape]`: N follows from the size. Throws `raw.shape`
 * where a sample has no element, `raw.size` where the file is no whole number of samples, `array.shape`.
 */
export function readF32(bytes: Uint8Array, sampleShape: readonly number[]): NdArray {
  const perSample = elementCount(sampleShape);
  if (perSample === 0) throw new DatasetError('raw.shape', { expected: 'axes from 1', actual: `[${sampleShape.join(', ')}]` });
  const n = bytes.length / (4 * perSample);
  if (!Number.isInteger(n)) {
    throw new DatasetError('raw.size', { expected: `a multiple of ${4 * perSample} bytes for f32 [${sampleShape.join(', ')}]`, actual: `${bytes.length}` });
  }
  return { dtype: 'f32', shape: [n, ...sampleShape], data: elementsAt(bytes, 0, n * perSample, 'f32', '<') };
}

/** A file of one label byte per sample, as `[N]`. */
export const readLabels = (bytes: Uint8Array): Int32Array => Int32Array.from(bytes);
