import { FretworkError } from '@fretwork/format';
import type { Given } from './row.js';
import { misfit } from './shapes.js';

/** Elements of input `i` as numbers; undefined where it is left out. Throws `run.unsupported` where it is not known before the model runs. */
export function constantNumbers({ layer, inputs }: Given, i: number): readonly number[] | undefined {
  const value = inputs[i];
  if (value === undefined) return undefined;
  if (value.constant?.kind === 'dense' && ArrayBuffer.isView(value.constant.data)) return Array.from(value.constant.data as ArrayLike<number | bigint>, Number);
  throw new FretworkError('run.unsupported', `input ${i} of ${layer.operator} is not known before the model runs`, {
    layer: layer.name, tensor: value.name, hint: 'give the sizes of all inputs, or make it a constant',
  });
}

/** The shape that input `i` holds: whole numbers of `least` or more. */
export function targetOf(given: Given, i: number, least = 0): number[] {
  const target = constantNumbers(given, i);
  return target?.every((size) => size >= least) === true ? [...target] : misfit('a shape', target);
}
