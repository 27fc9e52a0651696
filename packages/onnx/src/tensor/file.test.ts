import protobuf from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { dense, DTYPES, FretworkError, type DType, type TensorData } from '@fretwork/format';
import { onnx } from '../schema/onnx.pb.js';
import { readTensorProto, writeTensorProto } from './file.js';
import { numberOf, TENSOR_TYPES, typeName } from './types.js';

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof FretworkError ? error.code : String(error);
  }
  return 'nothing thrown';
};

const fileOf = (fields: onnx.TensorFields): Uint8Array => onnx.TensorProto.encode({ name: 't', ...fields }).finish();

/** The same six elements of each type: as an array, and as ONNX's list of that type. */
const ELEMENTS: Readonly<Record<DType, readonly [TensorData, onnx.TensorFields]>> = {
  f32: [Float32Array.of(0, 1.5, -2, NaN, Infinity, 1e-20), { floatData: [0, 1.5, -2, NaN, Infinity, 1e-20] }],
  f64: [Float64Array.of(0, 1.5, -2, Math.PI, 1e300, -0), { doubleData: [0, 1.5, -2, Math.PI, 1e300, -0] }],
  f16: [Uint16Array.of(0, 0x3c00, 0x8000, 0x7c00, 1, 0xffff), { int32Data: [0, 0x3c00, 0x8000, 0x7c00, 1, 0xffff] }],
  bf16: [Uint16Array.of(0, 0x3f80, 0x8000, 0x7f80, 1, 0xffff), { int32Data: [0, 0x3f80, 0x8000, 0x7f80, 1, 0xffff] }],
  i8: [Int8Array.of(0, 1, -1, 127, -128, 5), { int32Data: [0, 1, -1, 127, -128, 5] }],
  u8: [Uint8Array.of(0, 1, 2, 255, 128, 5), { int32Data: [0, 1, 2, 255, 128, 5] }],
  i16: [Int16Array.of(0, 1, -1, 32767, -32768, 5), { int32Data: [0, 1, -1, 32767, -32768, 5] }],
  u16: [Uint16Array.of(0, 1, 2, 65535, 32768, 5), { int32Data: [0, 1, 2, 65535, 32768, 5] }],
  i32: [Int32Array.of(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 5), { int32Data: [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 5] }],
  u32: [Uint32Array.of(0, 1, 2, 2 ** 32 - 1, 2 ** 31, 5), { uint64Data: [0, 1, 2, 2 ** 32 - 1, 2 ** 31, 5] }],
  i64: [BigInt64Array.of(0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 5n), { int64Data: [0, 1, -1, { low: -1, high: 0x7fffffff, unsigned: false }, { low: 0, high: -0x80000000, unsigned: false }, 5] }],
  u64: [BigUint64Array.of(0n, 1n, 2n, 2n ** 64n - 1n, 2n ** 63n, 5n), { uint64Data: [0, 1, 2, { low: -1, high: -1, unsigned: true }, { low: 0, high: -0x80000000, unsigned: true }, 5] }],
  bool: [Uint8Array.of(0, 1, 0, 1, 1, 0), { int32Data: [0, 1, 0, 7, 1, 0] }],
};

describe('tensor files', () => {
  it.each(Object.keys(DTYPES) as DType[])('%s comes back from raw bytes', (dtype) => {
    const tensor = dense(dtype, [2, 3], ELEMENTS[dtype][0]);
    const bytes = writeTensorProto(tensor, 'a name');
    expect(readTensorProto(bytes)).toEqual({ name: 'a name', tensor });
    const odd = new Uint8Array(bytes.length + 1);
    odd.set(bytes, 1);
    expect(readTensorProto(odd.subarray(1)).tensor).toEqual(tensor);
  });

  it.each(Object.keys(DTYPES) as DType[])('%s is read from the list of its type', (dtype) => {
    const [data, list] = ELEMENTS[dtype];
    expect(readTensorProto(fileOf({ dims: [6], dataType: numberOf(dtype), ...list })).tensor).toEqual(dense(dtype, [6], data));
  });

  it('reads scalars and empty tensors', () => {
    expect(readTensorProto(fileOf({ dataType: 1, floatData: [3] })).tensor).toEqual(dense('f32', [], Float32Array.of(3)));
    expect(readTensorProto(fileOf({ dims: [0, 2 ** 40], dataType: 1 })).tensor.shape).toEqual([0, 2 ** 40]);
  });

  it('owns its elements', () => {
    const bytes = writeTensorProto(dense('u8', [2], Uint8Array.of(1, 2)), 't');
    const { tensor } = readTensorProto(bytes);
    bytes.fill(0);
    expect(tensor.data).toEqual(Uint8Array.of(1, 2));
  });

  it.each([
    ['onnx.tensor-shape', { dims: [-1], dataType: 1, rawData: new Uint8Array(4) }],
    ['onnx.tensor-shape', { dims: [2 ** 30, 2 ** 30], dataType: 1, rawData: new Uint8Array(4) }],
    ['onnx.tensor-length', { dims: [2], dataType: 1, rawData: new Uint8Array(4) }],
    ['onnx.tensor-length', { dims: [2 ** 29], dataType: 1, floatData: [1] }],
    ['onnx.tensor-length', { dims: [1], dataType: 1, doubleData: [1] }],
    ['onnx.tensor-range', { dims: [1], dataType: 3, int32Data: [128] }],
    ['onnx.tensor-range', { dims: [1], dataType: 12, uint64Data: [2 ** 33] }],
    ['onnx.tensors-too-large', { dims: [2 ** 40], dataType: 1, floatData: [1] }],
    ['onnx.unsupported', { dims: [1], dataType: 8, stringData: [new Uint8Array(1)] }],
    ['onnx.unsupported', { dims: [2], dataType: 22, rawData: new Uint8Array(1) }],
    ['onnx.unsupported', { dims: [1], dataType: 1, segment: { begin: 0, end: 1 }, floatData: [1] }],
    ['onnx.external-refused', { dims: [1], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: 'w' }] }],
  ] satisfies [string, onnx.TensorFields][])('%s', (expected, fields) => {
    expect(code(() => readTensorProto(fileOf(fields)))).toBe(expected);
  });

  it('refuses bytes that are no message', () => {
    expect(code(() => readTensorProto(Uint8Array.of(0x4a, 100, 1)))).toBe('onnx.malformed');
  });

  it('refuses to read where protobufjs lost its package for 64-bit integers', () => {
    const bytes = fileOf({ dims: [1], dataType: 1, floatData: [1] });
    const { Long } = protobuf.util;
    Object.assign(protobuf.util, { Long: null });
    try {
      expect(code(() => readTensorProto(bytes))).toBe('onnx.no-long');
    } finally {
      Object.assign(protobuf.util, { Long });
    }
  });

  it('has one row per element type of the format', () => {
    expect(TENSOR_TYPES.map((row) => row.dtype).sort()).toEqual(Object.keys(DTYPES).sort());
    expect(typeName(22)).toBe('int4');
    expect(typeName(99)).toBe('type 99');
  });
});
