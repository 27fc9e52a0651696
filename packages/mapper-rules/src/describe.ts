import type { Model, Scheme } from '@fretwork/format';
import type { InputShapes, LatencyModel } from '@fretwork/latency';
import type { MapEntry, MappedLayer, MapTotals, PredictedPlan } from './contract.js';
import { DENSE, predictions, type MappedNetwork } from './layers.js';
import type { Decision } from './rules/decide.js';
import { breakEven } from './rules/pays.js';
import { rateOf } from './rules/words.js';

/** What is decided for a layer. */
export interface Choice extends Decision {
  readonly damage: number;
}

/** Six digits: no more is known, and people read them. */
const short = (value: number): number => Number(value.toPrecision(6));

/**
 * A plan's entries and sums for what was chosen, layer by layer in the order of `network`. Times are those of the network as planned: a
 * layer beside small layers finds more of its weights in the caches than beside large ones.
 */
export function describe(model: Model, network: MappedNetwork, choices: readonly Choice[], { latency, inputShapes = {} }: Described): Omit<PredictedPlan, 'target' | 'mapper'> {
  const predict = predictions(latency);
  const plan = { target: '', mapper: '', entries: network.layers.map(({ layer: { name } }, i) => ({ layer: name, scheme: choices[i]!.chosen.scheme, reason: '' })) };
  const planned = latency.predictModel(model, { inputShapes, plan });
  const ms = new Map(planned.layers.map((layer) => [layer.layer, layer.ms]));
  const entries = network.layers.map((layer, i): MapEntry => {
    const { chosen: { scheme }, refused, reason, rule, damage } = choices[i]!;
    const judged = refused?.scheme ?? scheme;
    const even = judged.kind === 'dense' || layer.query === undefined ? undefined : breakEven(judged, layer.denseMs, (asked) => predict(layer, asked).ms);
    return {
      layer: layer.layer.name, scheme, reason, predictedMs: short(ms.get(layer.layer.name) ?? 0), operator: layer.layer.operator, weights: layer.count,
      denseMs: short(layer.denseMs), share: short(layer.share), rule, ...(even !== undefined && { breakEven: short(even) }), damage: short(damage),
    };
  });
  const schemes = choices.map(({ chosen }) => chosen.scheme);
  return {
    key: latency.key,
    dense: { ms: short(network.denseMs), ...sizes(network, schemes.map(() => DENSE)) },
    planned: { ms: short(planned.ms), ...sizes(network, schemes) },
    otherMs: short(network.otherMs), entries,
  };
}

interface Described {
  readonly latency: LatencyModel;
  readonly inputShapes?: InputShapes;
}

function sizes({ layers, otherMacs }: MappedNetwork, schemes: readonly Scheme[]): Omit<MapTotals, 'ms'> {
  const sum = (of: (layer: MappedLayer) => number): number => layers.reduce((total, layer, i) => total + of(layer) / rateOf(schemes[i]!), 0);
  return { weights: Math.round(sum(({ count }) => count)), macs: Math.round(otherMacs + sum(({ macs }) => macs)) };
}
