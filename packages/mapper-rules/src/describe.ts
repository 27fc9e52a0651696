import type { Scheme } from '@fretwork/format';
import type { LatencyModel, Prediction } from '@fretwork/latency';
import type { MapEntry, MappedLayer, MapTotals, PredictedPlan } from './contract.js';
import { DENSE, type MappedNetwork } from './layers.js';
import type { Decision } from './rules/decide.js';
import { breakEven } from './rules/pays.js';
import { rateOf } from './rules/words.js';

/** What is decided for a layer. */
export interface Choice extends Decision {
  readonly damage: number;
}

/** Six digits: no more is known, and people read them. */
const short = (value: number): number => Number(value.toPrecision(6));

/** A plan's entries and sums for what was chosen, layer by layer in the order of `network`. */
export function describe(
  network: MappedNetwork, choices: readonly Choice[], latency: LatencyModel, predict: (layer: MappedLayer, scheme: Scheme) => Prediction,
): Omit<PredictedPlan, 'target' | 'mapper'> {
  const entries = network.layers.map((layer, i): MapEntry => {
    const { chosen, refused, reason, rule, damage } = choices[i]!;
    const judged = refused?.scheme ?? chosen.scheme;
    const even = judged.kind === 'dense' || layer.query === undefined ? undefined : breakEven(judged, layer.denseMs, (scheme) => predict(layer, scheme).ms);
    return {
      layer: layer.layer.name, scheme: chosen.scheme, reason, predictedMs: short(chosen.ms), operator: layer.layer.operator, weights: layer.count,
      denseMs: short(layer.denseMs), share: short(layer.share), rule, ...(even !== undefined && { breakEven: short(even) }), damage: short(damage),
    };
  });
  return {
    entries, key: latency.key, otherMs: short(network.otherMs),
    dense: totals(network, network.layers.map(({ denseMs }) => ({ ms: denseMs, scheme: DENSE }))),
    planned: totals(network, choices.map(({ chosen }) => chosen)),
  };
}

function totals({ layers, otherMs, otherMacs }: MappedNetwork, chosen: readonly { readonly ms: number; readonly scheme: Scheme }[]): MapTotals {
  const sum = (of: (layer: MappedLayer, rate: number, ms: number) => number): number => layers.reduce((total, layer, i) => total + of(layer, rateOf(chosen[i]!.scheme), chosen[i]!.ms), 0);
  return {
    ms: short(otherMs + sum((_, __, ms) => ms)),
    weights: Math.round(sum(({ count }, rate) => count / rate)),
    macs: Math.round(otherMacs + sum(({ macs }, rate) => macs / rate)),
  };
}
