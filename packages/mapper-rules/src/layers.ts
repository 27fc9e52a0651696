import { attribute, costOf, elementCount, FretworkError, inferShapes, weightsOf, type Layer, type Model, type Scheme } from '@fretwork/format';
import type { InputShapes, LatencyModel, LayerQuery, Prediction, WeightedQuery } from '@fretwork/latency';
import type { MappedLayer } from './contract.js';

/** The layers of a network that could be pruned, and the time of all the rest. */
export interface MappedNetwork {
  readonly layers: readonly MappedLayer[];
  /** ms of layers without weights and of a run itself. */
  readonly otherMs: number;
  /** ms of a run with nothing pruned. */
  readonly denseMs: number;
  /** Multiply-accumulates of layers that are not mapped. */
  readonly otherMacs: number;
}

export const DENSE: Scheme = { kind: 'dense' };

/** `query` pruned by another scheme. */
export const pruned = (query: WeightedQuery, scheme: Scheme): WeightedQuery => {
  const { density: _, ...rest } = query;
  return { ...rest, scheme };
};

const hasWeights = (query: LayerQuery | undefined): query is WeightedQuery => query !== undefined && query.layer !== 'glue';

/** Layers with weights, each with its predicted dense time. Sparse weights are looked at as if they were dense. */
export function networkOf(model: Model, latency: LatencyModel, inputShapes: InputShapes = {}): MappedNetwork {
  const mappable = model.layers.filter((layer) => weightsOf(model, layer).length > 0);
  const allDense = { target: '', mapper: '', entries: mappable.map(({ name }) => ({ layer: name, scheme: DENSE, reason: '' })) };
  const predicted = latency.predictModel(model, { inputShapes, plan: allDense });
  const queried = new Map(predicted.layers.map((layer) => [layer.layer, layer]));
  const costs = new Map(costOf(model, inferShapes(model, opened(model, inputShapes))).layers.map((cost) => [cost.layer, cost.macs]));
  const firstConvolution = model.layers.find(({ domain, operator }) => domain === '' && operator === 'Conv');
  let otherMs = predicted.overheadMs;
  let otherMacs = 0;
  const found = model.layers.flatMap((layer): readonly Omit<MappedLayer, 'share'>[] => {
    const weights = weightsOf(model, layer);
    const macs = costs.get(layer.name);
    const dense = macs?.ok === true ? macs.dense : 0;
    const known = queried.get(layer.name);
    if (weights.length === 0) {
      otherMs += known?.ms ?? 0;
      otherMacs += dense;
      return [];
    }
    const about = { layer, weights, count: weights.reduce((sum, { tensor }) => sum + elementCount(tensor.shape), 0), macs: dense, first: layer === firstConvolution };
    const { query } = known ?? {};
    if (!hasWeights(query)) return [{ ...about, denseMs: known?.ms ?? 0, unknown: known !== undefined && known.query === undefined ? known.reason : 'the latency model knows no such layer' }];
    return [{ ...about, query, denseMs: known!.ms }];
  });
  const denseMs = otherMs + found.reduce((sum, layer) => sum + layer.denseMs, 0);
  return { layers: found.map((layer) => ({ ...layer, share: denseMs > 0 ? layer.denseMs / denseMs : 0 })), otherMs, otherMacs, denseMs };
}

/** Sizes that stay open are taken as 1, as the latency model does. */
const opened = (model: Model, given: InputShapes): InputShapes => ({
  ...Object.fromEntries(model.inputs.flatMap(({ name, shape }) => (shape === undefined ? [] : [[name, shape.map((d) => (typeof d === 'number' ? d : 1))]]))), ...given,
});

/** Predictions for a layer, each asked for once: layers of equal sizes share them. */
export function predictions(latency: LatencyModel): (layer: MappedLayer, scheme: Scheme) => Prediction {
  const known = new Map<string, Prediction>();
  return ({ query, denseMs }, scheme) => {
    if (query === undefined) return { ms: denseMs, low: denseMs, high: denseMs, from: 'fitted', parts: [] };
    const asked = pruned(query, scheme);
    const name = JSON.stringify(asked);
    const found = known.get(name) ?? latency.predict(asked);
    known.set(name, found);
    return found;
  };
}

/** Whether a layer was to be left alone. Throws `map.skip` for a name or pattern that fits none. */
export function skipped(model: Model, names: readonly string[]): (layer: string) => boolean {
  const tests = names.map((name) => {
    const source = name.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '[^]*').replace(/\?/g, '[^]');
    const pattern = new RegExp(`^${source}$`);
    return { name, fits: (layer: string): boolean => layer === name || pattern.test(layer) };
  });
  for (const { name, fits } of tests) {
    if (model.layers.some((layer) => fits(layer.name))) continue;
    throw new FretworkError('map.skip', 'a layer to be skipped is not in the model', {
      layer: name, hint: `layers are named like ${model.layers.slice(0, 3).map((l) => JSON.stringify(l.name)).join(', ')}; * stands for any characters`,
    });
  }
  return (layer) => tests.some(({ fits }) => fits(layer));
}

/**
 * Layers that must get the same: those that read one and the same weight, and, where `filters` go, those whose outputs are
 * added channel by channel (residual sums, what stands between them, depthwise layers). As positions in `layers`; each layer is in one group.
 */
export function groupsOf(model: Model, layers: readonly MappedLayer[], { filters }: { readonly filters: boolean }): readonly (readonly number[])[] {
  const parent = new Map<string, string>();
  const root = (name: string): string => {
    let at = name;
    for (let up = parent.get(at); up !== undefined; up = parent.get(at)) at = up;
    return at;
  };
  const tie = (a: string, b: string): void => {
    if (root(a) !== root(b)) parent.set(root(b), root(a));
  };
  for (const { layer, weights } of layers) for (const { name } of weights) tie(`layer ${layer.name}`, `tensor ${name}`);
  if (filters) {
    for (const { layer } of layers) tie(`layer ${layer.name}`, `value ${layer.outputs[0]!}`);
    for (const layer of model.layers) {
      // What Conv and its like make has channels of its own; a fused residual is read by input 3 and up nowhere in this form.
      if (passesChannels(model, layer)) for (const name of layer.inputs) if (name !== '' && !model.tensors.has(name)) tie(`value ${layer.outputs[0]!}`, `value ${name}`);
    }
  }
  const groups = new Map<string, number[]>();
  layers.forEach(({ layer }, i) => groups.set(root(`layer ${layer.name}`), [...(groups.get(root(`layer ${layer.name}`)) ?? []), i]));
  return [...groups.values()];
}

const MIXES: ReadonlySet<string> = new Set(['Concat', 'Split', 'Slice', 'Gather', 'Reshape', 'Flatten', 'Transpose', 'Squeeze', 'Unsqueeze', 'DepthToSpace', 'SpaceToDepth']);

function passesChannels(model: Model, layer: Layer): boolean {
  const weights = weightsOf(model, layer);
  if (weights.length === 0) return !MIXES.has(layer.operator);
  return attribute(layer, 'group', 'int', 1) > 1 && weights[0]!.tensor.shape[1] === 1;
}
