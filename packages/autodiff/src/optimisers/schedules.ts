import { FretworkError } from '@fretwork/format';
import type { Schedule } from '../contract.js';

const whole = (name: string, value: number): void => {
  if (!Number.isSafeInteger(value) || value < 1) throw new FretworkError('train.option', `${name} is no number of steps`, { expected: 'a whole number from 1', actual: `${value}` });
};

/** Half a cosine from `rate` at step 1 to `end` at step `steps`, and `end` from there (Loshchilov & Hutter 2017, no restart). */
export function cosine({ rate, steps, end = 0 }: { readonly rate: number; readonly steps: number; readonly end?: number }): Schedule {
  whole('steps', steps);
  return (step) => {
    const done = steps === 1 ? 1 : Math.min(1, (step - 1) / (steps - 1));
    return end + (rate - end) * (1 + Math.cos(Math.PI * done)) / 2;
  };
}

/** `rate`, times `factor` from each step of `at` on. */
export const stepped = ({ rate, at, factor = 0.1 }: { readonly rate: number; readonly at: readonly number[]; readonly factor?: number }): Schedule =>
  (step) => at.reduce((r, from) => (step >= from ? r * factor : r), rate);

/** Rises in a line over `steps` steps to what `next` begins with, which counts its own steps from 1. */
export function warmUp({ steps, next }: { readonly steps: number; readonly next: Schedule }): Schedule {
  whole('steps', steps);
  return (step) => (step <= steps ? next(1) * step / (steps + 1) : next(step - steps));
}
