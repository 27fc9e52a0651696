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

const LOGICAL = new Set(['And', 'Equal', 'Greater', 'GreaterOrEqual', 'IsInf', 'IsNaN', 'Less', 'LessOrEqual', 'Not', 'Or', 'Xor']);
const INDICES = new Set(['ArgMax', 'ArgMin', 'NonZero', 'Shape', 'Size']);
const SECOND_IS_INDEX = new Set(['TopK', 'MaxPool']);
/** Operators whose output has the element type of another input than the first. */
const LIKE_INPUT: ReadonlyMap<string, number> = new Map([['CastLike', 1], ['OneHot', 2], ['Where', 1]]);

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

  const dtypes = new Map<string, DType | undefined>();
  const dtypeOf = (name: string): DType | undefined => {
    const path: string[] = [];
    let at = name;
    while (!dtypes.has(at)) {
      // Set before its source is asked, so that a cycle ends as "not known".
      dtypes.set(at, undefined);
      path.push(at);
      const known = tensors.get(at)?.dtype ?? declared.get(at)?.dtype;
      const node = maker.get(at);
      const step = known !== undefined ? { dtype: known } : node === undefined ? { dtype: undefined } : stepType(node, at);
      if ('dtype' in step) { dtypes.set(at, step.dtype); break; }
      at = step.like;
    }
    const found = dtypes.get(at);
    for (const passed of path) dtypes.set(passed, found);
    return found;
  };
  return { dtypeOf, rankOf };
}

/** Element type of output `name`, or the value that has the same. */
function stepType(node: Node, name: string): { readonly dtype: DType | undefined } | { readonly like: string } {
  if (LOGICAL.has(node.operator)) return { dtype: 'bool' };
  if (INDICES.has(node.operator) || (SECOND_IS_INDEX.has(node.operator) && node.outputs[1] === name)) return { dtype: 'i64' };
  if (node.operator === 'Cast') return { dtype: tensorType(Number(valueOf(node, 'to', 'int') ?? 0n))?.dtype };
  if (node.operator === 'ConstantOfShape') return { dtype: valueOf(node, 'value', 'tensor')?.dtype ?? 'f32' };
  return { like: node.inputs[LIKE_INPUT.get(node.operator) ?? 0] ?? '' };
}
