import type { Attribute, Layer } from '@fretwork/format';
import type { Node, NodeAttribute } from '../forms/node.js';
import type { onnx } from '../schema/onnx.pb.js';
import { fromBigInt } from '../schema/decode.js';
import { writeTensor } from '../tensor/write.js';

/** A layer as the node it is in ONNX, without its fused activation. */
export const nodeOf = (layer: Layer): Node => ({
  name: layer.name, operator: layer.operator, inputs: layer.inputs, outputs: layer.outputs,
  attributes: new Map([...layer.attributes].map(([name, value]) => [name, wide(value)])),
});

function wide(attribute: Attribute): NodeAttribute {
  if (attribute.type === 'int') return { type: 'int', value: BigInt(attribute.value) };
  if (attribute.type === 'ints') return { type: 'ints', value: attribute.value.map(BigInt) };
  return attribute;
}

const text = new TextEncoder();

/** Numbers of ONNX's `AttributeType`. */
const WRITERS: { readonly [T in NodeAttribute['type']]: (value: Extract<NodeAttribute, { type: T }>['value']) => onnx.AttributeFields } = {
  float: (value) => ({ type: 1, f: value }),
  int: (value) => ({ type: 2, i: fromBigInt(value) }),
  string: (value) => ({ type: 3, s: text.encode(value) }),
  tensor: (value) => ({ type: 4, t: writeTensor(value, '') }),
  floats: (value) => ({ type: 6, floats: [...value] }),
  ints: (value) => ({ type: 7, ints: value.map(fromBigInt) }),
  strings: (value) => ({ type: 8, strings: value.map((word) => text.encode(word)) }),
};

/** A node as ONNX writes it; attributes in the order of the layer. */
export const writeNode = (node: Node): onnx.NodeFields => ({
  input: [...node.inputs],
  output: [...node.outputs],
  name: node.name,
  opType: node.operator,
  attribute: [...node.attributes].map(([name, attribute]) => ({ name, ...(WRITERS[attribute.type] as (value: unknown) => onnx.AttributeFields)(attribute.value) })),
});
