/** Operators that give the same elements another shape, or repeat them. */
import type { Dimension } from '../contract.js';
import { axesOf, axisOf, broadcast, contradict, type Dimensions, isFixed, MAX_RANK, product, quotient, repeated, show, UNKNOWN } from './dimension.js';
import { type InferContext, known, type OperatorShape } from './context.js';
import { integer } from './elements.js';

/** The elements of input 0 under another shape. */
const moved = (ctx: InferContext, shape: Dimensions | undefined) => known(ctx.dtype(0), shape, ctx.elements(0));

/** A shape of unknown sizes, from the length of the tensor that holds it. */
export function unknownShape(ctx: InferContext, input: number): Dimensions | undefined {
  const rank = ctx.ranked(input, 1)?.[0];
  if (typeof rank !== 'number') return undefined;
  if (rank > MAX_RANK) contradict('shape.rank', 'the target has too many dimensions', `at most ${MAX_RANK}`, String(rank));
  return repeated(UNKNOWN, rank);
}

/** A shape given as elements: sizes of 0 or more, names, `'?'`. */
export function targetShape(ctx: InferContext, input: number): Dimensions | undefined {
  const elements = ctx.elements(input);
  if (elements === undefined) return unknownShape(ctx, input);
  if (elements.length > MAX_RANK) contradict('shape.rank', 'the target has too many dimensions', `at most ${MAX_RANK}`, String(elements.length));
  const wrong = elements.find((e) => typeof e === 'number' && (!Number.isSafeInteger(e) || e < 0));
  if (wrong !== undefined) contradict('shape.count', 'the target is no shape', 'sizes of 0 or more', show(elements));
  return elements;
}

/** Target of Reshape: 0 copies a size (unless `allowzero`), -1 takes what is left. */
const reshape: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.shape(0);
  const elements = ctx.elements(1);
  if (elements === undefined) return [moved(ctx, unknownShape(ctx, 1))];
  if (elements.length > MAX_RANK) contradict('shape.rank', 'the target has too many dimensions', `at most ${MAX_RANK}`, String(elements.length));
  const copies = ctx.int('allowzero', 0) === 0;
  let open = -1;
  const target = elements.map((e, i): Dimension => {
    if (e === 0 && copies) {
      if (shape !== undefined && i >= shape.length) contradict('shape.count', 'a 0 copies a dimension that is not there', `at most ${shape.length} dimensions`, show(elements));
      return shape?.[i] ?? UNKNOWN;
    }
    if (e !== -1) return e;
    if (open >= 0) contradict('shape.count', 'only one size can be -1', 'one', show(elements));
    open = i;
    return UNKNOWN;
  });
  const wrong = target.find((d) => typeof d === 'number' && (!Number.isSafeInteger(d) || d < 0));
  if (wrong !== undefined) contradict('shape.count', 'the target is no shape', 'sizes of 0 or more, or -1', show(elements));
  if (shape === undefined) return [moved(ctx, target)];
  // A single size that is not known follows from the count as well.
  const unknown = target.filter((d) => d === UNKNOWN).length;
  if (open < 0 && unknown === 1) open = target.indexOf(UNKNOWN);
  return [moved(ctx, open < 0 ? sameCount(shape, target) : fillOpen(shape, target, open, unknown))];
};

/** Product of the numbers, and the names left, of a shape. */
function factors(shape: Dimensions): { number: Dimension; names: string[] } {
  return {
    number: shape.filter((d) => typeof d === 'number').reduce<Dimension>(product, 1),
    names: shape.filter((d) => typeof d === 'string'),
  };
}

function sameCount(shape: Dimensions, target: Dimensions): Dimensions {
  if (isFixed(shape) && isFixed(target) && factors(shape).number !== factors(target).number) {
    contradict('shape.count', 'the target has another number of elements', show(shape), show(target));
  }
  return target;
}

/** The size at `open` is what the other sizes leave of the elements. Equal names on both sides cancel. */
function fillOpen(shape: Dimensions, target: Dimensions, open: number, unknown: number): Dimensions {
  const have = factors(shape);
  const rest = factors(target.filter((_, i) => i !== open));
  if (unknown > 1) return target;
  for (const name of rest.names) {
    const at = have.names.indexOf(name);
    if (at < 0) return target;
    have.names.splice(at, 1);
  }
  const filled = (d: Dimension): Dimensions => target.map((old, i) => (i === open ? d : old));
  if (rest.number === 0) {
    if (have.names.length === 0 && have.number !== 0) contradict('shape.count', 'a size of 0 leaves no elements', show(shape), show(target));
    return target;
  }
  if (have.names.length === 0) {
    return filled(quotient(have.number, rest.number as number, 'shape.count', 'the elements cannot be divided among the target'));
  }
  return have.names.length === 1 && have.number === rest.number ? filled(have.names[0]!) : target;
}

