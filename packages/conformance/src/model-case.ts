import { decode, dense, zeros, type DenseTensor, type Model, type ValueInfo } from '@fretwork/format';
import { createInterpreter } from '@fretwork/reference';
import type { Case, NamedTensors } from './contract.js';
import { sourceFromModel } from './model-source.js';
import { random, type Random } from './random.js';

export interface ModelCaseOptions {
  readonly seed?: number;
  /** What dimensions without a size become. Default: 1. */
  readonly openDimension?: number;
  /** How often inputs are drawn. Default: 2. */
  readonly dataSets?: number;
}

/**
 * A model as a case of its own: on drawn inputs a runner must give what the reference gives on the same weights as
 * dense tensors. Says whether sparse weights are executed rightly, not whether the model is a good one.
 */
export const modelCase = (model: Model, options: ModelCaseOptions = {}): Case => ({
  name: model.name === '' ? 'model' : model.name,
  load: async () => {
    const draw = random(options.seed ?? 1);
    const plain = createInterpreter({ ...model, tensors: new Map([...model.tensors].map(([name, tensor]) => [name, decode(tensor)])) });
    const dataSets = Array.from({ length: options.dataSets ?? 2 }, (_, i) => {
      const inputs: NamedTensors = Object.fromEntries(model.inputs.map((value) => [value.name, drawInput(draw, value, options.openDimension ?? 1)]));
      return { name: `drawn ${i}`, inputs, outputs: plain.run(inputs) };
    });
    return { source: sourceFromModel(model), dataSets };
  },
});

function drawInput(draw: Random, value: ValueInfo, open: number): DenseTensor {
  const shape = (value.shape ?? []).map((d) => (typeof d === 'number' ? d : open));
  const { data } = zeros(value.dtype, shape);
  if (value.dtype === 'f32' || value.dtype === 'f64') for (let i = 0; i < data.length; i++) data[i] = draw.normal();
  return dense(value.dtype, shape, data);
}
