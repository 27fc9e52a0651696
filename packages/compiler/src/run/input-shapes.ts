import { FretworkError, inferShapes, type Dimension, type Model } from '@fretwork/format';

/**
 * `model` for inputs of these sizes alone: a name such as `N` that gets a number has it in every input and output.
 * Throws `passes.input-shape` where the sizes contradict the model.
 */
export function withInputShapes(model: Model, inputShapes: Readonly<Record<string, readonly number[]>>): Model {
  const problem = inferShapes(model, inputShapes).problems[0];
  if (problem !== undefined) {
    throw new FretworkError('passes.input-shape', problem.says, {
      ...(problem.layer === undefined ? {} : { layer: problem.layer }),
      ...(problem.value === undefined ? {} : { tensor: problem.value }),
      expected: problem.expected, actual: problem.actual, hint: 'give sizes that the model accepts',
    });
  }
  const sizes = new Map<string, number>();
  for (const { name, shape } of model.inputs) {
    shape?.forEach((size, i) => {
      const given = inputShapes[name]?.[i];
      if (typeof size === 'string' && size !== '?' && given !== undefined) sizes.set(size, given);
    });
  }
  const fixed = (shape: readonly Dimension[]): readonly Dimension[] => shape.map((size) => (typeof size === 'string' ? sizes.get(size) ?? size : size));
  const all = <V extends Model['inputs'][number]>(infos: readonly V[]): readonly V[] =>
    infos.map((info) => (info.shape === undefined ? info : { ...info, shape: fixed(info.shape) }));
  return {
    ...model,
    inputs: all(model.inputs).map((info) => (inputShapes[info.name] === undefined ? info : { ...info, shape: inputShapes[info.name]! })),
    outputs: all(model.outputs),
    values: all(model.values),
  };
}
