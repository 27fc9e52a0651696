import protobuf from 'protobufjs/minimal.js';
import { FretworkError } from '@fretwork/format';
import { IMPORT_LIMITS, type ImportLimits } from '../contract.js';
import { onnx, type Int64 } from './onnx.pb.js';
import { countFields } from './scan.js';

/** Bytes → messages. Throws `onnx.too-large`, `onnx.too-many-nodes`, `onnx.too-many-fields`, `onnx.malformed`, `onnx.no-long`. */
export function decodeModel(bytes: Uint8Array, limits: Partial<ImportLimits> = {}): onnx.ModelProto {
  const all = { ...IMPORT_LIMITS, ...limits };
  if (bytes.length > all.fileBytes) {
    throw new FretworkError('onnx.too-large', 'the file is larger than allowed', {
      expected: `at most ${all.fileBytes} bytes`, actual: `${bytes.length}`, hint: 'raise limits.fileBytes if you trust the file',
    });
  }
  countFields(bytes, all);
  return guarded(bytes, 'an ONNX model', (reader) => onnx.ModelProto.decode(reader));
}

/** The same for a file that holds one tensor. */
export const decodeTensorProto = (bytes: Uint8Array): onnx.TensorProto =>
  guarded(bytes, 'an ONNX tensor', (reader) => onnx.TensorProto.decode(reader));

function guarded<T>(bytes: Uint8Array, what: string, decode: (reader: protobuf.Reader) => T): T {
  // Without it protobufjs gives plain numbers, rounded beyond 2^53, and every dimension would read as 0.
  if ((protobuf.util.Long as unknown) === null) {
    throw new FretworkError('onnx.no-long', '64-bit integers cannot be read: protobufjs does not find its package `long`', {
      hint: 'let the bundler keep `long`, or set `util.Long` of protobufjs before the first file is read',
    });
  }
  // A plain view: for a Node `Buffer` protobufjs would take its own path, which this package does not test.
  const reader = protobuf.Reader.create(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  reader.discardUnknown = true;
  try {
    return decode(reader);
  } catch (cause) {
    throw new FretworkError('onnx.malformed', `these bytes are not ${what}`, {
      offset: reader.pos, actual: cause instanceof Error ? cause.message : String(cause), cause,
      hint: 'the file is cut off or of another format; fetch it again',
    });
  }
}

/** A signed 64-bit integer, whole. */
export const toBigInt = (value: Int64): bigint => (BigInt(value.high | 0) << 32n) | BigInt(value.low >>> 0);

/** As a number: exact to 2^53, beyond it near enough to be told apart from what is allowed. */
export const toNumber = (value: Int64): number => (value.high | 0) * 2 ** 32 + (value.low >>> 0);

export const fromBigInt = (value: bigint): Int64 =>
  ({ low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)), unsigned: false });
