import { DTYPES, FretworkError, type DenseTensor, type DType, type Model, type ValueInfo } from '@fretwork/format';
import type { Tensors } from '../contract.js';
import { shown } from '../operators/shapes.js';

/** The array class of each element type. */
const ARRAYS = Object.fromEntries(Object.entries(DTYPES).map(([dtype, row]) => [dtype, row.make(0).constructor])) as Readonly<Record<DType, unknown>>;

/**
 * Throws where `inputs` are not what `model` asks for: `run.input-missing`, `run.input-unknown`, `run.dtype`, `run.rank`,
 * `run.shape`. Allocates nothing where they are.
 */
export function checkInputs(model: Model, inputs: Tensors): void {
  for (const name in inputs) if (!isInput(model, name)) throw unknown(model, name);
  for (let i = 0; i < model.inputs.length; i++) {
    const info = model.inputs[i]!;
    if (model.tensors.has(info.name)) continue;
    if (!Object.hasOwn(inputs, info.name)) throw new FretworkError('run.input-missing', 'an input is missing', { tensor: info.name, expected: describe(info) });
    checkInput(info, inputs);
  }
}

function isInput(model: Model, name: string): boolean {
  for (let i = 0; i < model.inputs.length; i++) if (model.inputs[i]!.name === name) return !model.tensors.has(name);
  return false;
}

const unknown = (model: Model, name: string): FretworkError => new FretworkError('run.input-unknown', 'the model has no such input', {
  tensor: name, expected: model.inputs.map((input) => input.name).filter((input) => !model.tensors.has(input)).join(', ') || 'no inputs',
});

export const describe = ({ dtype, shape }: Pick<ValueInfo, 'dtype' | 'shape'>): string => `${dtype} ${shown(shape)}`;

const fault = (info: ValueInfo, tensor: DenseTensor, code: string, says: string): FretworkError => new FretworkError(code, says, {
  tensor: info.name, expected: describe(info), actual: describe(tensor),
});

function checkInput(info: ValueInfo, inputs: Tensors): void {
  const tensor = inputs[info.name]!;
  if (tensor.kind !== 'dense' || tensor.dtype !== info.dtype) throw fault(info, tensor, 'run.dtype', 'an input has the wrong element type');
  let count = 1;
  for (let d = 0; d < tensor.shape.length; d++) count *= tensor.shape[d]!;
  if (tensor.data.length !== count || !(tensor.data instanceof (ARRAYS[tensor.dtype] as typeof Float32Array))) {
    throw fault(info, tensor, 'run.shape', `an input of ${tensor.data.length} elements does not fit`);
  }
  if (info.shape === undefined) return;
  if (tensor.shape.length !== info.shape.length) throw fault(info, tensor, 'run.rank', 'an input has the wrong rank');
  for (let d = 0; d < info.shape.length; d++) {
    const size = info.shape[d];
    if (typeof size === 'number' && size !== tensor.shape[d]) throw fault(info, tensor, 'run.shape', 'an input has the wrong shape');
  }
}
