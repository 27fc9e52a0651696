import { FretworkError, type MappingPlan, type Model, type Scheme } from '@fretwork/format';
import type { InputShapes, LatencyModel } from '@fretwork/latency';
import { groupsOf, networkOf, skipped, type MappedLayer } from '@fretwork/mapper-rules';
import { planPruning } from '@fretwork/pruner';
import type { Action, Actions, SearchSpace, Slot } from '../contract.js';
import { schemeDistance } from './distance.js';
import { FEATURES } from './features.js';
import { DENSE_STRUCTURE, RATES, STRUCTURES } from './structures.js';

export interface SpaceOptions {
  /** ms of one run. */
  readonly targetMs: number;
  readonly inputShapes?: InputShapes;
  /** Layers to leave alone: names, or patterns with `*` and `?`. */
  readonly skip?: readonly string[];
  readonly skipFirst?: boolean;
  /** Tensors with fewer weights stay dense. Default 64. */
  readonly smallest?: number;
}

/** What can be chosen. `model`: as it will run, as for every mapper. Throws `search.space`, `search.option`, `map.skip`, and what the latency model throws. */
export function searchSpace(model: Model, latency: LatencyModel, { targetMs, inputShapes = {}, skip = [], skipFirst = false, smallest = 64 }: SpaceOptions): SearchSpace {
  if (!(targetMs > 0 && Number.isFinite(targetMs))) throw new FretworkError('search.option', 'a target is milliseconds above 0', { expected: 'a number above 0', actual: `${targetMs}` });
  const network = networkOf(model, latency, inputShapes);
  const isSkipped = skipped(model, skip);
  const fits = fitting(model, network.layers, { skip, skipFirst, smallest });
  const groups = groupsOf(model, network.layers, { filters: false }).map((group) => group.map((i) => network.layers[i]!));
  const open = groups.filter((group) => group.every(({ layer: { name }, query }) => query !== undefined && !isSkipped(name)))
    .map((group) => ({ group, rates: STRUCTURES.map((_, s) => ratesOf(group, s, fits)) })).filter(({ rates }) => rates.some((classes, s) => s !== DENSE_STRUCTURE && classes.length > 0));
  if (open.length === 0) throw new FretworkError('search.space', 'there is no layer that could be pruned', { hint: 'skip fewer layers, or see in fretwork map --rate 4 why each stays dense' });
  const slots = open.map(({ group, rates }, i): Slot => {
    const layer = group.reduce((most, one) => (one.denseMs > most.denseMs ? one : most));
    const seen = { layer, place: open.length === 1 ? 0 : i / (open.length - 1), target: targetMs / network.denseMs };
    return { layers: group.map((one) => one.layer.name), rates, features: FEATURES.map(({ of }) => of(seen)) };
  });
  const schemeOf = (slot: number, { structure, rate }: Action, layer: MappedLayer = open[slot]!.group[0]!): Scheme => STRUCTURES[structure]!.at(layer, RATES[rate]!)!;
  const slotOf = new Map(slots.flatMap(({ layers }, i) => layers.map((name) => [name, i] as const)));
  const target = `${latency.key.backend} on ${latency.key.device}, ${latency.key.threads} thread${latency.key.threads === 1 ? '' : 's'}: ${Number(targetMs.toPrecision(4))} ms`;
  const planOf = (actions: Actions): MappingPlan => ({
    target, mapper: 'search',
    entries: network.layers.map(({ layer: { name } }) => {
      const slot = slotOf.get(name);
      return slot === undefined ? { layer: name, scheme: { kind: 'dense' }, reason: 'nothing to choose here' } : { layer: name, scheme: schemeOf(slot, actions[slot]!), reason: 'searched' };
    }),
  });
  const known = new Map<string, number>();
  return {
    slots, denseMs: network.denseMs, targetMs, planOf,
    actionsOf: (plan) => {
      const schemes = new Map(plan.entries.map(({ layer, scheme }) => [layer, scheme]));
      return slots.map(({ layers, rates }, i) => {
        const wanted = schemes.get(layers[0]!) ?? { kind: 'dense' };
        const all = rates.flatMap((classes, structure) => classes.map((rate): Action => ({ structure, rate })));
        const distance = (action: Action): number => schemeDistance(schemeOf(i, action), wanted);
        return all.reduce((best, one) => (distance(one) < distance(best) ? one : best));
      });
    },
    msOf: (actions) => {
      const key = actionsText(actions);
      const ms = known.get(key) ?? latency.predictModel(model, { inputShapes, plan: planOf(actions) }).ms;
      known.set(key, ms);
      return ms;
    },
  };
}

/** Short and unique. */
export const actionsText = (actions: Actions): string => actions.map(({ structure, rate }) => `${structure}.${rate}`).join(' ');

interface Limits {
  readonly skip: readonly string[];
  readonly skipFirst: boolean;
  readonly smallest: number;
}

/** Whether the pruner would carry out a scheme in a layer. Of structures that come to the same in a layer the first fits alone. */
function fitting(model: Model, layers: readonly MappedLayer[], limits: Limits): (layer: MappedLayer, structure: number, rate: number) => boolean {
  const good = new Set<string>();
  const seen = new Map<string, number>();
  STRUCTURES.forEach(({ at }, s) => RATES.forEach((rate, r) => {
    const entries = layers.flatMap((layer) => {
      const scheme = at(layer, rate);
      if (scheme === undefined || (s === DENSE_STRUCTURE && r > 0)) return [];
      const text = `${layer.layer.name} ${JSON.stringify(scheme)}`;
      const first = seen.get(text) ?? s;
      seen.set(text, first);
      return first === s ? [{ layer: layer.layer.name, scheme, reason: '' }] : [];
    });
    if (s === DENSE_STRUCTURE) {
      for (const { layer } of entries) good.add(`${layer} ${s} ${r}`);
      return;
    }
    for (const { layer, scheme } of planPruning(model, { plan: { target: '', mapper: '', entries }, ...limits }).layers) if (scheme.kind !== 'dense') good.add(`${layer} ${s} ${r}`);
  }));
  return ({ layer: { name } }, s, r) => good.has(`${name} ${s} ${r}`);
}

/** A pattern with whole kernels beside it must keep at least one weight in what patterns alone keep: the pruner says which rates those are. */
const ratesOf = (group: readonly MappedLayer[], structure: number, fits: (layer: MappedLayer, structure: number, rate: number) => boolean): readonly number[] =>
  RATES.flatMap((_, rate) => (group.every((layer) => fits(layer, structure, rate)) ? [rate] : []));
