import { dense, elementCount, WEIGHTS, type DenseTensor, type Layer, type Model, type Tensor } from '@fretwork/format';
import { random, seedOf, uniform } from '../layers/random.js';

/** More than He's gain, so that signals stay of their size after most weights are gone. */
const GAIN = 2;

/**
 * The same network with drawn weights: every float32 tensor that is a constant, or that a `ConstantOfShape` layer makes, by what its
 * reader does with it. Topologies whose weights are all one value run as the real ones do. Deterministic for a seed.
 */
export function randomWeights(model: Model, seed: number): Model {
  const made = new Map(model.layers.flatMap((layer) => {
    const tensor = layer.operator === 'ConstantOfShape' ? shapeOf(layer, model) : undefined;
    return tensor === undefined ? [] : [[layer.outputs[0]!, tensor] as const];
  }));
  const layers = model.layers.filter((layer) => !made.has(layer.outputs[0]!));
  const tensors = new Map<string, Tensor>(model.tensors);
  for (const layer of layers) {
    layer.inputs.forEach((name, input) => {
      const shape = made.get(name) ?? floatShape(model.tensors.get(name));
      const values = shape === undefined ? undefined : draw(layer, input, shape, seedOf(seed, name));
      if (shape !== undefined && values !== undefined) tensors.set(name, dense('f32', shape, values));
    });
  }
  const missing = new Set([...made.keys()].filter((name) => !tensors.has(name)));
  return { ...model, layers: [...model.layers.filter((layer) => missing.has(layer.outputs[0]!)), ...layers], tensors };
}

function shapeOf(layer: Layer, model: Model): readonly number[] | undefined {
  const sizes = model.tensors.get(layer.inputs[0]!);
  return sizes?.kind === 'dense' ? Array.from(sizes.data as BigInt64Array, Number) : undefined;
}

const floatShape = (tensor: Tensor | undefined): readonly number[] | undefined => (tensor?.dtype === 'f32' ? tensor.shape : undefined);

/** Undefined where the input is no parameter. */
function draw(layer: Layer, input: number, shape: readonly number[], seed: number): Float32Array | undefined {
  const [next, length] = [random(seed), elementCount(shape)];
  const row = WEIGHTS.find((place) => place.operator === layer.operator && place.input === input);
  if (row !== undefined) {
    const terms = row.view(shape, layer)?.columns ?? length;
    return uniform(next, length, GAIN * Math.sqrt(6 / Math.max(1, terms)));
  }
  if (layer.operator === 'BatchNormalization') {
    // Scale, shift, mean and variance; a variance must stay above 0.
    const scale = input === 1 || input === 4;
    return uniform(next, length, 0.1).map((value) => value + (scale ? 1 : 0));
  }
  return input === 2 && (layer.operator === 'Conv' || layer.operator === 'Gemm') ? uniform(next, length, 0.1) : undefined;
}

/** Values for every input of a model: in [-1, 1), integers 0. */
export function drawInputs(inputs: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[], seed: number): Readonly<Record<string, DenseTensor>> {
  return Object.fromEntries(inputs.map(({ name, dtype, shape }) => {
    const length = elementCount(shape);
    return [name, dtype === 'i64' ? dense('i64', shape, new BigInt64Array(length)) : dense('f32', shape, uniform(random(seedOf(seed, name)), length, 1))];
  }));
}
