import type { Dimension, ValueInfo } from '@fretwork/format';
import { toNumber } from '../schema/decode.js';
import type { onnx } from '../schema/onnx.pb.js';
import { tensorType, typeName } from '../tensor/types.js';

export type ValueResult =
  | { readonly ok: true; readonly value: ValueInfo }
  | { readonly ok: false; readonly reason: string };

/** A declared value. A size that is neither a number nor a name, or is below 0, says nothing: `'?'`. */
export function readValue(proto: onnx.ValueInfoProto): ValueResult {
  const type = proto.type;
  if (type?.value !== 'tensorType' || type.tensorType === null) {
    const kind = type?.value === undefined ? 'without a type' : `a ${type.value.replace('Type', '').replace('sparseTensor', 'sparse tensor')}`;
    return { ok: false, reason: `it is ${kind}` };
  }
  const row = tensorType(type.tensorType.elemType);
  if (row === undefined) return { ok: false, reason: `its elements are ${typeName(type.tensorType.elemType)}` };
  const shape = type.tensorType.shape;
  return {
    ok: true,
    value: { name: proto.name, dtype: row.dtype, ...(shape === null ? {} : { shape: shape.dim.map(readDimension) }) },
  };
}

function readDimension(dim: onnx.DimensionProto): Dimension {
  if (dim.value === 'dimParam') return dim.dimParam === '' ? '?' : dim.dimParam;
  if (dim.value !== 'dimValue') return '?';
  const size = toNumber(dim.dimValue);
  return Number.isSafeInteger(size) && size >= 0 ? size : '?';
}
