import { FretworkError, type DenseTensor } from '@fretwork/format';
import type { ModelContext } from '../backend.js';

/** Inputs and the outputs that they must give, by name. */
export interface StoredCase {
  readonly inputs: Readonly<Record<string, DenseTensor>>;
  readonly outputs: Readonly<Record<string, DenseTensor>>;
}

/**
 * The cases of a self-test as floats one behind the other: of each case all inputs in the order of the model, then all outputs.
 * Throws `compiler.test-data` for tensors that are not the model's.
 */
export function caseBytes({ model, shapes }: ModelContext, cases: readonly StoredCase[]): Uint8Array {
  const of = (stored: Readonly<Record<string, DenseTensor>>, infos: readonly { readonly name: string }[]): Float32Array[] => infos.map(({ name }) => {
    const tensor = stored[name];
    const wanted = shapes.values.get(name)?.shape;
    if (tensor?.dtype !== 'f32' || tensor.shape.join() !== wanted?.join()) {
      throw new FretworkError('compiler.test-data', 'a stored tensor is not what the model has', {
        tensor: name, expected: `f32 [${wanted?.join(', ')}]`, actual: tensor === undefined ? 'nothing' : `${tensor.dtype} [${tensor.shape.join(', ')}]`,
      });
    }
    return tensor.data as Float32Array;
  });
  const parts = cases.flatMap(({ inputs, outputs }) => [...of(inputs, model.inputs), ...of(outputs, model.outputs)]);
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return new Uint8Array(data.buffer);
}
