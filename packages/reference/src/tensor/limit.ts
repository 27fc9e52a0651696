import { Fault } from '../fault.js';

/**
 * Elements that one value may have: half a GiB in float64. A file of a hundred bytes can ask for any size (ConstantOfShape,
 * Expand, Tile, Range), and a value that large is no test case of anything.
 */
export const MOST_ELEMENTS: number = 2 ** 26;

/** `shape`, where a value of that shape may be made. Throws `run.too-large`. */
export function allowedShape(shape: readonly number[]): readonly number[] {
  allowed(shape.reduce((count, size) => count * size, 1));
  return shape;
}

/** `count`, where a value of so many elements may be made. Throws `run.too-large`. */
export function allowed(count: number): number {
  if (!(count <= MOST_ELEMENTS)) {
    throw new Fault('run.too-large', 'a value is larger than the reference makes', {
      expected: `at most ${MOST_ELEMENTS} elements`, actual: `${count}`, hint: 'run the model on smaller inputs, or by a runtime that is not the reference',
    });
  }
  return count;
}
