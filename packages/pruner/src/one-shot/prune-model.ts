import { decode, type Model } from '@fretwork/format';
import type { ProjectOptions, PrunedModel, PruneRequest, PruningPlan } from '../contract.js';
import { patternLibraries } from './pattern-libraries.js';
import { planPruning } from './plan-pruning.js';
import { projectTensor } from './prune-tensor.js';
import { storePruned } from './store.js';

/**
 * One-shot pruning by magnitude: `applyPruning` of `planPruning`. Filters and channels that go are set to 0, the shapes
 * of the network stay. Throws as the contract says.
 */
export const pruneModel = (model: Model, request: PruneRequest): PrunedModel =>
  applyPruning(model, planPruning(model, request), request.options);

/**
 * Prunes the tensors that `plan` names, each once, stores them sparse where that is smaller, and writes the scheme down
 * in their layers. `plan` must have been made for this model.
 */
export function applyPruning(model: Model, plan: PruningPlan, options: ProjectOptions = {}): PrunedModel {
  const optionsOf = patternLibraries(model, plan, options);
  const masks = new Map<string, Uint8Array>();
  for (const { layer, weights } of plan.layers) {
    for (const planned of weights) {
      if (planned.scheme.kind === 'dense' || masks.has(planned.tensor)) continue;
      masks.set(planned.tensor, projectTensor(decode(model.tensors.get(planned.tensor)!), { ...planned, layer }, optionsOf(planned)));
    }
  }
  return storePruned(model, plan, masks);
}
