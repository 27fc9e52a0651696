/** Operators that make tensors from nothing, or from the shape of one. */
import type { Attribute } from '../contract.js';
import { contradict, count, type Dimensions, isFixed, repeated, UNKNOWN } from './dimension.js';
import { type Element, elementsOf, type InferContext, type InferredValue, known, MAX_ELEMENTS, type OperatorShape } from './context.js';
import { integer } from './elements.js';
import { targetShape } from './reshape.js';

const filled = (shape: Dimensions | undefined, value: Element): readonly Element[] | undefined => {
  const total = count(shape);
  return total === undefined || total > MAX_ELEMENTS ? undefined : repeated(value, total);
};

/** Shape from `start` to `end`, both clamped. */
const shapeOf: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.shape(0);
  if (shape === undefined) return [known('i64', [UNKNOWN])];
  const part = shape.slice(ctx.int('start', 0), ctx.int('end', shape.length));
  return [known('i64', [part.length], part)];
};

const size: OperatorShape['infer'] = (ctx) => [known('i64', [], [count(ctx.shape(0)) ?? UNKNOWN])];

const constantOfShape: OperatorShape['infer'] = (ctx) => {
  const value = ctx.get('value', 'tensor', undefined);
  const shape = targetShape(ctx, 0);
  const dtype = value?.dtype ?? 'f32';
  const fill = value === undefined ? 0 : elementsOf(value)?.[0];
  return [known(dtype, shape, fill === undefined ? undefined : filled(shape, fill))];
};

const range: OperatorShape['infer'] = (ctx) => {
  const dtype = ctx.common([0, 1, 2]);
  const [start, limit, delta] = [ctx.scalar(0), ctx.scalar(1), ctx.scalar(2)];
  // From 0 in steps of 1 up to a size that has a name.
  const end = ctx.elements(1)?.[0];
  if (start === 0 && delta === 1 && typeof end === 'string') return [known(dtype, [end])];
  if (start === undefined || limit === undefined || delta === undefined) return [known(dtype, [UNKNOWN])];
  if (delta === 0) contradict('shape.count', 'the step of a range is 0', 'another number', '0');
  const length = Math.max(0, Math.ceil((limit - start) / delta));
  if (!Number.isSafeInteger(length)) return [known(dtype, [UNKNOWN])];
  const elements = length <= MAX_ELEMENTS && (dtype === 'i64' || dtype === 'i32') ? Array.from({ length }, (_, i) => start + i * delta) : undefined;
  return [known(dtype, [length], elements)];
};

const CONSTANT_KINDS: Readonly<Record<string, (value: Attribute) => InferredValue>> = {
  value: (a) => (a.type === 'tensor' ? known(a.value.dtype, a.value.shape, elementsOf(a.value)) : {}),
  value_int: (a) => (a.type === 'int' ? known('i64', [], [a.value]) : {}),
  value_ints: (a) => (a.type === 'ints' ? known('i64', [a.value.length], a.value) : {}),
  value_float: (a) => (a.type === 'float' ? known('f32', [], [a.value]) : {}),
  value_floats: (a) => (a.type === 'floats' ? known('f32', [a.value.length], a.value) : {}),
};

const constant = (ctx: InferContext): readonly InferredValue[] => {
  for (const [name, value] of ctx.layer.attributes) {
    if (Object.hasOwn(CONSTANT_KINDS, name)) return [CONSTANT_KINDS[name]!(value)];
  }
  return [{}];
};

/** `[rank, number of non-zero elements]` */
const nonZero: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.shape(0);
  const elements = integer(ctx.elements(0));
  const found = elements !== undefined && isFixed(shape ?? [UNKNOWN]) ? elements.filter((e) => e !== 0).length : UNKNOWN;
  return [known('i64', shape === undefined ? undefined : [shape.length, found])];
};

const randomLike: OperatorShape['infer'] = (ctx) => [known(ctx.dtype(0), ctx.shape(0))];

export const CONSTANTS: readonly OperatorShape[] = [
  { operator: 'Shape', infer: shapeOf },
  { operator: 'Size', infer: size },
  { operator: 'ConstantOfShape', infer: constantOfShape },
  { operator: 'Range', infer: range },
  { operator: 'Constant', infer: constant },
  { operator: 'NonZero', infer: nonZero },
  { operator: 'EyeLike', infer: (ctx) => (ctx.layer.attributes.has('dtype') ? [known(undefined, ctx.shape(0))] : randomLike(ctx)) },
];
