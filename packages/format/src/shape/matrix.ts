/** Matrix products. */
import type { Dimension } from '../contract.js';
import { broadcast, contradict, type Dimensions, UNKNOWN } from './dimension.js';
import { type InferContext, known, type OperatorShape } from './context.js';
import { labelSizes, parseEquation } from './einsum.js';

/** numpy's matmul: `[…, M, K] x […, K, N]`; a vector counts as a row on the left, as a column on the right. */
const matMul: OperatorShape['infer'] = (ctx) => {
  const a = ctx.ranked(0, 1, Infinity);
  const b = ctx.ranked(1, 1, Infinity);
  if (a === undefined || b === undefined) return [known(ctx.dtype(0))];
  ctx.agree('shape.matrix', 'inner sizes differ', [a.at(-1), b.length === 1 ? b[0] : b.at(-2)]);
  const batch = broadcast(a.slice(0, -2), b.slice(0, -2));
  return [known(ctx.dtype(0), [...batch, ...(a.length === 1 ? [] : [a.at(-2)!]), ...(b.length === 1 ? [] : [b.at(-1)!])])];
};

const gemm: OperatorShape['infer'] = (ctx) => {
  const a = ctx.ranked(0, 2);
  const b = ctx.ranked(1, 2);
  const [rows, innerA] = ctx.int('transA', 0) === 0 ? [a?.[0], a?.[1]] : [a?.[1], a?.[0]];
  const [innerB, columns] = ctx.int('transB', 0) === 0 ? [b?.[0], b?.[1]] : [b?.[1], b?.[0]];
  ctx.agree('shape.matrix', 'inner sizes differ', [innerA, innerB]);
  const shape: Dimensions = [rows ?? UNKNOWN, columns ?? UNKNOWN];
  const c = ctx.ranked(2, 0, 2);
  if (c !== undefined) mustBroadcastTo(c, shape);
  return [known(ctx.dtype(0), shape)];
};

/** One-directional: `c` must not make `shape` larger. */
function mustBroadcastTo(c: Dimensions, shape: Dimensions): void {
  broadcast(c, shape).forEach((d, i) => {
    if (shape[i] === 1 && typeof d === 'number' && d !== 1) {
      contradict('shape.broadcast', 'C is larger than the product', `[${shape.join(', ')}]`, `[${c.join(', ')}]`);
    }
  });
}

const einsum: OperatorShape['infer'] = (ctx: InferContext) => {
  const equation = parseEquation(ctx.get('equation', 'string', ''));
  const operands = ctx.layer.inputs.map((_, i) => ctx.shape(i));
  const sizes = labelSizes(equation, operands);
  if (sizes === undefined) return [known(ctx.common(ctx.layer.inputs.keys()))];
  const shape = equation.output.flatMap((label): readonly Dimension[] => (label === '...' ? sizes.ellipsis : [sizes.labels.get(label) ?? UNKNOWN]));
  return [known(ctx.common(ctx.layer.inputs.keys()), shape)];
};

export const MATRIX: readonly OperatorShape[] = [
  { operator: 'MatMul', infer: matMul },
  { operator: 'Gemm', infer: gemm },
  { operator: 'Einsum', infer: einsum },
];
