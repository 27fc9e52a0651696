import type { DenseTensor, DType, TensorData } from './contract.js';
import { FretworkError } from './error.js';

/** One row per element type: bytes per element, how it is held, what it is. */
export interface DTypeRow {
  readonly bytes: number;
  readonly kind: 'float' | 'integer' | 'boolean';
  /** A view of `length` elements, or zeroed elements where no buffer is given. */
  readonly view: (buffer: ArrayBufferLike, byteOffset: number, length: number) => TensorData;
  readonly make: (length: number) => TensorData;
}

type Maker = {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): TensorData;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TensorData;
};

const row = (kind: DTypeRow['kind'], array: unknown): DTypeRow => {
  const Maker = array as Maker;
  return {
    bytes: Maker.BYTES_PER_ELEMENT,
    kind,
    view: (buffer, byteOffset, length) => new Maker(buffer, byteOffset, length),
    make: (length) => new Maker(length),
  };
};

export const DTYPES: Readonly<Record<DType, DTypeRow>> = {
  f32: row('float', Float32Array),
  f16: row('float', Uint16Array),
  bf16: row('float', Uint16Array),
  f64: row('float', Float64Array),
  i8: row('integer', Int8Array),
  u8: row('integer', Uint8Array),
  i16: row('integer', Int16Array),
  u16: row('integer', Uint16Array),
  i32: row('integer', Int32Array),
  u32: row('integer', Uint32Array),
  i64: row('integer', BigInt64Array),
  u64: row('integer', BigUint64Array),
  bool: row('boolean', Uint8Array),
};

export const isDType = (name: string): name is DType => Object.hasOwn(DTYPES, name);

/** Number of elements of a shape; 1 for `[]`, 0 where a dimension is 0. Throws `shape.overflow` past 2^53 - 1. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const d of shape) count = mulChecked(count, d);
  return count;
}

/** a·b of two non-negative safe integers. Throws `shape.overflow` where the product is none. */
export function mulChecked(a: number, b: number): number {
  const product = a * b;
  if (!Number.isSafeInteger(product) || product < 0) {
    throw new FretworkError('shape.overflow', 'a size does not fit', { expected: 'below 2^53', actual: `${a} x ${b}` });
  }
  return product;
}

/** A dense tensor over `data`, which is kept, not copied. Throws `tensor.length` where shape and data disagree. */
export function dense(dtype: DType, shape: readonly number[], data: TensorData): DenseTensor {
  const expected = elementCount(shape);
  if (data.length !== expected || data.BYTES_PER_ELEMENT !== DTYPES[dtype].bytes) {
    throw new FretworkError('tensor.length', `data does not fit ${dtype} [${shape.join(', ')}]`, {
      expected: `${expected} elements of ${DTYPES[dtype].bytes} bytes`,
      actual: `${data.length} of ${data.BYTES_PER_ELEMENT}`,
    });
  }
  return { kind: 'dense', dtype, shape, data };
}

/** A zeroed dense tensor. */
export const zeros = (dtype: DType, shape: readonly number[]): DenseTensor =>
  ({ kind: 'dense', dtype, shape, data: DTYPES[dtype].make(elementCount(shape)) });

/** The bytes of typed array `data`, shared, not copied. */
export const bytesOf = (data: TensorData): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Types of ONNX's `TensorProto.DataType` as `Cast` and its kin name them. */
export const ONNX_DTYPES: ReadonlyMap<number, DType> = new Map([
  [1, 'f32'], [2, 'u8'], [3, 'i8'], [4, 'u16'], [5, 'i16'], [6, 'i32'], [7, 'i64'], [9, 'bool'], [10, 'f16'],
  [11, 'f64'], [12, 'u32'], [13, 'u64'], [16, 'bf16'],
] as const);
