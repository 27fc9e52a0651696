import { dense, DTYPES, elementCount, FretworkError, mulChecked, type DenseTensor } from '@fretwork/format';
import type { ExternalData } from '../contract.js';
import { fromExternal } from '../external/read.js';
import { toBigInt } from '../schema/decode.js';
import type { onnx } from '../schema/onnx.pb.js';
import type { Budget } from './budget.js';
import { readDims } from './shape.js';
import { tensorType, typeName, type TensorTypeRow } from './types.js';

/** What reading a tensor needs besides the tensor. */
export interface TensorSource {
  readonly budget: Budget;
  readonly externalData: ExternalData | undefined;
}

export type TensorResult =
  | { readonly ok: true; readonly tensor: DenseTensor }
  | { readonly ok: false; readonly reason: string; readonly hint: string };

const LISTS = ['floatData', 'doubleData', 'int32Data', 'int64Data', 'uint64Data'] as const;

/**
 * A tensor of a file, copied. `name` is for messages. Not `ok` where ONNX has it and this package has not.
 * Throws `onnx.tensor-shape`, `onnx.tensor-length`, `onnx.tensor-range`, `onnx.tensors-too-large`, `onnx.external-*`.
 */
export function readTensor(proto: onnx.TensorProto, name: string, source: TensorSource): TensorResult {
  const type = tensorType(proto.dataType);
  if (type === undefined) {
    return { ok: false, reason: `its elements are ${typeName(proto.dataType)}`, hint: 'convert it to float32, float16 or an integer type' };
  }
  if (proto.segment !== null) {
    return { ok: false, reason: 'it is one segment of a tensor in several parts', hint: 'save the model with whole tensors' };
  }
  const shape = readDims(proto.dims, name);
  const bytes = mulChecked(elementCount(shape), DTYPES[type.dtype].bytes);
  source.budget.take(bytes, name);
  if (proto.dataLocation === 1) {
    return { ok: true, tensor: fromBytes(fromExternal(proto, name, bytes, source.externalData), type, shape, name) };
  }
  if (proto.rawData.length > 0) return { ok: true, tensor: fromBytes(proto.rawData, type, shape, name) };
  return { ok: true, tensor: fromList(proto, type, shape, name) };
}

function fromBytes(raw: Uint8Array, type: TensorTypeRow, shape: readonly number[], name: string): DenseTensor {
  const { bytes, view } = DTYPES[type.dtype];
  const count = elementCount(shape);
  if (raw.length !== count * bytes) throw wrongLength(name, `${count * bytes} bytes`, `${raw.length}`);
  const copy = raw.slice();
  if (type.dtype === 'bool') for (let i = 0; i < copy.length; i++) copy[i] = copy[i] === 0 ? 0 : 1;
  return dense(type.dtype, shape, view(copy.buffer, copy.byteOffset, count));
}

function fromList(proto: onnx.TensorProto, type: TensorTypeRow, shape: readonly number[], name: string): DenseTensor {
  const count = elementCount(shape);
  const other = LISTS.find((list) => list !== type.list && proto[list].length > 0);
  if (other !== undefined) throw wrongLength(name, `elements of ${type.dtype} in ${type.list}`, `some in ${other}`);
  const length = proto[type.list].length;
  if (length !== count) throw wrongLength(name, `${count} elements`, `${length}`);
  const data = DTYPES[type.dtype].make(count);
  if (type.list === 'int64Data' || (type.list === 'uint64Data' && type.range === undefined)) {
    const list = proto[type.list];
    const into = data as BigInt64Array | BigUint64Array;
    for (let i = 0; i < count; i++) into[i] = toBigInt(list[i]!);
  } else {
    const list = type.list === 'uint64Data' ? proto.uint64Data.map((word) => Number(BigInt.asUintN(64, toBigInt(word)))) : proto[type.list] as readonly number[];
    const into = data as Float32Array;
    for (let i = 0; i < count; i++) into[i] = type.dtype === 'bool' ? Number(list[i] !== 0) : inRange(list[i]!, type, name);
  }
  return dense(type.dtype, shape, data);
}

function inRange(value: number, type: TensorTypeRow, name: string): number {
  if (type.range === undefined || (value >= type.range[0] && value <= type.range[1])) return value;
  throw new FretworkError('onnx.tensor-range', `an element is no ${type.dtype}`, {
    tensor: name, expected: `${type.range[0]} to ${type.range[1]}`, actual: `${value}`,
  });
}

const wrongLength = (tensor: string, expected: string, actual: string): FretworkError =>
  new FretworkError('onnx.tensor-length', 'a tensor has other data than its shape says', {
    tensor, expected, actual, hint: 'the file is damaged; export the model again',
  });
