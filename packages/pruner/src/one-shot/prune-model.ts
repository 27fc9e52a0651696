import { decode, type Layer, type Model, type Tensor } from '@fretwork/format';
import type { LayerReport, PlannedWeight, ProjectOptions, PrunedModel, PruneRequest, PruningPlan } from '../contract.js';
import { choosePatterns } from '../projection/pattern.js';
import { gather } from './matrices.js';
import { planPruning } from './plan-pruning.js';
import { keepTensor, pruneTensor, type PrunedTensor } from './prune-tensor.js';
import { tally } from './tally.js';

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
  const patternsOf = patternLibraries(model, plan, options);
  const done = new Map<string, { readonly pruned: boolean } & PrunedTensor>();
  for (const { layer, weights } of plan.layers) {
    for (const planned of weights) {
      if (done.has(planned.tensor)) continue;
      const tensor = model.tensors.get(planned.tensor)!;
      done.set(planned.tensor, planned.scheme.kind === 'dense'
        ? { pruned: false, ...keepTensor(tensor, planned) }
        : { pruned: true, ...pruneTensor(tensor, planned, layer, patternsOf(planned)) });
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
  return {
    model: withWeights(model, plan, done),
    report: { layers, pruned: tally(results.filter((r) => r.pruned).map((r) => r.sums)), total: tally(results.map((r) => r.sums)) },
  };
}

function withWeights(model: Model, plan: PruningPlan, done: ReadonlyMap<string, { readonly tensor: Tensor }>): Model {
  const schemes = new Map(plan.layers.map(({ layer, scheme }) => [layer, scheme]));
  const tensors = new Map(model.tensors);
  for (const [name, { tensor }] of done) tensors.set(name, tensor);
  const layers = model.layers.map((layer): Layer => {
    const scheme = schemes.get(layer.name);
    return scheme === undefined || scheme.kind === 'dense' ? layer : { ...layer, scheme };
  });
  return { ...model, layers, tensors };
}

/** One library of patterns per kind of pattern scheme, chosen from all weights it goes to. */
function patternLibraries(model: Model, plan: PruningPlan, options: ProjectOptions): (planned: PlannedWeight) => ProjectOptions {
  if (options.patterns !== undefined) return () => options;
  const members = new Map<string, Map<string, PlannedWeight>>();
  const keyOf = ({ scheme }: PlannedWeight): string | undefined =>
    (scheme.kind === 'pattern' ? `${scheme.keep} by ${scheme.patterns}` : undefined);
  for (const planned of plan.layers.flatMap(({ weights }) => weights)) {
    const key = keyOf(planned);
    if (key !== undefined) members.set(key, (members.get(key) ?? new Map()).set(planned.tensor, planned));
  }
  const libraries = new Map([...members].map(([key, weights]) => {
    const matrices = [...weights.values()].flatMap(({ tensor, matrices: view }) => {
      const whole = decode(model.tensors.get(tensor)!);
      return Array.from({ length: view.count }, (_, index) => gather(whole, view, index));
    });
    const { scheme } = weights.values().next().value!;
    const { keep, patterns: count } = scheme as Extract<typeof scheme, { kind: 'pattern' }>;
    return [key, choosePatterns(matrices, { keep, count })] as const;
  }));
  return (planned) => {
    const patterns = libraries.get(keyOf(planned) ?? '');
    return patterns === undefined ? options : { ...options, patterns };
  };
}
