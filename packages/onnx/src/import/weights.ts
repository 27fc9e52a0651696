import type { DenseTensor } from '@fretwork/format';
import type { OnnxProblem } from '../contract.js';
import type { onnx } from '../schema/onnx.pb.js';
import { readTensor, type TensorResult, type TensorSource } from '../tensor/read.js';
import { readSparse } from '../tensor/sparse.js';

/** Initialisers of a graph. */
export interface Weights {
  readonly tensors: readonly (readonly [name: string, tensor: DenseTensor])[];
  /** Names of all, also of those that are not supported. */
  readonly names: readonly string[];
  /** Names of those that are sparse in the file. */
  readonly sparse: ReadonlySet<string>;
  readonly problems: readonly OnnxProblem[];
}

export function readWeights(graph: onnx.GraphProto, source: TensorSource): Weights {
  const tensors: (readonly [string, DenseTensor])[] = [];
  const names: string[] = [];
  const problems: OnnxProblem[] = [];
  const keep = (name: string, result: TensorResult): void => {
    names.push(name);
    if (result.ok) tensors.push([name, result.tensor]);
    else problems.push({ kind: 'tensor', name, operator: '', part: 'type', reason: result.reason, hint: result.hint });
  };
  for (const proto of graph.initializer) keep(proto.name, readTensor(proto, proto.name, source));
  const sparse = new Set<string>();
  for (const proto of graph.sparseInitializer) {
    const name = proto.values?.name ?? '';
    sparse.add(name);
    keep(name, readSparse(proto, name, source));
  }
  return { tensors, names, sparse, problems };
}
