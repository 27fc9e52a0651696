import { decode, dense, encode, weightsOf, type Model, type Scheme, type Tensor } from '@fretwork/format';
import { pruneModel } from '@fretwork/pruner';
import { random, seedOf, uniform } from '../layers/random.js';
import { timeNetwork, type NetworkOptions } from './time-network.js';

/** ms of one layer with weights of three kinds. */
export interface ValuesRow {
  readonly layer: string;
  /** The model's own weights, pruned. */
  readonly own: number;
  /** Drawn values in the very same places. */
  readonly samePlaces: number;
  /** Drawn weights, pruned by the same scheme: other places. */
  readonly otherPlaces: number;
}

/**
 * Times a network pruned by `scheme` with its own weights, with drawn values in their places, and with drawn weights pruned anew.
 * Where latency depends on structure alone (papers.md 3.4), all three take the same time.
 */
export async function compareValues(model: Model, scheme: Scheme, options: NetworkOptions): Promise<readonly ValuesRow[]> {
  const own = pruneModel(model, { scheme }).model;
  const seed = options.seed ?? 1;
  const models = [own, redrawn(own, seed), pruneModel(redrawn(model, seed), { scheme }).model];
  // Turn about, so that a machine that is slow for a while is slow for all.
  const times = models.map((): Map<string, number> => new Map());
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, one] of models.entries()) {
      for (const { layer, ms } of (await timeNetwork(one, { ...options, ms: (options.ms ?? 1500) / ROUNDS })).layers) times[i]!.set(layer, Math.min(ms, times[i]!.get(layer) ?? Infinity));
    }
  }
  const weighted = own.layers.filter((layer) => weightsOf(own, layer).length > 0).map(({ name }) => name);
  return weighted.flatMap((layer): ValuesRow[] => {
    const [a, b, c] = times.map((of) => of.get(layer));
    return a === undefined || b === undefined || c === undefined ? [] : [{ layer, own: a, samePlaces: b, otherPlaces: c }];
  });
}

const ROUNDS = 3;

/** Other values wherever a weight is not zero. */
function redrawn(model: Model, seed: number): Model {
  const tensors = new Map<string, Tensor>(model.tensors);
  for (const layer of model.layers) {
    for (const { name, tensor, view } of weightsOf(model, layer)) {
      if (tensor.dtype !== 'f32') continue;
      const whole = tensor.kind === 'sparse' ? decode(tensor) : tensor;
      const drawn = uniform(random(seedOf(seed, name)), whole.data.length, Math.sqrt(3 / view.columns));
      const values = (whole.data as Float32Array).map((value, i) => (value === 0 ? 0 : drawn[i]! || 1e-3));
      tensors.set(name, tensor.kind === 'dense' ? dense('f32', whole.shape, values)
        : encode(dense('f32', whole.shape, values), view, layer.scheme === undefined ? {} : { scheme: layer.scheme }).tensor);
    }
  }
  return { ...model, tensors };
}
