import { FretworkError } from '@fretwork/format';
import type { Binding } from './row.js';

/** Elements of input `i` as numbers; undefined where it is left out. Throws `run.unsupported` where it is not known before the model runs. */
export function constantNumbers(b: Binding, i: number): readonly number[] | undefined {
  const value = b.node.inputs[i];
  if (value === undefined) return undefined;
  if (value.constant === undefined) {
    throw new FretworkError('run.unsupported', `input ${i} of ${b.node.layer.operator} is not known before the model runs`, {
      layer: b.node.layer.name, tensor: value.name, hint: 'make it a constant, or an input of the model',
    });
  }
  const numbers = Array.from(b.view(value) as ArrayLike<number | bigint>, Number);
  return numbers;
}
