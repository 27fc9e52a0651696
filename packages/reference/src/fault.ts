import { FretworkError, type Layer } from '@fretwork/format';

/** What an operator finds wrong, said without knowing which layer it is computing. */
export class Fault extends FretworkError {}

/** The same error, naming `layer`. Errors that name one already, and foreign ones, stay as they are. */
export function inLayer(layer: Layer, error: unknown): unknown {
  if (error instanceof Fault) {
    return new FretworkError(error.code, `${layer.operator}: ${error.says}`, { ...error.details, layer: layer.name });
  }
  if (error instanceof RangeError) {
    return new FretworkError('run.memory', `${layer.operator}: a value is too large to be held`, { layer: layer.name, cause: error });
  }
  if (!(error instanceof FretworkError) || error.details.layer !== undefined) return error;
  return new FretworkError(error.code, `${layer.operator}: ${error.message}`, { layer: layer.name, cause: error });
}
