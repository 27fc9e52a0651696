/** Operators that take parts of tensors, or put them together. */
import type { Dimension } from '../contract.js';
import { axesOf, axisOf, contradict, type Dimensions, isFixed, repeated, show, sum, UNKNOWN } from './dimension.js';
import { type Element, type InferContext, known, MAX_ELEMENTS, type OperatorShape } from './context.js';
import { integer } from './elements.js';

const concat: OperatorShape['infer'] = (ctx) => {
  const inputs = ctx.layer.inputs.map((_, i) => ctx.shape(i));
  const dtype = ctx.common(inputs.keys());
  const first = inputs.find((shape) => shape !== undefined);
  if (first === undefined) return [known(dtype)];
  const axis = axisOf(ctx.int('axis', 0), first.length);
  const shape = first.map((_, i): Dimension => {
    if (i === axis) return inputs.reduce<Dimension>((total, s) => sum(total, s?.[i] ?? UNKNOWN), 0);
    return ctx.agree('shape.concat', 'inputs differ beside the axis', inputs.map((s) => s?.[i]));
  });
  const odd = inputs.find((s) => s !== undefined && s.length !== first.length);
  if (odd !== undefined) contradict('shape.rank', 'inputs differ in their number of dimensions', show(first), show(odd));
  return [known(dtype, shape, first.length === 1 ? concatElements(ctx) : undefined)];
};

function concatElements(ctx: InferContext): readonly Element[] | undefined {
  const all: Element[] = [];
  for (let i = 0; i < ctx.inputCount; i++) {
    const part = ctx.elements(i);
    if (part === undefined || all.length + part.length > MAX_ELEMENTS) return undefined;
    for (const e of part) all.push(e);
  }
  return all;
}

/** Sizes of the parts: input 1, or `num_outputs` equal parts of which the last may be smaller. */
function partSizes(ctx: InferContext, whole: Dimension): readonly Dimension[] {
  const parts = ctx.layer.outputs.length;
  if (ctx.has(1)) {
    const sizes = ctx.elements(1);
    if (sizes === undefined) return repeated(UNKNOWN, parts);
    if (sizes.length !== parts) contradict('shape.count', 'split has another number of parts than there are outputs', String(parts), String(sizes.length));
    if (sizes.some((s) => typeof s === 'number' && s < 0)) contradict('shape.count', 'a part is negative', '0 or more', show(sizes));
    ctx.agree('shape.count', 'the parts are not the whole', [whole, sizes.reduce(sum, 0)]);
    return sizes;
  }
  if (typeof whole !== 'number') return repeated(parts === 1 ? whole : UNKNOWN, parts);
  const size = Math.ceil(whole / parts);
  return Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(size, whole - i * size)));
}

const split: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.ranked(0, 1, Infinity);
  if (shape === undefined) return ctx.layer.outputs.map(() => known(ctx.dtype(0)));
  const axis = axisOf(ctx.int('axis', 0), shape.length);
  const sizes = partSizes(ctx, shape[axis]!);
  const elements = shape.length === 1 && isFixed(sizes) ? ctx.elements(0) : undefined;
  let start = 0;
  return sizes.map((size) => {
    const part = typeof size === 'number' ? elements?.slice(start, (start += size)) : undefined;
    return known(ctx.dtype(0), shape.map((d, i) => (i === axis ? size : d)), part);
  });
};

/** Where a slice of an axis of `size` starts and how many elements it has. */
function sliceOf(size: number, start: number, end: number, step: number): { first: number; length: number } {
  const clamp = (at: number, low: number, high: number): number => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const [first, last] = step > 0
    ? [clamp(start, 0, size), clamp(end, 0, size)]
    : [clamp(start, 0, size - 1), clamp(end, -1, size - 1)];
  return { first, length: Math.max(0, Math.ceil((last - first) / step)) };
}

/** A slice that is the whole axis, whatever its size. */
const isWhole = (start: number, end: number, step: number): boolean => step === 1 && start === 0 && end >= 2 ** 31 - 1;

const slice: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.ranked(0, 1, Infinity);
  if (shape === undefined) return [known(ctx.dtype(0))];
  const [starts, ends] = [ctx.elements(1), ctx.elements(2)];
  const steps = ctx.has(4) ? ctx.elements(4) : starts?.map(() => 1);
  const listed = ctx.has(3) ? integer(ctx.elements(3)) : starts === undefined ? undefined : [...starts.keys()];
  if (listed === undefined) return [known(ctx.dtype(0), shape.map(() => UNKNOWN))];
  const axes = axesOf(listed, shape.length);
  for (const list of [starts, ends, steps]) {
    if (list !== undefined && list.length !== axes.length) {
      contradict('shape.count', 'starts, ends, axes and steps differ in length', String(axes.length), String(list.length));
    }
  }
  const result: Dimension[] = [...shape];
  let elements = shape.length === 1 ? ctx.elements(0) : undefined;
  axes.forEach((axis, i) => {
    const [size, start, end, step] = [shape[axis]!, starts?.[i], ends?.[i], steps?.[i]];
    if (step === 0) contradict('shape.count', 'the step of a slice is 0', 'another number', '0');
    const fixed = typeof start === 'number' && typeof end === 'number' && typeof step === 'number';
    if (fixed && typeof size === 'number') {
      const part = sliceOf(size, start, end, step);
      result[axis] = part.length;
      elements = elements && Array.from({ length: part.length }, (_, n) => elements![part.first + n * step]!);
    } else if (!(fixed && isWhole(start, end, step))) {
      result[axis] = UNKNOWN;
      elements = undefined;
    }
  });
  return [known(ctx.dtype(0), result, elements)];
};

