import { FretworkError, type DenseTensor, type ValueInfo } from '@fretwork/format';
import { IMPORT_LIMITS, type ImportOptions, type OnnxProblem, type LayerPlan } from '../contract.js';
import type { Node } from '../forms/node.js';
import { decodeModel } from '../schema/decode.js';
import type { onnx } from '../schema/onnx.pb.js';
import { budgetOf } from '../tensor/budget.js';
import type { TensorSource } from '../tensor/read.js';
import { readNodes } from './nodes.js';
import { opsetOf } from './opset.js';
import { reform } from './reform.js';
import { readValues } from './values.js';
import { readWeights } from './weights.js';
import { checkNames } from './single-assignment.js';

/** A file as far as it can be read: planning prints it, importing makes a `Model` of it. */
export interface Draft {
  readonly proto: onnx.ModelProto;
  readonly graph: onnx.GraphProto;
  readonly opset: number;
  readonly nodes: readonly Node[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly values: readonly ValueInfo[];
  readonly tensors: ReadonlyMap<string, DenseTensor>;
  /** Names of tensors that the file itself holds as sparse. */
  readonly sparse: ReadonlySet<string>;
  readonly plans: readonly LayerPlan[];
  readonly constants: readonly string[];
  readonly problems: readonly OnnxProblem[];
}

/** Reads everything, so that `problems` is complete. Throws where the file is broken. */
export function draftOf(bytes: Uint8Array, options: ImportOptions): Draft {
  const proto = decodeModel(bytes, options.limits);
  const graph = proto.graph;
  if (graph === null) {
    throw new FretworkError('onnx.malformed', 'the file holds no graph', { hint: 'is it an ONNX model?' });
  }
  const opset = opsetOf(proto);
  const source: TensorSource = {
    budget: budgetOf(options.limits?.tensorBytes ?? IMPORT_LIMITS.tensorBytes),
    externalData: options.externalData,
  };
  const read = readNodes(graph, opset, proto.functions, source);
  const weights = readWeights(graph, source);
  checkNames(graph, weights.names);
  const tensors = new Map([...weights.tensors, ...read.constants]);
  const values = readValues(graph, new Set([...weights.names, ...read.constants.map(([name]) => name)]));
  const declared = [...values.inputs, ...values.outputs, ...values.values];
  const reformed = reform(read.nodes, opset, declared, values.outputs, tensors);
  return {
    proto, graph, opset, tensors, ...reformed, ...values,
    sparse: weights.sparse,
    constants: read.constants.map(([name]) => name),
    problems: [...read.problems, ...weights.problems, ...values.problems, ...reformed.problems],
  };
}
