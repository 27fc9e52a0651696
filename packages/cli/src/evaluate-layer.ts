import type { DenseTensor, Layer } from '@fretwork/format';
import { createInterpreter } from '@fretwork/reference';

/** For graph passes: the reference computes what shapes alone do not tell. */
export function evaluateLayer(layer: Layer, inputs: readonly (DenseTensor | undefined)[]): readonly (DenseTensor | undefined)[] {
  const tensors = new Map(inputs.flatMap((tensor, i) => (tensor === undefined ? [] : [[layer.inputs[i]!, tensor] as const])));
  const found = createInterpreter({
    name: layer.name, inputs: [], values: [], layers: [layer], tensors,
    outputs: layer.outputs.filter((name) => name !== '').map((name) => ({ name, dtype: 'f32' as const })),
    provenance: { producer: 'fretwork', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  }).run({});
  return layer.outputs.map((name) => found[name]);
}
