/** What rows say of the shapes of their inputs. Errors get the layer's name from whoever asks. */
import { FretworkError, type ErrorDetails } from '@fretwork/format';
import type { Given, Shape, Value } from './row.js';

/** The same error, of `place` where it names none. */
export const placed = (error: FretworkError, place: ErrorDetails): FretworkError => new FretworkError(error.code, error.says, { ...place, ...error.details });

/** Throws `run.shape`. */
export function misfit(expected: string, actual: Shape | string | number | undefined): never {
  throw new FretworkError('run.shape', 'the inputs do not fit', { expected, actual: typeof actual === 'object' ? shown(actual) : `${actual}` });
}

export const shown = (shape: readonly (number | string)[] | undefined): string => `[${shape?.join(', ') ?? '...'}]`;

/** Are all sizes known numbers? */
export const isFixed = (shape: readonly (number | string | undefined)[] | undefined): shape is Shape => shape?.every((d) => typeof d === 'number') === true;

/** Input `i`. Throws `run.shape` where it is left out. */
export const inputOf = ({ inputs }: Given, i: number): Value => inputs[i] ?? misfit(`input ${i}`, undefined);

/** Shape of input `i`. Throws `run.shape` where it has not `least` to `most` dimensions. */
export function shapeOf(given: Given, i: number, least: number = 0, most: number = least === 0 ? Infinity : least): Shape {
  const { shape } = inputOf(given, i);
  if (shape.length < least || shape.length > most) misfit(`${least} to ${most} dimensions`, shape);
  return shape;
}

/** Throws `run.shape` where `shape` is another. */
export function requireShape(shape: Shape | undefined, expected: Shape): void {
  if (shape !== undefined && shown(shape) !== shown(expected)) misfit(shown(expected), shape);
}

/** Throws `run.dtype` where the inputs from `first` on differ in their element types. */
export function alike({ inputs }: Given, first = 0): void {
  const [one, other] = new Set(inputs.slice(first).flatMap((value) => value?.dtype ?? []));
  if (other !== undefined) throw new FretworkError('run.dtype', 'the inputs have different element types', { expected: one!, actual: other });
}

/** Axis in 0 … rank - 1 from one in -rank … rank - 1. */
export function axisIn(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  return at >= 0 && at < rank ? at : misfit(`an axis of ${rank}`, axis);
}

/** Several axes, each once; all where none are named. */
export function axesIn(axes: readonly number[] | undefined, rank: number): readonly number[] {
  const found = axes?.map((axis) => axisIn(axis, rank)) ?? Array.from({ length: rank }, (_, d) => d);
  return new Set(found).size === found.length ? found : misfit('each axis once', axes);
}

/** What shapes are broadcast to. */
export function broadcast(...shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, d) => shapes.reduce((size, shape) => {
    const own = shape[d - rank + shape.length] ?? 1;
    return own === 1 || own === size ? size : size === 1 ? own : misfit('shapes that broadcast', shapes.map(shown).join(' and '));
  }, 1));
}

/** a / b, where b divides a. */
export const quotient = (a: number, b: number): number => (b > 0 && a % b === 0 ? a / b : misfit(`a multiple of ${b}`, a));
