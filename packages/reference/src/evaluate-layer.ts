import type { DenseTensor, Layer } from '@fretwork/format';
import { createInterpreter } from './interpreter.js';

/**
 * What one layer makes of constants, output by output; for graph passes that fold what shapes alone do not tell. Inputs and outputs that the
 * layer leaves out are undefined. Throws what `run` throws.
 */
export function evaluateLayer(layer: Layer, inputs: readonly (DenseTensor | undefined)[]): readonly (DenseTensor | undefined)[] {
  const tensors = new Map(inputs.flatMap((tensor, i) => (tensor === undefined ? [] : [[layer.inputs[i]!, tensor] as const])));
  const found = createInterpreter({
    name: layer.name, inputs: [], values: [], layers: [layer], tensors,
    outputs: layer.outputs.filter((name) => name !== '').map((name) => ({ name, dtype: 'f32' as const })),
    provenance: { producer: 'fretwork', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  }).run({});
  return layer.outputs.map((name) => found[name]);
}
