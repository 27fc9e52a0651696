import { type MappingPlan, type Model, type Scheme } from '@fretwork/format';
import { queriesOf, type LatencyModel, type LayerPrediction, type LayerQuery, type Prediction, type WeightedQuery } from '@fretwork/latency';
import { buildNetwork } from '@fretwork/networks';
import { searchSpace, type Actions, type Evaluator, type Job, type Metrics, type SearchSpace } from '../src/index.js';

const KEY = { device: 'a machine that does not exist', backend: 'made up', version: '1', threads: 1 };

const macs = (query: WeightedQuery): number => {
  switch (query.layer) {
    case 'convolution': return ((query.inputs * query.outputs) / query.groups) * query.kernel[0] * query.kernel[1] * query.size[0] * query.size[1];
    case 'full': return query.inputs * query.outputs * query.vectors;
    case 'recurrent': return 3 * query.hidden * (query.inputs + query.hidden) * query.steps;
  }
};

/** Coarser blocks are faster, single weights slow. */
const slowness = (scheme: Scheme): number => {
  switch (scheme.kind) {
    case 'dense': return 1;
    case 'bcr': return 1 + 2 / scheme.blockRows;
    case 'block-punched': return 1 + 2 / scheme.blockFilters;
    case 'pattern': return 1.3;
    default: return 1.8;
  }
};

/** A machine whose times are known: 40 GFLOP/s, and a little for each layer. */
export const madeUp: LatencyModel = {
  key: KEY,
  predict: (query: LayerQuery): Prediction => {
    const ms = query.layer === 'glue' ? 1e-3 : 2e-3 + (5e-8 * macs(query) * slowness(query.scheme)) / (query.scheme.kind === 'dense' ? 1 : query.scheme.rate);
    return { ms, low: ms, high: ms, from: 'fitted', parts: [{ name: 'all', ms }] };
  },
  predictModel: (model: Model, { inputShapes = {}, plan } = {}) => {
    const layers = queriesOf(model, { inputShapes, ...(plan !== undefined && { plan }) }).map((queried): LayerPrediction => {
      if (queried.query === undefined) return { ...queried, ms: 0, low: 0, high: 0 };
      const prediction = madeUp.predict(queried.query);
      return { ...queried, ms: prediction.ms, low: prediction.ms, high: prediction.ms, prediction };
    });
    const ms = layers.reduce((sum, layer) => sum + layer.ms, 0.01);
    return { key: KEY, layers, overheadMs: 0.01, ms, low: ms, high: ms };
  },
};

export const network: Model = buildNetwork('vgg-small', { width: 8 }, 1);
const inputShapes = { [network.inputs[0]!.name]: network.inputs[0]!.shape!.map((d) => (typeof d === 'number' ? d : 1)) };

/** Of `network`, at a share of its dense time. */
export const spaceAt = (share: number): SearchSpace => {
  const { denseMs } = searchSpace(network, madeUp, { targetMs: 1, inputShapes });
  return searchSpace(network, madeUp, { targetMs: share * denseMs, inputShapes });
};

const rateOf = (scheme: Scheme): number => (scheme.kind === 'dense' ? 1 : scheme.rate);

/**
 * Accuracy falls with the distance of each slot from a plan that is the best there is: by a class of rate, and by a structure of another name. After each
 * rung a third more of what is to come is there.
 */
export function fakeEvaluator(space: SearchSpace, best: Actions, { rungs = 1, onJob, parallel = 1 }: { readonly rungs?: number; readonly onJob?: (job: Job) => void | Promise<void>; readonly parallel?: number } = {}): Evaluator {
  const wanted = new Map(space.planOf(best).entries.map(({ layer, scheme }) => [layer, scheme]));
  const slots = new Set(space.slots.flatMap(({ layers }) => layers));
  return {
    setup: { evaluator: 'fake' }, rungs, parallel,
    evaluate: async (job) => {
      await onJob?.(job);
      const accuracy = accuracyFor(job.plan, wanted, slots);
      const all = Array.from({ length: rungs }, (_, rung) => (accuracy * (rung + 1)) / rungs);
      const failed = job.bars.findIndex((bar, rung) => bar !== null && all[rung]! < bar);
      const metrics: Metrics = failed < 0 ? { rungs: all, stopped: false } : { rungs: all.slice(0, failed + 1), stopped: true };
      return metrics;
    },
    close: async () => {},
  };
}

function accuracyFor(plan: MappingPlan, wanted: ReadonlyMap<string, Scheme>, slots: ReadonlySet<string>): number {
  const lost = plan.entries.filter(({ layer }) => slots.has(layer)).map(({ layer, scheme }) => {
    const goal = wanted.get(layer)!;
    return 0.6 * Math.min(1, Math.abs(Math.log2(rateOf(scheme) / rateOf(goal))) / 3) + 0.4 * Number(scheme.kind !== goal.kind);
  });
  return 1 - lost.reduce((a, b) => a + b, 0) / lost.length;
}
