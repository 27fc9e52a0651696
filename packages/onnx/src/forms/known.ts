import type { DType, Tensor, ValueInfo } from '@fretwork/format';
import { tensorType } from '../tensor/types.js';
import { valueOf, type Node } from './node.js';

/** What is known of values before any shape was inferred. */
export interface Known {
  readonly dtypeOf: (name: string) => DType | undefined;
  readonly rankOf: (name: string) => number | undefined;
}

type Rule = (node: Node, of: (name: string) => number | undefined, tensor: (name: string) => Tensor | undefined) => number | undefined;

const first: Rule = (node, of) => of(node.inputs[0] ?? '');
const two: Rule = () => 2;
const widest: Rule = (node, of) => {
  const ranks = node.inputs.map(of);
  return ranks.every((rank) => rank !== undefined) ? Math.max(...ranks as number[]) : undefined;
};
const table = (rule: Rule, ...operators: readonly string[]): readonly (readonly [string, Rule])[] => operators.map((operator) => [operator, rule]);

/** Rank of the first output; an operator without a row: not known. */
const RANKS: ReadonlyMap<string, Rule> = new Map([
  ...table(first, 'Abs', 'AveragePool', 'BatchNormalization', 'Cast', 'Clip', 'Concat', 'Conv', 'ConvTranspose', 'Dropout', 'Elu', 'Erf', 'Exp',
    'GlobalAveragePool', 'GlobalMaxPool', 'HardSigmoid', 'Identity', 'InstanceNormalization', 'LRN', 'LeakyRelu', 'Log', 'LogSoftmax', 'MaxPool',
    'Neg', 'Pad', 'PRelu', 'Relu', 'Selu', 'Sigmoid', 'Slice', 'Softmax', 'Softplus', 'Split', 'Sqrt', 'Tanh', 'Transpose'),
  ...table(two, 'Flatten', 'Gemm'),
  ...table(widest, 'Add', 'Div', 'Max', 'Mean', 'Min', 'Mul', 'Sub', 'Sum', 'Where'),
  ['MatMul', (node, of) => { const rank = widest(node, of, () => undefined); return rank !== undefined && node.inputs.every((name) => of(name)! >= 2) ? rank : undefined; }],
  ['Reshape', (node, _of, tensor) => tensor(node.inputs[1] ?? '')?.shape[0]],
]);

const logical = new Set(['And', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Not', 'Or', 'Xor']);
const indices = new Set(['ArgMax', 'ArgMin', 'Shape']);

/** Answers from declared values and tensors, and else by walking up to what made the value. */
export function knownOf(nodes: readonly Node[], values: Iterable<ValueInfo>, tensors: ReadonlyMap<string, Tensor>): Known {
  const declared = new Map<string, ValueInfo>();
  for (const value of values) declared.set(value.name, value);
  const maker = new Map<string, Node>();
  for (const node of nodes) for (const name of node.outputs) if (name !== '') maker.set(name, node);

  const ranks = new Map<string, number | undefined>();
  const stepRank = (node: Node, of: (name: string) => number | undefined): number | undefined =>
    RANKS.get(node.operator)?.(node, of, (name) => tensors.get(name));

  const ownRank = (name: string): number | undefined => tensors.get(name)?.shape.length ?? declared.get(name)?.shape?.length;

  const rankOf = (name: string): number | undefined => {
    const path = [name];
    while (path.length > 0) {
      const top = path.at(-1)!;
      const node = maker.get(top);
      const own = ownRank(top);
      if (own !== undefined || node === undefined || node.outputs[0] !== top && node.operator !== 'Split') {
        ranks.set(top, own);
        path.pop();
        continue;
      }
      // Marked before its inputs are asked, so that a cycle ends as "not known".
      const open = ranks.has(top) ? [] : RANKS.has(node.operator) ? node.inputs.filter((input) => input !== '' && !ranks.has(input)) : [];
      ranks.set(top, undefined);
      if (open.length > 0) { path.push(...open); continue; }
      ranks.set(top, stepRank(node, (input) => ranks.get(input) ?? ownRank(input)));
      path.pop();
    }
    return ranks.get(name);
  };

  const dtypeOf = (name: string): DType | undefined => {
    let at = name;
    for (let steps = 0; steps <= nodes.length; steps++) {
      const known = tensors.get(at)?.dtype ?? declared.get(at)?.dtype;
      if (known !== undefined) return known;
      const node = maker.get(at);
      if (node === undefined) return undefined;
      if (logical.has(node.operator)) return 'bool';
      if (indices.has(node.operator) || ((node.operator === 'TopK' || node.operator === 'MaxPool') && node.outputs[1] === at)) return 'i64';
      if (node.operator === 'Cast') return tensorType(Number(valueOf(node, 'to', 'int') ?? 0n))?.dtype;
      if (node.operator === 'ConstantOfShape') return valueOf(node, 'value', 'tensor')?.dtype ?? 'f32';
      at = (node.operator === 'Where' ? node.inputs[1] : node.operator === 'OneHot' ? node.inputs[2] : node.inputs[0]) ?? '';
    }
    return undefined;
  };
  return { dtypeOf, rankOf };
}
