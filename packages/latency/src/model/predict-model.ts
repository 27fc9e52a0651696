import type { Model } from '@fretwork/format';
import type { LayerPrediction, LayerQuery, ModelPrediction, Prediction, PredictOptions, TableKey } from '../contract.js';
import { queriesOf } from '../query/queries-of.js';

/** Every layer of a network and their sum. */
export function predictModel(key: TableKey, predict: (query: LayerQuery) => Prediction, model: Model, options: PredictOptions = {}): ModelPrediction {
  const layers = queriesOf(model, options).map((queried): LayerPrediction => {
    if (queried.query === undefined) return { ...queried, ms: 0, low: 0, high: 0 };
    const prediction = predict(queried.query);
    return { ...queried, ms: prediction.ms, low: prediction.low, high: prediction.high, prediction };
  });
  const ms = layers.reduce((sum, layer) => sum + layer.ms, 0);
  // Layers deviate each by itself: their deviations add up as squares do.
  const off = (side: 'low' | 'high'): number => Math.sqrt(layers.reduce((sum, layer) => sum + (layer[side] - layer.ms) ** 2, 0));
  return { key, layers, overheadMs: 0, ms, low: Math.max(0, ms - off('low')), high: ms + off('high') };
}
