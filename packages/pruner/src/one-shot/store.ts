import type { Layer, Model, Scheme, Tensor } from '@fretwork/format';
import type { LayerReport, PrunedModel, PruningPlan } from '../contract.js';
import { fromFloats } from './floats.js';
import { keepTensor, storeTensor, type PrunedTensor } from './prune-tensor.js';
import { tally } from './tally.js';

/**
 * The model with the weights that `masks` remove taken out (`[elements]` in the tensor's layout, by name), the rest
 * stored the smallest way, and schemes written down. `values` (f32, by name) replace what tensors hold first: energies
 * are still those of the old weights. `plan` says what each layer was pruned by.
 */
export function storePruned(
  model: Model, plan: PruningPlan, masks: ReadonlyMap<string, Uint8Array>, values: ReadonlyMap<string, Float32Array> = new Map(),
): PrunedModel {
  const valued = (name: string, tensor: Tensor): Tensor => {
    const data = values.get(name);
    return data === undefined ? tensor : fromFloats(tensor, data);
  };
  const done = new Map<string, { readonly pruned: boolean } & PrunedTensor>();
  for (const { weights } of plan.layers) {
    for (const planned of weights) {
      if (done.has(planned.tensor)) continue;
      const tensor = model.tensors.get(planned.tensor)!;
      const mask = masks.get(planned.tensor);
      const now = valued(planned.tensor, tensor);
      done.set(planned.tensor, planned.scheme.kind === 'dense' || mask === undefined
        ? { pruned: false, ...keepTensor(now, planned) }
        : { pruned: true, ...storeTensor(tensor, now, planned, mask) });
    }
  }
  const layers = plan.layers.map(({ layer, operator, scheme, reason, weights }): LayerReport => {
    const found = weights.map(({ tensor: name }) => ({ name, ...done.get(name)! }));
    return {
      layer, operator, scheme, reason: scheme.kind === 'dense' ? reason : found.map((f) => f.reason).join('; '),
      ...tally(found.map((f) => f.sums)),
      tensors: found.map(({ name, encoding, sums }) => ({ tensor: name, encoding, ...tally([sums]) })),
    };
  });
  const results = [...done.values()];
  const others = [...values].filter(([name]) => !done.has(name)).map(([name]): readonly [string, Tensor] => [name, valued(name, model.tensors.get(name)!)]);
  return {
    model: {
      ...model, layers: withSchemes(model.layers, plan),
      tensors: new Map([...model.tensors, ...others, ...[...done].map(([name, { tensor }]) => [name, tensor] as const)]),
    },
    report: { layers, pruned: tally(results.filter((r) => r.pruned).map((r) => r.sums)), total: tally(results.map((r) => r.sums)) },
  };
}

function withSchemes(layers: readonly Layer[], plan: PruningPlan): readonly Layer[] {
  const schemes = new Map<string, Scheme>(plan.layers.map(({ layer, scheme }) => [layer, scheme]));
  return layers.map((layer) => {
    const scheme = schemes.get(layer.name);
    return scheme === undefined || scheme.kind === 'dense' ? layer : { ...layer, scheme };
  });
}
