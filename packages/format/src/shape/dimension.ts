import type { Dimension } from '../contract.js';
import { mulChecked } from '../dtype.js';
import { FretworkError } from '../error.js';

/** Sizes that may be names. Two equal names are one size; `'?'` is a size of which nothing is known, not even equal to itself. */
export type Dimensions = readonly Dimension[];

export const UNKNOWN: Dimension = '?';

/** Ranks past this are refused: a chain of Unsqueeze could otherwise grow without bound. */
export const MAX_RANK = 64;

/** `value`, `length` times. */
export const repeated = <T>(value: T, length: number): T[] => Array.from({ length }, () => value);

export const show = (shape: Dimensions | undefined): string => (shape === undefined ? 'unknown' : `[${shape.join(', ')}]`);

/** Ends the inference of one layer; `inferShapes` makes it a row of `problems`. */
export function contradict(code: string, says: string, expected: string, actual: string): never {
  throw new FretworkError(code, says, { expected, actual });
}

export function product(a: Dimension, b: Dimension): Dimension {
  if (typeof a === 'number' && typeof b === 'number') return mulChecked(a, b);
  if (a === 0 || b === 0) return 0;
  if (a === 1) return b;
  if (b === 1) return a;
  return UNKNOWN;
}

export function sum(a: Dimension, b: Dimension): Dimension {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a === 0) return b;
  if (b === 0) return a;
  return UNKNOWN;
}

/** a / b, where b divides a; `says` is told otherwise. */
export function quotient(a: Dimension, b: number, code: string, says: string): Dimension {
  if (b === 1) return a;
  if (typeof a !== 'number') return UNKNOWN;
  if (b <= 0 || a % b !== 0) contradict(code, says, `a multiple of ${b}`, String(a));
  return a / b;
}

export const isFixed = (shape: Dimensions): shape is readonly number[] => shape.every((d) => typeof d === 'number');

/** Elements of a shape, where all its sizes are known (or one is 0). */
export function count(shape: Dimensions | undefined): number | undefined {
  if (shape === undefined) return undefined;
  const total = shape.reduce<Dimension>(product, 1);
  return typeof total === 'number' ? total : undefined;
}

/** One size that is both `a` and `b`; `undefined` where it cannot be. A number says more than a name, a name more than `'?'`. */
export function unify(a: Dimension, b: Dimension): Dimension | undefined {
  if (typeof a === 'number') return typeof b !== 'number' || a === b ? a : undefined;
  if (typeof b === 'number') return b;
  return a === UNKNOWN ? b : a;
}

/** Both shapes at once, `undefined` where they contradict. */
export function unifyShapes(a: Dimensions, b: Dimensions): Dimensions | undefined {
  if (a.length !== b.length) return undefined;
  const both: Dimension[] = [];
  for (let i = 0; i < a.length; i++) {
    const d = unify(a[i]!, b[i]!);
    if (d === undefined) return undefined;
    both.push(d);
  }
  return both;
}

/** `unify`, or a contradiction. */
export function equal(a: Dimension, b: Dimension, code: string, says: string): Dimension {
  const both = unify(a, b);
  if (both === undefined) contradict(code, says, String(a), String(b));
  return both;
}

function broadcastDimension(a: Dimension, b: Dimension): Dimension | undefined {
  if (a === 1) return b;
  if (b === 1) return a;
  if (typeof a === 'number') return typeof b !== 'number' || a === b ? a : undefined;
  if (typeof b === 'number') return b;
  // Two names: equal ones are one size; of different ones either may turn out to be 1.
  return a === b ? a : UNKNOWN;
}

/** ONNX multidirectional broadcasting. */
export function broadcast(a: Dimensions, b: Dimensions): Dimensions {
  const rank = Math.max(a.length, b.length);
  const result: Dimension[] = [];
  for (let i = 0; i < rank; i++) {
    const d = broadcastDimension(a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1);
    if (d === undefined) contradict('shape.broadcast', 'shapes do not broadcast', show(a), show(b));
    result.push(d);
  }
  return result;
}

/** Axis in 0 … rank - 1 from one in -rank … rank - 1; `end` allows one place past the last. */
export function axisOf(axis: number, rank: number, end: 0 | 1 = 0): number {
  if (!Number.isInteger(axis) || axis < -rank - end || axis >= rank + end) {
    contradict('shape.axis', 'the axis is outside the shape', `${-rank - end} to ${rank - 1 + end}`, String(axis));
  }
  return axis < 0 ? axis + rank + end : axis;
}

/** Several axes, each once, in the order given. */
export function axesOf(axes: readonly number[], rank: number): readonly number[] {
  if (axes.length > rank) contradict('shape.axis', 'more axes than dimensions', `at most ${rank}`, String(axes.length));
  const found = axes.map((a) => axisOf(a, rank));
  if (new Set(found).size !== found.length) contradict('shape.axis', 'an axis is named twice', 'each once', axes.join(', '));
  return found;
}
