import type { NdArray } from './contract.js';
import { DTYPES, HOST_ORDER, swapBytes } from './dtype.js';
import { ndArray } from './nd-array.js';
import { NPY_MAGIC } from './npy-read.js';

/** Room NumPy leaves behind the header for the first axis to grow, in digits. */
const GROWTH_DIGITS = 21;

/**
 * The NPY file of `array`: version 1.0, little-endian, C order, header padded to 64 bytes. The same array gives the
 * same bytes, which are also those of `numpy.save` (NumPy 2). Throws `array.shape`, `array.length`.
 */
export function writeNpy(array: NdArray): Uint8Array {
  const { dtype, shape, data } = ndArray(array.dtype, array.shape, array.data);
  const { bytes: size, npy } = DTYPES[dtype];
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const growth = shape.length === 0 ? '' : ' '.repeat(GROWTH_DIGITS - `${shape[0]}`.length);
  const dictionary = `{'descr': '${size === 1 ? '|' : '<'}${npy}', 'fortran_order': False, 'shape': ${tuple}, }${growth}`;
  const fixed = NPY_MAGIC.length + 2 + 2;
  const dataStart = Math.ceil((fixed + dictionary.length + 1) / 64) * 64;
  const out = new Uint8Array(dataStart + data.byteLength);
  out.set(NPY_MAGIC);
  out[6] = 1;
  new DataView(out.buffer).setUint16(8, dataStart - fixed, true);
  out.set(new TextEncoder().encode(`${dictionary.padEnd(dataStart - fixed - 1)}\n`), fixed);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), dataStart);
  if (size > 1 && HOST_ORDER !== '<') swapBytes(out.subarray(dataStart), size);
  return out;
}