const gather: OperatorShape['infer'] = (ctx) => {
  const [data, indices] = [ctx.ranked(0, 1, Infinity), ctx.shape(1)];
  if (data === undefined) return [known(ctx.dtype(0))];
  const axis = axisOf(ctx.int('axis', 0), data.length);
  const shape = indices === undefined ? undefined : [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
  const [size, places] = [data[axis]!, ctx.elements(1)];
  const outside = places?.find((p) => typeof p === 'number' && typeof size === 'number' && (p < -size || p >= size));
  if (outside !== undefined) contradict('shape.axis', 'an index is outside the axis', `${-(size as number)} to ${(size as number) - 1}`, String(outside));
  const elements = data.length === 1 ? ctx.elements(0) : undefined;
  const found = elements === undefined ? undefined
    : places?.map((p): Element => (typeof p === 'number' ? elements[p < 0 ? p + elements.length : p] ?? UNKNOWN : UNKNOWN));
  return [known(ctx.dtype(0), shape, found)];
};

const gatherElements: OperatorShape['infer'] = (ctx) => {
  const [data, indices] = [ctx.ranked(0, 1, Infinity), ctx.shape(1)];
  if (data !== undefined && indices !== undefined && data.length !== indices.length) {
    contradict('shape.rank', 'data and indices differ in their number of dimensions', show(data), show(indices));
  }
  if (data !== undefined) axisOf(ctx.int('axis', 0), data.length);
  return [known(ctx.dtype(0), indices)];
};

const gatherND: OperatorShape['infer'] = (ctx) => {
  const [data, indices] = [ctx.ranked(0, 1, Infinity), ctx.ranked(1, 1, Infinity)];
  const batch = ctx.int('batch_dims', 0);
  const depth = indices?.at(-1);
  if (data === undefined || indices === undefined || typeof depth !== 'number') return [known(ctx.dtype(0))];
  if (batch < 0 || batch >= indices.length || batch + depth > data.length || depth < 1) {
    contradict('shape.rank', 'indices reach past the dimensions of data', `at most ${data.length}`, String(batch + depth));
  }
  return [known(ctx.dtype(0), [...indices.slice(0, -1), ...data.slice(batch + depth)])];
};

/** Scatter gives data's own shape; updates must have the same number of dimensions as indices. */
const scatterElements: OperatorShape['infer'] = (ctx) => {
  const [data, indices, updates] = [ctx.ranked(0, 1, Infinity), ctx.shape(1), ctx.shape(2)];
  ctx.common([0, 2]);
  if (data !== undefined) axisOf(ctx.int('axis', 0), data.length);
  for (const other of [indices, updates]) {
    if (data !== undefined && other !== undefined && other.length !== data.length) {
      contradict('shape.rank', 'data, indices and updates differ in their number of dimensions', show(data), show(other));
    }
  }
  return [known(ctx.dtype(0), data)];
};

const scatterND: OperatorShape['infer'] = (ctx) => {
  const [data, indices, updates] = [ctx.ranked(0, 1, Infinity), ctx.ranked(1, 1, Infinity), ctx.shape(2)];
  ctx.common([0, 2]);
  const depth = indices?.at(-1);
  if (data !== undefined && indices !== undefined && typeof depth === 'number') {
    if (depth > data.length) contradict('shape.rank', 'indices reach past the dimensions of data', `at most ${data.length}`, String(depth));
    const expected: Dimensions = [...indices.slice(0, -1), ...data.slice(depth)];
    if (updates !== undefined && updates.length !== expected.length) {
      contradict('shape.rank', 'updates do not fit the indices', show(expected), show(updates));
    }
    updates?.forEach((d, i) => ctx.agree('shape.count', 'updates do not fit the indices', [expected[i], d]));
  }
  return [known(ctx.dtype(0), data)];
};

const oneHot: OperatorShape['infer'] = (ctx) => {
  const indices = ctx.shape(0);
  if (indices === undefined) return [known(ctx.dtype(2))];
  const axis = axisOf(ctx.int('axis', -1), indices.length + 1);
  const depth = ctx.elements(1)?.[0] ?? UNKNOWN;
  if (typeof depth === 'number' && (!Number.isInteger(depth) || depth < 0)) contradict('shape.count', 'the depth is no size', '0 or more', String(depth));
  return [known(ctx.dtype(2), [...indices.slice(0, axis), depth, ...indices.slice(axis)])];
};

export const INDEXING: readonly OperatorShape[] = [
  { operator: 'Concat', infer: concat },
  { operator: 'Split', infer: split },
  { operator: 'Slice', infer: slice },
  { operator: 'Gather', infer: gather },
  { operator: 'GatherElements', infer: gatherElements },
  { operator: 'GatherND', infer: gatherND },
  { operator: 'ScatterElements', infer: scatterElements },
  { operator: 'ScatterND', infer: scatterND },
  { operator: 'OneHot', infer: oneHot },
  { operator: 'Trilu', infer: (ctx) => [known(ctx.dtype(0), ctx.ranked(0, 2, Infinity))] },
];
