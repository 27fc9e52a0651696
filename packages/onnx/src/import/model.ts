import { checkModel, type Attribute, type Layer, type Model, type Scheme } from '@fretwork/format';
import { SCHEMES_KEY, type ImportOptions } from '../contract.js';
import type { Node, NodeAttribute } from '../forms/node.js';
import { listProblems } from '../problem.js';
import { parseSchemes } from '../schemes.js';
import { draftOf, type Draft } from './draft.js';
import { inOrder } from './order.js';
import { recogniseSparse } from './recognise.js';

/**
 * An ONNX file as a model of layers and weights. Throws `FretworkError`: `onnx.unsupported` with everything that is not
 * supported, other codes `onnx.*` where the file is broken, the codes of `checkModel` where the model in it is.
 */
export function importModel(bytes: Uint8Array, options: ImportOptions = {}): Model {
  const draft = draftOf(bytes, options);
  if (draft.problems.length > 0) listProblems('imported', draft.problems);
  const dense = modelOf(draft);
  const sparse = options.recogniseSparse === true || draft.sparse.size > 0
    ? recogniseSparse(dense, { inFile: draft.sparse, recognise: options.recogniseSparse === true }) : dense;
  checkModel(sparse);
  return sparse;
}

function modelOf(draft: Draft): Model {
  const { proto, graph } = draft;
  const made = new Set(draft.nodes.flatMap((node) => node.outputs));
  const entry = proto.metadataProps.find(({ key }) => key === SCHEMES_KEY);
  const schemes: ReadonlyMap<string, Scheme> = entry === undefined ? new Map() : parseSchemes(entry.value);
  return {
    name: graph.name,
    inputs: draft.inputs,
    outputs: draft.outputs,
    values: draft.values.filter((value) => made.has(value.name)),
    layers: inOrder(draft.nodes).map((node) => layerOf(node, schemes.get(node.name))),
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

function layerOf(node: Node, scheme: Scheme | undefined): Layer {
  return {
    name: node.name,
    operator: node.operator,
    domain: '',
    inputs: node.inputs,
    outputs: node.outputs,
    attributes: new Map([...node.attributes].map(([name, value]) => [name, attributeOf(value)])),
    ...(scheme === undefined ? {} : { scheme }),
    ...(node.origin === undefined ? {} : { origin: node.origin }),
  };
}

function attributeOf(attribute: NodeAttribute): Attribute {
  if (attribute.type === 'int') return { type: 'int', value: Number(attribute.value) };
  if (attribute.type === 'ints') return { type: 'ints', value: attribute.value.map(Number) };
  return attribute;
}
