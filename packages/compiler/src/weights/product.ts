import { weightsOf, type Layer, type LayerWeight } from '@fretwork/format';
import { no, yes, type Answer } from '../graph/answer.js';
import { isOperator, type Draft } from '../graph/draft.js';
import { floatOf, floatsOf, floatTensor, inputOf, intOf, isFloat } from '../graph/numbers.js';
import { scaleWeights } from './scale-weights.js';

/** Layers of the form `matrix x activations + bias`, as far as folding into them goes. */
export const PRODUCTS: readonly string[] = ['Conv', 'ConvTranspose', 'Gemm', 'MatMul'];

/** What such a layer computes: its constant weight, and what it adds to each output channel. */
export interface Product {
  readonly weight: LayerWeight;
  /** Dimensions of what it makes; the channels are axis 1. */
  readonly rank: number;
  readonly channels: number;
  /** The output channel that the weight at (row, column) of the weight's view works for. */
  readonly channelOf: (row: number, column: number) => number;
  /** `[channels]`; zeros where nothing is added. Gemm's beta is multiplied in. */
  readonly bias: Float64Array;
}

/** `layer`, one of `PRODUCTS`, as a product; `inputRank` is that of its first input. */
export function productOf(draft: Draft, layer: Layer, inputRank: number | undefined): Answer<Product> {
  const name = inputOf(layer, 1);
  const tensor = draft.tensor(name);
  const weight = tensor === undefined ? undefined : weightsOf({ tensors: new Map([[name, tensor]]) }, layer).find(({ input }) => input === 1);
  if (weight === undefined) return no(`the weight of ${layer.name} is no constant matrix`);
  if (!isFloat(weight.tensor.dtype)) return no(`the weight of ${layer.name} is ${weight.tensor.dtype}, no float`);
  const { shape } = weight.tensor;
  if (isOperator(layer, 'MatMul') && (shape.length !== 2 || inputRank !== 2)) {
    return no(`${layer.name} is a MatMul of ${inputRank === undefined ? 'unknown rank' : `rank ${Math.max(inputRank, shape.length)}`}, which has no bias; only a product of two matrices becomes a Gemm`);
  }
  const place = channelsOf(layer, weight);
  const bias = biasOf(draft, layer, place.channels);
  return bias.ok ? yes({ weight, rank: shape.length, ...place, bias: bias.is }) : bias;
}

function channelsOf(layer: Layer, { tensor, view }: LayerWeight): Pick<Product, 'channels' | 'channelOf'> {
  if (!isOperator(layer, 'ConvTranspose')) return { channels: view.rows, channelOf: (row) => row };
  // `[Cin, Cout/g, …kernel]`: rows are (channel of the group, kernel position), columns are input channels.
  const [cin, perGroup] = tensor.shape as [number, number];
  const groups = intOf(layer, 'group', 1);
  const positions = view.rows / perGroup;
  return {
    channels: perGroup * groups,
    channelOf: (row, column) => Math.floor(column / (cin / groups)) * perGroup + Math.floor(row / positions),
  };
}

function biasOf(draft: Draft, layer: Layer, channels: number): Answer<Float64Array> {
  const name = inputOf(layer, 2);
  if (name === '') return yes(new Float64Array(channels));
  const tensor = draft.dense(name);
  if (tensor === undefined) return no(`the bias of ${layer.name} is no dense constant`);
  const spread = perChannel(tensor.shape, floatsOf(tensor.dtype, tensor.data), isOperator(layer, 'Gemm') ? 2 : undefined, channels);
  if (!spread.ok) return no(`the bias of ${layer.name} ${spread.reason}`);
  const beta = isOperator(layer, 'Gemm') ? floatOf(layer, 'beta', 1) : 1;
  return yes(spread.is.map((b) => b * beta));
}

/**
 * One number per channel from a constant of `shape` that broadcasts to a value of `rank` dimensions whose axis 1 has
 * `channels`. `rank` left out: the constant is `[channels]` itself.
 */
export function perChannel(shape: readonly number[], numbers: Float64Array | undefined, rank: number | undefined, channels: number): Answer<Float64Array> {
  if (numbers === undefined) return no('has no float elements');
  const own = rank === undefined ? 0 : shape.length - rank + 1;
  if (rank !== undefined && shape.length > rank) return no(`has ${shape.length} dimensions, more than the ${rank} of what it is added to`);
  if (shape.some((size, axis) => axis !== own && size !== 1)) return no(`differs along more than the channels: [${shape.join(', ')}]`);
  if (numbers.length === 1) return yes(new Float64Array(channels).fill(numbers[0]!));
  return numbers.length === channels ? yes(numbers) : no(`has ${numbers.length} elements for ${channels} channels`);
}

/**
 * `layer` with the bias `bias` and, where `factors` (one per output channel) are given, with scaled weights. A MatMul
 * becomes a Gemm. New tensors replace those that nobody else reads.
 */
export function rebuilt(draft: Draft, layer: Layer, product: Product, bias: Float64Array, factors?: Float64Array): Layer {
  const { weight, channelOf } = product;
  const gemm = isOperator(layer, 'Gemm', 'MatMul');
  const biasName = inputOf(layer, 2) === '' ? draft.freshName(`${layer.name}.bias`) : draft.ownName(inputOf(layer, 2), layer);
  draft.setTensor(biasName, floatTensor(weight.tensor.dtype, [bias.length], bias));
  let weightName = weight.name;
  if (factors !== undefined) {
    weightName = draft.ownName(weight.name, layer);
    draft.setTensor(weightName, scaleWeights(weight.tensor, weight.view, (row, column) => factors[channelOf(row, column)]!)!);
  }
  const inputs = [inputOf(layer, 0), weightName, biasName];
  if (!gemm) return { ...layer, inputs };
  return { ...layer, operator: 'Gemm', inputs, attributes: new Map([...layer.attributes].filter(([name]) => name !== 'beta')) };
}
