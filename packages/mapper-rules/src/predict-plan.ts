import type { MappingPlan, Model } from '@fretwork/format';
import type { InputShapes, LatencyModel } from '@fretwork/latency';
import type { Damage, PredictedPlan } from './contract.js';
import { energyDamage } from './damage/energy-damage.js';
import { describe, type Choice } from './describe.js';
import { DENSE, networkOf, predictions } from './layers.js';

export interface PredictPlanOptions {
  readonly inputShapes?: InputShapes;
  /** Default `energyDamage`. */
  readonly damage?: Damage;
}

/**
 * What a plan would bring, whoever made or edited it: its schemes and reasons, and the other fields of `MapEntry` anew. Layers that it
 * does not name stay dense. Pure; throws what the latency model throws.
 */
export function predictPlan<P extends MappingPlan>(model: Model, latency: LatencyModel, plan: P, { inputShapes, damage = energyDamage() }: PredictPlanOptions = {}): Omit<P, keyof PredictedPlan> & PredictedPlan {
  const network = networkOf(model, latency, inputShapes);
  const predict = predictions(latency);
  const entries = new Map(plan.entries.map((entry) => [entry.layer, entry]));
  const choices = network.layers.map((layer): Choice => {
    const entry = entries.get(layer.layer.name);
    const scheme = entry?.scheme ?? DENSE;
    return { chosen: { scheme, ms: predict(layer, scheme).ms }, reason: entry?.reason ?? 'not named in the plan', rule: 'plan', damage: damage(layer, scheme) };
  });
  return { ...plan, ...describe(model, network, choices, { latency, ...(inputShapes !== undefined && { inputShapes }) }) };
}
