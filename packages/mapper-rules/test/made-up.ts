import { attribute, inferShapes, weightsOf, type Layer, type Model, type Scheme } from '@fretwork/format';
import type { InputShapes, LatencyModel, LayerPrediction, LayerQuery, Prediction, PredictOptions, TimePart, WeightedQuery } from '@fretwork/latency';

/** Where the made-up device differs from test to test. */
export interface Device {
  /** GFLOP/s of multiply-accumulates without structure, as a share of those of whole matrices. Default 0.6. */
  readonly unstructured?: number;
  /** The same of patterns. Default 0.9. */
  readonly pattern?: number;
  /** ms that a layer takes whatever its weights. Default 0.002. */
  readonly fixed?: number;
  /** Layers that take 10 ms whatever is pruned. Default: none. */
  readonly stuck?: (query: LayerQuery) => boolean;
}

/**
 * A machine that does not exist, simple enough to know what a mapper must say: products at 40 GFLOP/s, weights read at 20 GB/s, both slower the
 * smaller the blocks; rows and columns in one block cost matrix-vector layers twice.
 */
export function madeUp({ unstructured = 0.6, pattern = 0.9, fixed = 0.002, stuck = () => false }: Device = {}): LatencyModel {
  const efficiency = (scheme: Scheme, vector: boolean): number => {
    switch (scheme.kind) {
      case 'dense': case 'filter': case 'channel': return 1;
      case 'unstructured': return vector ? unstructured / 4 : unstructured;
      case 'pattern': return pattern;
      case 'block-punched': return 1 - 1 / scheme.blockFilters;
      case 'bcr': return (1 - 1 / scheme.blockRows) * (vector && scheme.rowShare > 0 ? 0.5 : 1);
    }
  };
  const predict = (query: LayerQuery): Prediction => {
    if (query.layer === 'glue') return of([{ name: 'moving', ms: (query.reads + query.writes) * 4e-7 }]);
    if (stuck(query)) return of([{ name: 'waiting', ms: 10 }]);
    const { scheme } = query;
    const kept = scheme.kind === 'dense' ? 1 : 1 / scheme.rate;
    const { macs, weights } = work(query);
    const slow = efficiency(scheme, macs / weights < 4);
    const products = (macs * kept * 5e-8) / slow;
    const reading = (weights * kept * 4 * 5e-8) / slow;
    return of([{ name: 'products', ms: products }, { name: 'reading weights', ms: reading }, { name: 'beginning', ms: fixed }]);
  };
  const predictModel = (model: Model, { inputShapes = {}, plan }: PredictOptions = {}): ReturnType<LatencyModel['predictModel']> => {
    const shapes = inferShapes(model, opened(model, inputShapes)).values;
    const size = (name: string): readonly number[] => (shapes.get(name)?.shape ?? []).map(Number);
    const layers = model.layers.map((layer): LayerPrediction => {
      const scheme = plan?.entries.find((entry) => entry.layer === layer.name)?.scheme;
      const query = queryOf(model, scheme === undefined ? layer : { ...layer, scheme }, size);
      const about = { layer: layer.name, operator: layer.operator };
      if (query === undefined) return { ...about, reason: 'runs for nothing', ms: 0, low: 0, high: 0 };
      const prediction = predict(query);
      return { ...about, query, joined: [], ms: prediction.ms, low: prediction.low, high: prediction.high, prediction };
    });
    const ms = layers.reduce((sum, layer) => sum + layer.ms, 0.01);
    return { key: KEY, layers, overheadMs: 0.01, ms, low: ms, high: ms };
  };
  return { key: KEY, predict, predictModel };
}

const KEY = { device: 'a machine that does not exist', backend: 'made up', version: '1', threads: 1 };

const of = (parts: readonly TimePart[]): Prediction => {
  const ms = parts.reduce((sum, part) => sum + part.ms, 0);
  return { ms, low: ms * 0.9, high: ms * 1.1, from: 'fitted', parts };
};

function work(query: WeightedQuery): { readonly macs: number; readonly weights: number } {
  switch (query.layer) {
    case 'convolution': {
      const weights = (query.outputs * query.inputs * query.kernel[0] * query.kernel[1]) / query.groups;
      return { weights, macs: weights * query.size[0] * query.size[1] * query.batch };
    }
    case 'full': return { weights: query.inputs * query.outputs, macs: query.inputs * query.outputs * query.vectors };
    case 'recurrent': {
      const gates = { gru: 3, lstm: 4, rnn: 1 }[query.cell];
      const weights = gates * query.hidden * (query.inputs + query.hidden) * query.directions;
      // The matrices stay in the cache from step to step, but each step is a matrix-vector product.
      return { weights, macs: weights * query.batch };
    }
  }
}

function opened(model: Model, given: InputShapes): InputShapes {
  return { ...Object.fromEntries(model.inputs.map(({ name, shape = [] }) => [name, shape.map((d) => (typeof d === 'number' ? d : 1))])), ...given };
}

function queryOf(model: Model, layer: Layer, size: (name: string) => readonly number[]): LayerQuery | undefined {
  const weight = weightsOf(model, layer)[0];
  const scheme: Scheme = layer.scheme ?? { kind: 'dense' };
  const [input, output] = [size(layer.inputs[0]!), size(layer.outputs[0]!)];
  switch (weight === undefined ? '' : layer.operator) {
    case 'Conv': {
      const [outputs, , height, width] = weight!.tensor.shape as [number, number, number, number];
      const [vertical, horizontal] = attribute(layer, 'strides', 'ints', [1, 1]) as readonly [number, number];
      return {
        layer: 'convolution', scheme, inputs: input[1]!, outputs, groups: attribute(layer, 'group', 'int', 1), kernel: [height, width],
        stride: [vertical, horizontal], size: [output[2]!, output[3]!], batch: output[0]!, residual: false,
      };
    }
    case 'Gemm': case 'MatMul': return { layer: 'full', scheme, inputs: weight!.view.columns, outputs: weight!.view.rows, vectors: output.slice(0, -1).reduce((a, b) => a * b, 1) };
    case 'GRU': {
      const { rows, columns } = weight!.view;
      return { layer: 'recurrent', cell: 'gru', scheme, inputs: columns, hidden: rows, steps: input[0]!, batch: input[1]!, directions: 1, resetAfter: false };
    }
    case '': {
      const elements = (names: readonly string[]): number => names.filter((name) => name !== '' && !model.tensors.has(name)).reduce((sum, name) => sum + size(name).reduce((a, b) => a * b, 1), 0);
      return layer.operator === 'BatchNormalization' ? undefined : { layer: 'glue', operator: layer.operator, reads: elements(layer.inputs), writes: elements(layer.outputs), window: 1 };
    }
    default: return undefined;
  }
}
