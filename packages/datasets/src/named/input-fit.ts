import type { Dataset, NamedSet } from '../contract.js';
import { DatasetError } from '../error.js';

/** Whether samples of shape `stored` can be given as `wanted` without moving a value: axes of 1 aside, they are the same or `wanted` is flat. */
export function fits(stored: readonly number[], wanted: readonly number[]): boolean {
  const a = stored.filter((axis) => axis !== 1);
  const b = wanted.filter((axis) => axis !== 1);
  const product = (axes: readonly number[]): number => axes.reduce((x, y) => x * y, 1);
  return a.join() === b.join() || (b.length <= 1 && product(a) === product(b));
}

/** Which of the set's sample shapes a model takes whose input for one sample is `inputShape`; the first without a wish. Throws `named.input`. */
export function sampleFor(set: NamedSet, inputShape: readonly number[] | undefined): readonly number[] {
  const sample = inputShape === undefined ? set.samples[0] : set.samples.find((shape) => fits(shape, inputShape));
  if (sample === undefined) {
    throw new DatasetError('named.input', {
      expected: `one sample of ${set.name} as ${set.samples.map((shape) => `[${shape.join(', ')}]`).join(' or ')}`,
      actual: `[${(inputShape ?? []).join(', ')}]`, hint: 'choose a data set that this model was made for',
    });
  }
  return sample;
}

/** The same values with samples of `inputShape`, which fits them; the very set without a wish. */
export const shapedFor = (set: Dataset, inputShape: readonly number[] | undefined): Dataset =>
  (inputShape === undefined ? set : { ...set, inputs: { ...set.inputs, shape: [set.labels.length, ...inputShape] } });
