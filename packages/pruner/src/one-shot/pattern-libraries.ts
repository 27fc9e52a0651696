import { decode, type Model } from '@fretwork/format';
import type { PlannedWeight, ProjectOptions, PruningPlan } from '../contract.js';
import { choosePatterns } from '../projection/pattern.js';
import { gather } from './matrices.js';

/** The options each weight is projected with: one library of patterns per kind of pattern scheme, chosen from all weights it goes to. */
export function patternLibraries(model: Model, plan: PruningPlan, options: ProjectOptions): (planned: PlannedWeight) => ProjectOptions {
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
