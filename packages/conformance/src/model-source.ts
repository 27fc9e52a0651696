import { writeModel, type Model } from '@fretwork/format';
import { importModel } from '@fretwork/onnx';
import type { ModelSource } from './contract.js';

/** `make` called at most once. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

export function sourceFromOnnx(onnx: Uint8Array): ModelSource {
  const model = once(() => importModel(onnx));
  return { onnx, model, bcr: once(() => writeModel(model())) };
}

/** `onnx`: the file that the model was imported from, for engines that read it themselves. */
export const sourceFromModel = (model: Model, onnx?: Uint8Array): ModelSource => ({ onnx, model: () => model, bcr: once(() => writeModel(model)) });
