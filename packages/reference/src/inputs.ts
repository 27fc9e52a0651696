import { DTYPES, elementCount, FretworkError, type Model, type ValueInfo } from '@fretwork/format';
import type { Tensors } from './contract.js';

/**
 * Throws where `inputs` are not what `model` asks for: `run.input-missing`, `run.input-unknown`, `run.dtype`,
 * `run.rank`, `run.shape`. An input that is also a tensor of the model may be left out.
 */
export function checkInputs(model: Model, inputs: Tensors): void {
  const names = model.inputs.map((v) => v.name);
  for (const name of Object.keys(inputs)) {
    if (!names.includes(name)) {
      throw new FretworkError('run.input-unknown', 'the model has no such input', { tensor: name, expected: names.join(', ') || 'no inputs' });
    }
  }
  for (const info of model.inputs) {
    if (Object.hasOwn(inputs, info.name)) checkInput(info, inputs);
    else if (!model.tensors.has(info.name)) {
      throw new FretworkError('run.input-missing', 'an input is missing', { tensor: info.name, expected: describe(info) });
    }
  }
}

const describe = (info: ValueInfo): string => `${info.dtype} [${info.shape?.join(', ') ?? '...'}]`;

function checkInput(info: ValueInfo, inputs: Tensors): void {
  const tensor = inputs[info.name]!;
  const fault = (code: string, says: string): FretworkError => new FretworkError(code, says, {
    tensor: info.name, expected: describe(info), actual: `${tensor.dtype} [${tensor.shape.join(', ')}]`,
  });
  if (tensor.kind !== 'dense' || tensor.dtype !== info.dtype) throw fault('run.dtype', 'an input has the wrong element type');
  if (tensor.data.length !== elementCount(tensor.shape) || tensor.data.BYTES_PER_ELEMENT !== DTYPES[tensor.dtype].bytes) {
    throw fault('run.shape', `an input of ${tensor.data.length} elements does not fit its own shape`);
  }
  if (info.shape === undefined) return;
  if (tensor.shape.length !== info.shape.length) throw fault('run.rank', 'an input has the wrong rank');
  if (info.shape.some((size, d) => typeof size === 'number' && size !== tensor.shape[d])) {
    throw fault('run.shape', 'an input has the wrong shape');
  }
}
