import type { DType, NdArray } from './contract.js';
import { DTYPES, elementsAt } from './dtype.js';
import { DatasetError } from './error.js';
import { hex } from './gunzip.js';
import { elementCount } from './nd-array.js';

/** One row per element type of IDX. */
const TYPES: Readonly<Record<number, DType>> = { 0x08: 'u8', 0x09: 'i8', 0x0b: 'i16', 0x0c: 'i32', 0x0d: 'f32', 0x0e: 'f64' };

/**
 * The array of an IDX file (MNIST and its relatives), any type and rank, in its stored shape. Throws `idx.*`,
 * `array.shape`. Source: the format note on the MNIST page: two zero bytes, type, rank, axes and elements big-endian.
 */
export function readIdx(bytes: Uint8Array): NdArray {
  if (bytes.length < 4) throw truncated(4, bytes.length);
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    throw new DatasetError('idx.magic', {
      offset: 0, expected: '00 00', actual: hex(bytes.subarray(0, 2)),
      ...(bytes[0] === 0x1f && bytes[1] === 0x8b ? { hint: 'the file is compressed: gunzip it first, or give it a name that ends in .gz' } : {}),
    });
  }
  const dtype = TYPES[bytes[2]!];
  if (dtype === undefined) throw new DatasetError('idx.type', { offset: 2, expected: hex(Uint8Array.from(Object.keys(TYPES), Number)), actual: hex(bytes.subarray(2, 3)) });
  const rank = bytes[3]!;
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw truncated(start, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = elementCount(shape);
  const expected = count * DTYPES[dtype].bytes;
  if (bytes.length - start !== expected) {
    throw new DatasetError('idx.size', { offset: start, expected: `${expected} bytes for ${dtype} [${shape.join(', ')}]`, actual: `${bytes.length - start}` });
  }
  return { dtype, shape, data: elementsAt(bytes, start, count, dtype, '>') };
}

const truncated = (need: number, have: number): DatasetError =>
  new DatasetError('idx.truncated', { offset: have, expected: `${need} bytes`, actual: `${have}` });
