import { DTYPES, type ValueInfo } from '@fretwork/format';
import type { OnnxProblem } from '../contract.js';
import type { onnx } from '../schema/onnx.pb.js';
import { readValue } from './value.js';

/** Declared values of a graph. */
export interface Values {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Those between the layers whose type is supported. */
  readonly values: readonly ValueInfo[];
  readonly problems: readonly OnnxProblem[];
}

/** Reads declared values; inputs that are `weights` are none. */
export function readValues(graph: onnx.GraphProto, weights: ReadonlySet<string>): Values {
  const problems: OnnxProblem[] = [];
  const must = (protos: readonly onnx.ValueInfoProto[], what: string): readonly ValueInfo[] => protos.flatMap((proto) => {
    const result = readValue(proto);
    if (result.ok) return [result.value];
    problems.push({
      kind: 'value', name: proto.name, operator: '', part: 'type', reason: `as an ${what} of the model ${result.reason}`,
      hint: `inputs and outputs have to be tensors of ${Object.keys(DTYPES).join(', ')}`,
    });
    return [];
  });
  const ends = new Set([...graph.input, ...graph.output].map((proto) => proto.name));
  const seen = new Set<string>();
  const values: ValueInfo[] = [];
  for (const proto of graph.valueInfo) {
    if (weights.has(proto.name) || ends.has(proto.name) || seen.has(proto.name)) continue;
    seen.add(proto.name);
    const result = readValue(proto);
    if (result.ok) values.push(result.value);
  }
  return { inputs: must(graph.input.filter((proto) => !weights.has(proto.name)), 'input'), outputs: must(graph.output, 'output'), values, problems };
}
