/** Operators that change sizes by amounts: Resize, Pad. */
import type { Dimension } from '../contract.js';
import { axesOf, contradict, type Dimensions, sum, UNKNOWN } from './dimension.js';
import { type Element, type InferContext, known, type OperatorShape } from './context.js';
import { integer } from './elements.js';

/** The axes that a list of amounts speaks of; `undefined` where they are not known. */
function listedAxes(shape: Dimensions, axes: readonly number[] | undefined): readonly number[] {
  return axes === undefined ? [...shape.keys()] : axesOf(axes, shape.length);
}

/** Sizes after Resize, from input 3 (`sizes`) or input 2 (`scales`). */
const resize: OperatorShape['infer'] = (ctx) => {
  const shape = ctx.shape(0);
  if (shape === undefined) return [known(ctx.dtype(0))];
  const axes = listedAxes(shape, ctx.ints('axes'));
  const bySize = ctx.has(3) && ctx.shape(3)?.[0] !== 0;
  const amounts = ctx.elements(bySize ? 3 : 2);
  if (amounts !== undefined && amounts.length !== axes.length) {
    contradict('shape.count', 'sizes or scales have another length than the axes', String(axes.length), String(amounts.length));
  }
  if (amounts?.some((a) => typeof a === 'number' && (bySize ? a < 0 : !(a > 0))) === true) {
    contradict('shape.count', 'a size or scale is not positive', 'positive', String(amounts.join(', ')));
  }
  const result: Dimension[] = [...shape];
  const policy = ctx.get('keep_aspect_ratio_policy', 'string', 'stretch');
  const scale = bySize && policy !== 'stretch' ? commonScale(shape, axes, amounts, policy) : undefined;
  axes.forEach((axis, i) => { result[axis] = resized(shape[axis]!, amounts?.[i] ?? UNKNOWN, bySize, policy === 'stretch' ? undefined : scale ?? NaN); });
  return [known(ctx.dtype(0), result)];
};

function resized(size: Dimension, amount: Element, bySize: boolean, scale: number | undefined): Dimension {
  if (bySize && scale === undefined) return amount;
  if (bySize) return typeof size === 'number' && !Number.isNaN(scale) ? Math.round(size * scale!) : UNKNOWN;
  if (amount === 1) return size;
  return typeof size === 'number' && typeof amount === 'number' ? Math.floor(size * amount) : UNKNOWN;
}

/** One scale for all axes: the smallest (`not_larger`) or the largest (`not_smaller`) of those asked for. */
function commonScale(shape: Dimensions, axes: readonly number[], sizes: readonly Element[] | undefined, policy: string): number | undefined {
  const scales = axes.map((axis, i) => {
    const [from, to] = [shape[axis], sizes?.[i]];
    return typeof from === 'number' && typeof to === 'number' ? to / from : NaN;
  });
  if (scales.some(Number.isNaN)) return undefined;
  return policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
}

/** Pads are input 1, `[begins…, ends…]` of the axes in input 3; negative ones crop. */
const pad: OperatorShape['infer'] = (ctx: InferContext) => {
  const shape = ctx.shape(0);
  if (shape === undefined) return [known(ctx.dtype(0))];
  const list = ctx.has(3) ? integer(ctx.elements(3)) : [...shape.keys()];
  const pads = ctx.elements(1);
  if (list === undefined || pads === undefined) return [known(ctx.dtype(0), shape.map(() => UNKNOWN))];
  const axes = axesOf(list, shape.length);
  if (pads.length !== 2 * axes.length) contradict('shape.count', 'pads has another length than twice the axes', String(2 * axes.length), String(pads.length));
  const result: Dimension[] = [...shape];
  axes.forEach((axis, i) => {
    const [begin, end] = [pads[i]!, pads[i + axes.length]!];
    const added = typeof begin === 'number' && typeof end === 'number' ? begin + end : UNKNOWN;
    result[axis] = added === UNKNOWN ? UNKNOWN : sum(shape[axis]!, added);
    const size = result[axis]!;
    if (typeof size === 'number' && size < 0) contradict('shape.count', 'the pads crop more than there is', '0 or more', String(size));
  });
  return [known(ctx.dtype(0), result)];
};

export const RESIZE: readonly OperatorShape[] = [
  { operator: 'Resize', infer: resize },
  { operator: 'Pad', infer: pad },
];
