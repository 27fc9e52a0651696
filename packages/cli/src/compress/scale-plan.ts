import type { MappingPlan, Scheme } from '@fretwork/format';

export const rateOf = (scheme: Scheme): number => (scheme.kind === 'dense' ? 1 : scheme.rate);

/** All rates of a plan to one power, so that their logarithms keep their ratios; 1 leaves it as it is. What was predicted no longer holds and goes. */
export function scalePlan<P extends MappingPlan>(plan: P, power: number): P {
  if (power === 1) return plan;
  return {
    ...plan,
    entries: plan.entries.map(({ layer, scheme, reason }) => ({
      layer, reason, scheme: scheme.kind === 'dense' ? scheme : { ...scheme, rate: Math.round(100 * rateOf(scheme) ** power) / 100 },
    })),
  };
}
