import { FretworkError, type DenseTensor } from '@fretwork/format';

/** Largest error that is taken for rounding, relative to the largest value of the answer. */
export const TOLERANCE = 1e-4;

/** Throws `bench.answer` where `found` is not what the reference says. */
export function checkAnswer(who: string, layer: string, found: ArrayLike<number>, expected: DenseTensor): void {
  const values = expected.data as Float32Array;
  if (found.length !== values.length) {
    throw new FretworkError('bench.answer', `${who} gives an answer of another size`, { layer, expected: `${values.length} values`, actual: `${found.length}` });
  }
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let i = 0; i < values.length; i++) {
    const error = Math.abs(found[i]! - values[i]!);
    if (!(error <= TOLERANCE * largest)) {
      throw new FretworkError('bench.answer', `${who} gives a wrong answer`, { layer, expected: `${values[i]} at ${i}, give or take ${(TOLERANCE * largest).toPrecision(2)}`, actual: String(found[i]), hint: 'nothing was timed' });
    }
  }
}
