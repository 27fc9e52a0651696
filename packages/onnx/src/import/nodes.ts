import type { DenseTensor } from '@fretwork/format';
import type { OnnxProblem } from '../contract.js';
import type { Node, NodeAttribute } from '../forms/node.js';
import type { onnx } from '../schema/onnx.pb.js';
import type { TensorSource } from '../tensor/read.js';
import { readAttribute } from './attribute.js';
import { constantOf } from './constant.js';
import { isOwnDomain } from './opset.js';
import { judgeOperator, layerProblem } from './judge.js';
import { nameLayers } from './name.js';

/** The nodes of a file, still in the form of its opset, its constants apart. */
export interface NodesOfFile {
  readonly nodes: readonly Node[];
  readonly constants: readonly (readonly [name: string, tensor: DenseTensor])[];
  readonly problems: readonly OnnxProblem[];
}

/** Reads nodes; those with problems are left out of `nodes`. Tensors in attributes throw as `readTensor` does. */
export function readNodes(graph: onnx.GraphProto, opset: number, functions: readonly onnx.FunctionProto[], source: TensorSource): NodesOfFile {
  const nodes: Node[] = [];
  const constants: (readonly [string, DenseTensor])[] = [];
  const problems: OnnxProblem[] = [];
  const names = nameLayers(graph.node);
  graph.node.forEach((proto, i) => {
    const name = names[i]!;
    const constant = proto.opType === 'Constant' && isOwnDomain(proto.domain);
    const unknown = constant ? undefined : judgeOperator(proto, name, opset, functions);
    if (unknown !== undefined) {
      problems.push(unknown);
      return;
    }
    const attributes = new Map<string, NodeAttribute>();
    for (const attribute of proto.attribute) {
      const read = readAttribute(attribute, name, source);
      if (!read.ok) problems.push(layerProblem(name, proto.opType, 'attribute', read.reason, read.hint));
      else if (attributes.has(attribute.name)) problems.push(layerProblem(name, proto.opType, 'attribute', `attribute ${attribute.name} is there twice`, 'export the model again'));
      else attributes.set(attribute.name, read.attribute);
    }
    if (attributes.size < proto.attribute.length) return;
    if (!constant) {
      nodes.push({ name, operator: proto.opType, inputs: proto.input, outputs: proto.output, attributes });
      return;
    }
    const tensor = constantOf(attributes);
    const output = proto.output[0] ?? '';
    if (tensor === undefined || output === '' || proto.output.length > 1) {
      problems.push(layerProblem(name, 'Constant', 'attribute', 'it has not just one value, which is numbers', 'strings are not supported; export the model again'));
    } else constants.push([output, tensor]);
  });
  return { nodes, constants, problems };
}
