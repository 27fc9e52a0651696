/** Operators that work along axes: reductions, arg-reductions, normalisation over axes, sorting. */
import type { DType } from '../contract.js';
import { axesOf, axisOf, contradict, type Dimensions, repeated, UNKNOWN } from './dimension.js';
import { type Element, type InferContext, known, type OperatorShape } from './context.js';
import { evaluateElementwise, integer } from './elements.js';

function without(shape: Dimensions, axes: readonly number[], keep: boolean): Dimensions {
  const gone = new Set(axes);
  return keep ? shape.map((d, i) => (gone.has(i) ? 1 : d)) : shape.filter((_, i) => !gone.has(i));
}

/** Axes are input 1 (since opset 18); none means all, or nothing where `noop_with_empty_axes` says so. */
function reducedShape(ctx: InferContext): Dimensions | undefined {
  const shape = ctx.shape(0);
  if (shape === undefined) return undefined;
  const keep = ctx.int('keepdims', 1) !== 0;
  if (!ctx.has(1)) return emptyAxes(ctx, shape, keep);
  const axes = integer(ctx.elements(1));
  if (axes !== undefined) return axes.length === 0 ? emptyAxes(ctx, shape, keep) : without(shape, axesOf(axes, shape.length), keep);
  if (keep) return shape.map(() => UNKNOWN);
  const number = ctx.ranked(1, 1)?.[0];
  return typeof number === 'number' && number > 0 && number <= shape.length
    ? repeated(UNKNOWN, shape.length - number) : undefined;
}

const emptyAxes = (ctx: InferContext, shape: Dimensions, keep: boolean): Dimensions =>
  (ctx.int('noop_with_empty_axes', 0) === 1 ? shape : without(shape, [...shape.keys()], keep));

type Fold = (a: number, b: number) => number;

const reduction = (fold?: Fold): OperatorShape['infer'] => (ctx) => {
  const shape = reducedShape(ctx);
  return [known(ctx.dtype(0), shape, fold === undefined || shape === undefined ? undefined : reducedElements(ctx, shape, fold))];
};

/** A list of sizes reduced to one element, as in the product of a shape. */
function reducedElements(ctx: InferContext, shape: Dimensions, fold: Fold): readonly Element[] | undefined {
  const elements = ctx.elements(0);
  const dtype: DType | undefined = ctx.dtype(0);
  if (elements === undefined || elements.length === 0 || ctx.shape(0)?.length !== 1 || shape.some((d) => d !== 1)) return undefined;
  if (ctx.int('noop_with_empty_axes', 0) === 1) return undefined;
  return elements.slice(1).reduce<readonly Element[] | undefined>((total, e) => total && evaluateElementwise(
    [{ shape: [1], elements: total }, { shape: [1], elements: [e] }], [1], dtype, (a, b) => fold(a!, b!)), elements.slice(0, 1));
}

const argument: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.ranked(0, 1, Infinity);
  if (shape === undefined) return [known('i64')];
  return [known('i64', without(shape, [axisOf(ctx.int('axis', 0), shape.length)], ctx.int('keepdims', 1) !== 0))];
};

const topK: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.ranked(0, 1, Infinity);
  if (shape === undefined) return [known(ctx.dtype(0)), known('i64')];
  const axis = axisOf(ctx.int('axis', -1), shape.length);
  const k = ctx.elements(1)?.[0] ?? UNKNOWN;
  const size = shape[axis]!;
  if (typeof k === 'number' && (k < 0 || (typeof size === 'number' && k > size))) {
    contradict('shape.count', 'K is larger than the axis', `0 to ${size}`, String(k));
  }
  const found = shape.map((d, i) => (i === axis ? k : d));
  return [known(ctx.dtype(0), found), known('i64', found)];
};

const cumulative: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.shape(0);
  const axis = ctx.scalar(1);
  if (shape !== undefined && axis !== undefined) axisOf(axis, shape.length);
  return [known(ctx.dtype(0), shape)];
};

/** Y, and the mean and inverse deviation with the normalised axes as 1. Their type is `stash_type`, float32 unless said. */
const layerNormalization: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.ranked(0, 1, Infinity);
  if (shape === undefined) return [known(ctx.dtype(0))];
  const axis = axisOf(ctx.int('axis', -1), shape.length);
  for (const input of [1, 2]) {
    const scale = ctx.shape(input);
    scale?.forEach((d, i) => {
      if (d !== 1) ctx.agree('shape.channels', `input ${input} does not fit the normalised axes`, [shape[shape.length - scale.length + i], d]);
    });
    if (scale !== undefined && scale.length > shape.length) {
      contradict('shape.rank', `input ${input} has too many dimensions`, `at most ${shape.length}`, String(scale.length));
    }
  }
  const statistics = known('f32', shape.map((d, i) => (i < axis ? d : 1)));
  return [known(ctx.dtype(0), shape), statistics, statistics];
};

const PLAIN = [
  'ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMean', 'ReduceSumSquare',
] as const;

export const REDUCTION: readonly OperatorShape[] = [
  ...PLAIN.map((operator) => ({ operator, infer: reduction() })),
  { operator: 'ReduceMax', infer: reduction(Math.max) },
  { operator: 'ReduceMin', infer: reduction(Math.min) },
  { operator: 'ReduceProd', infer: reduction((a, b) => a * b) },
  { operator: 'ReduceSum', infer: reduction((a, b) => a + b) },
  { operator: 'ArgMax', infer: argument },
  { operator: 'ArgMin', infer: argument },
  { operator: 'TopK', infer: topK },
  { operator: 'CumSum', infer: cumulative },
  { operator: 'LayerNormalization', infer: layerNormalization },
  { operator: 'RMSNormalization', infer: (ctx) => [known(ctx.dtype(0), ctx.shape(0))] },
];
