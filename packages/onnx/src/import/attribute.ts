import type { DenseTensor } from '@fretwork/format';
import type { NodeAttribute } from '../forms/node.js';
import { toBigInt } from '../schema/decode.js';
import type { onnx } from '../schema/onnx.pb.js';
import { readTensor, type TensorSource } from '../tensor/read.js';
import { readSparse } from '../tensor/sparse.js';

export type AttributeResult =
  | { readonly ok: true; readonly attribute: NodeAttribute }
  | { readonly ok: false; readonly reason: string; readonly hint: string };

const text = new TextDecoder();

/** One row per number of ONNX's `AttributeType`: how it is read, or what it is that is refused. */
const READERS: Readonly<Record<number, ((proto: onnx.AttributeProto) => NodeAttribute) | string>> = {
  1: (proto) => ({ type: 'float', value: proto.f }),
  2: (proto) => ({ type: 'int', value: toBigInt(proto.i) }),
  3: (proto) => ({ type: 'string', value: text.decode(proto.s) }),
  5: 'a graph (control flow)',
  6: (proto) => ({ type: 'floats', value: proto.floats }),
  7: (proto) => ({ type: 'ints', value: proto.ints.map(toBigInt) }),
  8: (proto) => ({ type: 'strings', value: proto.strings.map((bytes) => text.decode(bytes)) }),
  9: 'a list of tensors',
  10: 'a list of graphs (control flow)',
  12: 'a list of sparse tensors',
  13: 'a type',
  14: 'a list of types',
};

const TENSOR = 4;
const SPARSE_TENSOR = 11;

/** An attribute of a node; sparse tensors become dense. Not `ok` where ONNX has it and this package has not. */
export function readAttribute(proto: onnx.AttributeProto, layer: string, source: TensorSource): AttributeResult {
  const place = `${layer}/${proto.name}`;
  if (proto.refAttrName !== '') return refuse(`attribute ${proto.name} refers to one of a function`);
  if (proto.type === TENSOR && proto.t !== null) return fromTensor(readTensor(proto.t, place, source), proto.name);
  if (proto.type === SPARSE_TENSOR && proto.sparseTensor !== null) return fromTensor(readSparse(proto.sparseTensor, place, source), proto.name);
  const read = READERS[proto.type];
  if (typeof read === 'function') return { ok: true, attribute: read(proto) };
  return refuse(`attribute ${proto.name} is ${read ?? `of type ${proto.type}, without a value`}`);
}

type FromTensor = { ok: true; tensor: DenseTensor } | { ok: false; reason: string; hint: string };

const fromTensor = (result: FromTensor, name: string): AttributeResult =>
  result.ok ? { ok: true, attribute: { type: 'tensor', value: result.tensor } }
    : { ok: false, reason: `attribute ${name} is a tensor, and ${result.reason}`, hint: result.hint };

const refuse = (reason: string): AttributeResult =>
  ({ ok: false, reason, hint: 'export the model for inference, without control flow or functions' });
