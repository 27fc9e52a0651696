/** Comparing shapes that may hold names. */
import { DTYPES, type Dimension, type InferredValue } from '@fretwork/format';

export type Dimensions = readonly Dimension[];

/** `'?'` is a size of which nothing is known, not even that it equals itself. */
export const sameSize = (a: Dimension, b: Dimension): boolean => a === b && a !== '?';

/** Are they one shape, whatever the names stand for? */
export const sameShape = (a: Dimensions | undefined, b: Dimensions | undefined): boolean =>
  a !== undefined && b !== undefined && a.length === b.length && a.every((size, i) => sameSize(size, b[i]!));

/** As `sameShape`, for two shapes of equally many elements: a single size that is not known follows from the others. */
export function sameShapeOfCount(a: Dimensions | undefined, b: Dimensions | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  const different = a.filter((size, i) => !sameSize(size, b[i]!));
  if (different.length === 0) return true;
  // A name may stand for 0, and then nothing follows.
  return different.length === 1 && a.every((size, i) => !sameSize(size, b[i]!) || (typeof size === 'number' && size > 0));
}

export const isFixed = (shape: Dimensions | undefined): shape is readonly number[] =>
  shape !== undefined && shape.every((size) => typeof size === 'number');

export const elementsIn = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Bytes of a value; `undefined` where its size or type is not known. */
export const bytesOfValue = (value: InferredValue | undefined): number | undefined =>
  (value?.dtype !== undefined && isFixed(value.shape) ? elementsIn(value.shape) * DTYPES[value.dtype].bytes : undefined);

export const show = (shape: Dimensions | undefined): string => (shape === undefined ? 'an unknown shape' : `[${shape.join(', ')}]`);
