import type { DType, NdData } from './contract.js';

/** One row per element type. */
export interface DTypeRow {
  readonly bytes: number;
  /** Kind and size as NPY writes them, without the byte order. */
  readonly npy: string;
  readonly kind: 'float' | 'integer' | 'boolean';
  readonly view: (buffer: ArrayBufferLike, byteOffset: number, length: number) => NdData;
}

type View = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NdData;
};

const row = (kind: DTypeRow['kind'], npy: string, array: unknown): DTypeRow => {
  const Elements = array as View;
  return { bytes: Elements.BYTES_PER_ELEMENT, npy, kind, view: (buffer, offset, length) => new Elements(buffer, offset, length) };
};

export const DTYPES: Readonly<Record<DType, DTypeRow>> = {
  u8: row('integer', 'u1', Uint8Array),
  i8: row('integer', 'i1', Int8Array),
  u16: row('integer', 'u2', Uint16Array),
  i16: row('integer', 'i2', Int16Array),
  u32: row('integer', 'u4', Uint32Array),
  i32: row('integer', 'i4', Int32Array),
  u64: row('integer', 'u8', BigUint64Array),
  i64: row('integer', 'i8', BigInt64Array),
  f16: row('float', 'f2', Uint16Array),
  f32: row('float', 'f4', Float32Array),
  f64: row('float', 'f8', Float64Array),
  bool: row('boolean', 'b1', Uint8Array),
};

/** Typed arrays have the byte order of the machine; a few machines are big-endian. */
export const HOST_ORDER: '<' | '>' = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? '<' : '>';

/**
 * `count` elements of the bytes at `offset`, which the caller has proven to be there: a view where alignment and byte
 * order allow, otherwise a copy.
 */
export function elementsAt(bytes: Uint8Array, offset: number, count: number, dtype: DType, order: '<' | '>'): NdData {
  const { bytes: size, view } = DTYPES[dtype];
  const start = bytes.byteOffset + offset;
  const swap = size > 1 && order !== HOST_ORDER;
  if (!swap && start % size === 0) return view(bytes.buffer, start, count);
  const own = bytes.slice(offset, offset + count * size);
  if (swap) swapBytes(own, size);
  return view(own.buffer, 0, count);
}

/** Turns the byte order of every element of `size` bytes, in place. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; at + size <= bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** Bits of a binary16 → number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