const flatten: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.shape(0);
  if (shape === undefined) return [moved(ctx, [UNKNOWN, UNKNOWN])];
  const axis = axisOf(ctx.int('axis', 1), shape.length, ctx.int('axis', 1) < 0 ? 0 : 1);
  return [moved(ctx, [shape.slice(0, axis).reduce<Dimension>(product, 1), shape.slice(axis).reduce<Dimension>(product, 1)])];
};

const squeeze: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.shape(0);
  if (shape === undefined) return [moved(ctx, undefined)];
  if (!ctx.has(1)) return [moved(ctx, isFixed(shape) ? shape.filter((d) => d !== 1) : undefined)];
  const list = integer(ctx.elements(1));
  if (list === undefined) return [moved(ctx, undefined)];
  const axes = new Set(axesOf(list, shape.length));
  for (const axis of axes) ctx.agree('shape.count', 'only a size of 1 can be squeezed', [1, shape[axis]]);
  return [moved(ctx, shape.filter((_, i) => !axes.has(i)))];
};

const unsqueeze: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.shape(0);
  const list = integer(ctx.elements(1));
  if (shape === undefined || list === undefined) return [moved(ctx, undefined)];
  const rank = shape.length + list.length;
  const axes = new Set(axesOf(list, rank));
  const kept = shape.values();
  return [moved(ctx, Array.from({ length: rank }, (_, i): Dimension => (axes.has(i) ? 1 : kept.next().value!)))];
};

const expand: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.shape(0);
  const target = targetShape(ctx, 1);
  const result = shape === undefined || target === undefined ? undefined : broadcast(shape, target);
  const elements = ctx.elements(0);
  const fill = elements?.length === 1 && result !== undefined && result.length === 1 && typeof result[0] === 'number' ? result[0] : -1;
  return [known(ctx.dtype(0), result, fill >= 0 && fill <= 4096 ? repeated(elements![0]!, fill) : undefined)];
};

const tile: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.shape(0);
  const repeats = targetShape(ctx, 1);
  if (shape !== undefined && repeats !== undefined && repeats.length !== shape.length) {
    contradict('shape.rank', 'repeats has the wrong length', String(shape.length), String(repeats.length));
  }
  return [known(ctx.dtype(0), shape?.map((d, i) => product(d, repeats?.[i] ?? UNKNOWN)))];
};

const transpose: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.shape(0);
  const order = ctx.ints('perm');
  if (shape === undefined) return [known(ctx.dtype(0), order?.map(() => UNKNOWN))];
  if (order === undefined) return [known(ctx.dtype(0), [...shape].reverse(), shape.length === 1 ? ctx.elements(0) : undefined)];
  if (order.length !== shape.length || order.some((axis) => axis < 0)) {
    contradict('shape.axis', 'perm is no permutation of the axes', `${shape.length} axes`, `[${order.join(', ')}]`);
  }
  return [known(ctx.dtype(0), axesOf(order, shape.length).map((axis) => shape[axis]!))];
};

const blocks = (toDepth: boolean): OperatorShape['infer'] => (ctx) => {
  const x = ctx.ranked(0, 4);
  const size = ctx.get('blocksize', 'int', undefined);
  if (size === undefined || size < 1) contradict('attribute.missing', 'the operator needs attribute blocksize', '1 or more', String(size ?? 'none'));
  if (x === undefined) return [known(ctx.dtype(0))];
  const smaller = (d: Dimension, by: number): Dimension => quotient(d, by, 'shape.count', 'blocks do not divide the size');
  const [n, c, h, w] = x as [Dimension, Dimension, Dimension, Dimension];
  return [known(ctx.dtype(0), toDepth
    ? [n, product(c, size * size), smaller(h, size), smaller(w, size)]
    : [n, smaller(c, size * size), product(h, size), product(w, size)])];
};

export const RESHAPE: readonly OperatorShape[] = [
  { operator: 'Identity', infer: (ctx) => [moved(ctx, ctx.shape(0))] },
  { operator: 'Reshape', infer: reshape },
  { operator: 'Flatten', infer: flatten },
  { operator: 'Squeeze', infer: squeeze },
  { operator: 'Unsqueeze', infer: unsqueeze },
  { operator: 'Expand', infer: expand },
  { operator: 'Tile', infer: tile },
  { operator: 'Transpose', infer: transpose },
  { operator: 'DepthToSpace', infer: blocks(false) },
  { operator: 'SpaceToDepth', infer: blocks(true) },
];
