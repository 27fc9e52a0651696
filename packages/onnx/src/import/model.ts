import type { Attribute, Layer, Model } from '@fretwork/format';
import { SCHEMES_KEY, type ImportOptions } from '../contract.js';
import type { Node, NodeAttribute } from '../forms/node.js';
import { draftOf } from './draft.js';
import { inOrder } from './order.js';
import { refuseAll } from './plan.js';

/**
 * An ONNX file as a model of layers and weights. Throws `FretworkError`: `onnx.unsupported` with everything that is not
 * supported, other codes `onnx.*` where the file is broken.
 */
export function importModel(bytes: Uint8Array, options: ImportOptions = {}): Model {
  const draft = draftOf(bytes, options);
  refuseAll(draft.problems);
  const { proto, graph } = draft;
  const made = new Set(draft.nodes.flatMap((node) => node.outputs));
  return {
    name: graph.name,
    inputs: draft.inputs,
    outputs: draft.outputs,
    values: draft.values.filter((value) => made.has(value.name)),
    layers: inOrder(draft.nodes).map(layerOf),
    tensors: draft.tensors,
    provenance: {
      producer: proto.producerName,
      producerVersion: proto.producerVersion,
      sourceOpset: draft.opset,
      doc: proto.docString === '' ? graph.docString : proto.docString,
      metadata: proto.metadataProps.filter(({ key }) => key !== SCHEMES_KEY).map(({ key, value }) => [key, value] as const),
    },
  };
}

function layerOf(node: Node): Layer {
  return {
    name: node.name,
    operator: node.operator,
    domain: '',
    inputs: node.inputs,
    outputs: node.outputs,
    attributes: new Map([...node.attributes].map(([name, value]) => [name, attributeOf(value)])),
    ...(node.origin === undefined ? {} : { origin: node.origin }),
  };
}

function attributeOf(attribute: NodeAttribute): Attribute {
  if (attribute.type === 'int') return { type: 'int', value: Number(attribute.value) };
  if (attribute.type === 'ints') return { type: 'ints', value: attribute.value.map(Number) };
  return attribute;
}
