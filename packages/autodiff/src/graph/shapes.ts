import { FretworkError, inferShapes, type Model, type ShapeTable } from '@fretwork/format';
import type { Value } from './value.js';

/** Values by name with sizes, and the elements of those that are known before the model runs. */
export interface KnownValues {
  readonly value: (name: string) => Value;
  readonly numbers: (name: string) => readonly number[] | undefined;
}

/** Throws `train.shape` where sizes contradict each other; `value` throws where one is not known. */
export function knownValues(model: Model, inputShapes: Readonly<Record<string, readonly number[]>>): KnownValues {
  const table: ShapeTable = inferShapes(model, inputShapes);
  const problem = table.problems[0];
  if (problem !== undefined) {
    throw new FretworkError('train.shape', problem.says, {
      ...(problem.layer === undefined ? {} : { layer: problem.layer }), ...(problem.value === undefined ? {} : { tensor: problem.value }),
      expected: problem.expected, actual: problem.actual,
      hint: problem.code === 'shape.input' || problem.code === 'shape.declared' ? 'give batches of the size that the model was exported with, or export it with a free batch axis' : 'check the model with `fretwork verify`',
    });
  }
  return {
    value: (name) => {
      const found = table.values.get(name);
      const shape = found?.shape;
      if (found?.dtype === undefined || shape === undefined || !shape.every((d) => typeof d === 'number')) {
        throw new FretworkError('train.shape', 'a size is not known before the model runs', {
          tensor: name, actual: shape === undefined ? 'no shape' : `[${shape.join(', ')}]`, hint: 'give the shape of every input in inputShapes',
        });
      }
      return { name, dtype: found.dtype, shape: shape as readonly number[] };
    },
    numbers: (name) => {
      const elements = table.values.get(name)?.elements;
      if (elements !== undefined) return elements.every((e) => typeof e === 'number') ? elements as readonly number[] : undefined;
      const tensor = model.tensors.get(name);
      if (tensor?.kind !== 'dense' || tensor.data.length > 4096) return undefined;
      return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
    },
  };
}
