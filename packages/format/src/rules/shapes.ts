import { attribute } from '../attribute.js';
import type { Outline } from '../container/outline.js';
import type { Layer } from '../contract.js';
import type { ErrorDetails } from '../error.js';

/** A shape as far as it is known before anything runs; undefined sizes are known at run time only. */
export type KnownShape = readonly (number | undefined)[];

/** The shape of input `at` of a layer: of a tensor, or declared. */
export type Shapes = (layer: Outline<Layer>, at: number) => KnownShape | undefined;

export function shapesOf(model: Outline): Shapes {
  const declared = new Map<string, KnownShape>();
  for (const { name, shape } of [...model.values, ...model.outputs, ...model.inputs]) {
    if (shape !== undefined) declared.set(name, shape.map((d) => (typeof d === 'number' ? d : undefined)));
  }
  return (layer, at) => {
    const name = layer.inputs[at] ?? '';
    return name === '' ? undefined : model.tensors.get(name)?.shape ?? declared.get(name);
  };
}

/** Two sizes differ, as far as both are known. */
export const differ = (a: number | undefined, b: number | undefined): boolean => a !== undefined && b !== undefined && a !== b;

export const shapeText = (shape: KnownShape): string => `[${shape.map((d) => d ?? '?').join(', ')}]`;

/** `what` must have `expected`, has `shape`. */
export const misfit = (what: string, expected: string, shape: KnownShape): ErrorDetails => ({ expected: `${what} ${expected}`, actual: shapeText(shape) });

/** Attributes of a layer whose types have been judged. */
export const intOf = (layer: Outline<Layer>, name: string, otherwise: number): number => attribute(layer as Layer, name, 'int', otherwise);
export const intsOf = (layer: Outline<Layer>, name: string): readonly number[] | undefined => attribute(layer as Layer, name, 'ints', undefined);
export const textOf = (layer: Outline<Layer>, name: string): string | undefined => attribute(layer as Layer, name, 'string', undefined);
