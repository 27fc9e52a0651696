import { FretworkError, type Model } from '@fretwork/format';
import type { LatencyModel } from '@fretwork/latency';
import type { MapEntry, MapOptions } from '../contract.js';
import { mapByRules } from '../map-by-rules.js';
import { milliseconds, percent } from '../rules/words.js';
import type { Forecast, LayerForecast } from './contract.js';

/** Times faster, from which on the answer is yes. Below the second one it is no: that is within the error of predictions. */
const WORTHWHILE = 1.3;
const ANY = 1.1;

export interface ForecastOptions extends Omit<MapOptions, 'target' | 'damage'> {
  /** Default 2, 4, 8, 16. */
  readonly rates?: readonly number[];
}

/**
 * Whether pruning would make a network faster here, layer by layer, at several rates, and what stands in the way. Nothing is
 * pruned or run; what accuracy costs is not asked. Pure; throws `map.target` for rates below 1, and as `mapByRules` does.
 */
export function forecast(model: Model, latency: LatencyModel, { rates = [2, 4, 8, 16], ...options }: ForecastOptions = {}): Forecast {
  if (rates.length === 0) throw new FretworkError('map.target', 'a forecast needs a rate', { expected: 'at least one rate', actual: 'none' });
  const sorted = [...rates].sort((a, b) => a - b);
  const plans = sorted.map((rate) => mapByRules(model, latency, { ...options, target: { kind: 'rate', rate }, damage: () => 0 }));
  const last = plans.at(-1)!;
  const layers = last.entries.map((_, i) => layerForecast(sorted, plans.map(({ entries }) => entries[i]!)));
  const at = plans.map(({ planned: { ms } }, i) => ({ rate: sorted[i]!, ms, times: last.dense.ms / ms }));
  const stuck = last.otherMs + layers.reduce((sum, layer) => sum + (layer.faster ? 0 : layer.denseMs), 0);
  const best = at.reduce((a, b) => (b.times > a.times ? b : a));
  const answer = best.times >= WORTHWHILE ? 'yes' : best.times >= ANY ? 'hardly' : 'no';
  return {
    key: last.key, denseMs: last.dense.ms, layers, otherMs: last.otherMs, at, answer, ...(stuck > 0 && { ceiling: last.dense.ms / stuck }),
    reason: reasonOf(answer, best, layers, last.otherMs / last.dense.ms),
  };
}

function layerForecast(rates: readonly number[], entries: readonly MapEntry[]): LayerForecast {
  const { layer, operator, denseMs, share, breakEven } = entries.at(-1)!;
  const first = entries.findIndex(({ scheme }) => scheme.kind !== 'dense');
  const faster = first >= 0;
  const reason = faster ? `pays from rate ${rates[first]!} on` : entries.at(-1)!.reason;
  return {
    layer, operator, denseMs, share, faster, reason, ...(breakEven !== undefined && { breakEven }),
    at: entries.map(({ scheme, predictedMs }, i) => ({ rate: rates[i]!, scheme, ms: predictedMs })),
  };
}

function reasonOf(answer: Forecast['answer'], best: Forecast['at'][number], layers: readonly LayerForecast[], other: number): string {
  const gain = `${best.times.toFixed(1)} x at rate ${best.rate} (${milliseconds(best.ms)})`;
  if (answer === 'yes') return gain;
  const stuck = layers.filter(({ faster }) => !faster).sort((a, b) => b.share - a.share)[0];
  const parts = [
    ...(other >= 0.1 ? [`${percent(other)} of the time is in layers without weights and in the run itself`] : []),
    ...(stuck === undefined || stuck.share < 0.1 ? [] : [`${stuck.layer} takes ${percent(stuck.share)} and stays dense: ${stuck.reason}`]),
  ];
  return [gain, ...parts].join('; ');
}
