import { FretworkError, type Layer, type Model } from '@fretwork/format';
import type { TrainingOptions } from './contract.js';
import { gradientRow } from './gradients/table.js';

/** Layers that only name elements anew, so that a weight may stand behind them. */
const PASSING = new Set(['Identity', 'Reshape', 'Transpose', 'Flatten', 'Squeeze', 'Unsqueeze']);

/** Names of the tensors that are trained, in the order of `model.tensors`. Throws `train.parameter`, `train.dtype`. */
export function trainableTensors(model: Model, layers: readonly Layer[], trainable: TrainingOptions['trainable']): readonly string[] {
  const producers = new Map(layers.flatMap((layer) => layer.outputs.map((name) => [name, layer] as const)));
  const source = (name: string): string => {
    const layer = producers.get(name);
    return layer !== undefined && PASSING.has(layer.operator) ? source(layer.inputs[0]!) : name;
  };
  const statistics = new Set(layers.flatMap((layer) => (layer.operator === 'BatchNormalization' ? layer.inputs.slice(3) : [])));
  const found = new Set<string>();
  if (trainable !== undefined && typeof trainable !== 'function') {
    for (const name of trainable) {
      const tensor = model.tensors.get(name);
      if (tensor === undefined || statistics.has(name)) {
        throw new FretworkError('train.parameter', statistics.has(name) ? 'running statistics are not trained' : 'the model has no such tensor', { tensor: name, hint: 'see the keys of model.tensors' });
      }
      found.add(name);
    }
  } else {
    for (const layer of layers) {
      for (const i of gradientRow(layer.operator)?.weights ?? []) {
        const name = source(layer.inputs[i] ?? '');
        const tensor = model.tensors.get(name);
        if (tensor === undefined || statistics.has(name) || (tensor.dtype !== 'f32' && tensor.dtype !== 'f64')) continue;
        // A single number in an Add is a constant of the computation; a bias has one per channel.
        if (layer.operator === 'Add' && tensor.shape.reduce((a, b) => a * b, 1) === 1) continue;
        if (trainable === undefined || trainable(name)) found.add(name);
      }
    }
  }
  for (const name of found) {
    const { dtype } = model.tensors.get(name)!;
    if (dtype !== 'f32' && dtype !== 'f64') throw new FretworkError('train.dtype', 'only f32 tensors are trained', { tensor: name, actual: dtype, hint: 'convert the model to f32 first' });
  }
  return [...model.tensors.keys()].filter((name) => found.has(name));
}
