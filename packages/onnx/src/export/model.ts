import { bytesOf, decode, FretworkError, type DenseTensor, type Model, type Scheme, type ValueInfo } from '@fretwork/format';
import { SCHEMES_KEY, type ExportOptions, type OnnxProblem } from '../contract.js';
import { knownOf } from '../forms/known.js';
import type { Node } from '../forms/node.js';
import { judgeForm, layerProblem } from '../import/judge.js';
import { namesBeside } from '../import/name.js';
import { isOwnDomain } from '../import/opset.js';
import { listProblems } from '../problem.js';
import { operatorRow } from '../operators/table.js';
import { printSchemes } from '../schemes.js';
import { onnx } from '../schema/onnx.pb.js';
import { numberOf } from '../tensor/types.js';
import { writeTensor } from '../tensor/write.js';
import { nodeOf, writeNode } from './node.js';
import { chooseOpset, irVersionOf } from './opset.js';
import { unfuse } from './unfuse.js';

/** A protobuf message cannot be longer. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * A model as an ONNX file, weights inside. The same model gives the same bytes. Throws `onnx.unsupported` with every layer
 * that has no ONNX form here, `onnx.export-opset`, `onnx.export-clip`, `onnx.too-large`.
 */
export function exportModel(model: Model, options: ExportOptions = {}): Uint8Array {
  const problems = judgeLayers(model);
  if (problems.length > 0) listProblems('exported', problems);
  const tensors = new Map<string, DenseTensor>([...model.tensors].map(([name, tensor]) => [name, decode(tensor)]));
  const nodes = writtenNodes(model, tensors);
  const opset = chooseOpset(nodes, model.provenance.sourceOpset, options.opset);
  const size = [...tensors.values()].reduce((sum, tensor) => sum + tensor.data.byteLength, 0);
  if (size > MOST_BYTES) {
    throw new FretworkError('onnx.too-large', 'the weights do not fit into one ONNX file', {
      expected: `at most ${MOST_BYTES} bytes`, actual: `${size}`, hint: 'write a .bcr file instead',
    });
  }
  const { provenance } = model;
  const written = onnx.ModelProto.encode({
    irVersion: irVersionOf(opset),
    producerName: provenance.producer,
    producerVersion: provenance.producerVersion,
    docString: provenance.doc,
    graph: {
      name: model.name,
      node: nodes.map(writeNode),
      initializer: [...tensors].map(([name, tensor]) => writeTensor(tensor, name)),
      input: model.inputs.map(writeValue),
      output: model.outputs.map(writeValue),
      valueInfo: model.values.map(writeValue),
    },
    opsetImport: [{ domain: '', version: opset }],
    metadataProps: metadataOf(model),
  }).finish();
  // In Node this is a `Buffer`, which may share its memory with others.
  return written.byteLength === written.buffer.byteLength ? bytesOf(written) : new Uint8Array(written);
}

function judgeLayers(model: Model): readonly OnnxProblem[] {
  return model.layers.flatMap((layer): readonly OnnxProblem[] => {
    if (isOwnDomain(layer.domain) && operatorRow(layer.operator) !== undefined) return judgeForm(nodeOf(layer));
    return [layerProblem(layer.name, layer.operator, 'operator', 'ONNX has no such operator, as far as this package knows', 'write a .bcr file instead')];
  });
}

/** Adds to `tensors` what fused activations need. */
function writtenNodes(model: Model, tensors: Map<string, DenseTensor>): readonly Node[] {
  const declared: readonly ValueInfo[] = [...model.inputs, ...model.outputs, ...model.values];
  const known = knownOf(model.layers.map(nodeOf), declared, model.tensors);
  const values = namesBeside([...tensors.keys(), ...declared.map((value) => value.name), ...model.layers.flatMap((layer) => layer.outputs)]);
  const layers = namesBeside(model.layers.map((layer) => layer.name));
  return model.layers.flatMap((layer) => unfuse(layer, {
    value: (name, what) => values.take(`${name}/${what}`),
    layer: (name, what) => layers.take(`${name}/${what}`),
    dtypeOf: known.dtypeOf,
    add: (name, what, tensor) => {
      const taken = values.take(`${name}/${what}`);
      tensors.set(taken, tensor);
      return taken;
    },
  }));
}

function writeValue(value: ValueInfo): onnx.ValueInfoFields {
  const shape = value.shape?.map((size) => (typeof size === 'number' ? { dimValue: size } : size === '?' ? {} : { dimParam: size }));
  return { name: value.name, type: { tensorType: { elemType: numberOf(value.dtype), ...(shape === undefined ? {} : { shape: { dim: shape } }) } } };
}

function metadataOf(model: Model): onnx.StringStringEntryProto[] {
  const entries = model.provenance.metadata.map(([key, value]) => ({ key, value }));
  const schemes = model.layers.flatMap((layer): (readonly [string, Scheme])[] => (layer.scheme === undefined ? [] : [[layer.name, layer.scheme]]));
  return schemes.length === 0 ? entries : [...entries, { key: SCHEMES_KEY, value: printSchemes(schemes) }];
}
