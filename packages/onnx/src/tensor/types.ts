import type { DType } from '@fretwork/format';

/** One row per element type: its number in ONNX's `TensorProto.DataType`, and the lists that may hold its elements. */
export interface TensorTypeRow {
  readonly number: number;
  readonly dtype: DType;
  readonly list: 'floatData' | 'doubleData' | 'int32Data' | 'int64Data' | 'uint64Data';
  /** Range of an element in `int32Data` or `uint64Data`, as those hold narrower types. */
  readonly range?: readonly [least: number, most: number];
}

export const TENSOR_TYPES: readonly TensorTypeRow[] = [
  { number: 1, dtype: 'f32', list: 'floatData' },
  { number: 2, dtype: 'u8', list: 'int32Data', range: [0, 0xff] },
  { number: 3, dtype: 'i8', list: 'int32Data', range: [-0x80, 0x7f] },
  { number: 4, dtype: 'u16', list: 'int32Data', range: [0, 0xffff] },
  { number: 5, dtype: 'i16', list: 'int32Data', range: [-0x8000, 0x7fff] },
  { number: 6, dtype: 'i32', list: 'int32Data' },
  { number: 7, dtype: 'i64', list: 'int64Data' },
  { number: 9, dtype: 'bool', list: 'int32Data', range: [0, 1] },
  { number: 10, dtype: 'f16', list: 'int32Data', range: [0, 0xffff] },
  { number: 11, dtype: 'f64', list: 'doubleData' },
  { number: 12, dtype: 'u32', list: 'uint64Data', range: [0, 0xffffffff] },
  { number: 13, dtype: 'u64', list: 'uint64Data' },
  { number: 16, dtype: 'bf16', list: 'int32Data', range: [0, 0xffff] },
];

/** Names of the types that ONNX has and this package has not, for the message that refuses them. */
const OTHERS: Readonly<Record<number, string>> = {
  8: 'string', 14: 'complex64', 15: 'complex128', 17: 'float8e4m3fn', 18: 'float8e4m3fnuz', 19: 'float8e5m2', 20: 'float8e5m2fnuz',
  21: 'uint4', 22: 'int4', 23: 'float4e2m1', 24: 'float8e8m0', 25: 'uint2', 26: 'int2',
};

export const tensorType = (number: number): TensorTypeRow | undefined => TENSOR_TYPES.find((row) => row.number === number);

/** ONNX's number of `dtype`. */
export const numberOf = (dtype: DType): number => TENSOR_TYPES.find((row) => row.dtype === dtype)!.number;

export const typeName = (number: number): string => tensorType(number)?.dtype ?? OTHERS[number] ?? `type ${number}`;
