import { dense, elementCount, encode, WEIGHTS, type Attribute, type DenseTensor, type Layer, type MatrixView, type Model, type Tensor } from '@fretwork/format';
import { inputShape, padding, weightShapes, type BenchLayer } from './layer-set.js';
import { maskScheme, prune, type MaskRequest } from './masks.js';
import { random, seedOf, uniform } from './random.js';

/** A layer with everything that goes into it. */
export interface Problem {
  readonly layer: BenchLayer;
  readonly input: DenseTensor;
  /** Of `weightShapes(layer)`, in order; zeros where weights were pruned. */
  readonly weights: readonly Float32Array[];
  readonly bias: Float32Array;
}

/** Weights so small that sums stay of the input's size. */
export function makeProblem(layer: BenchLayer, seed: number): Problem {
  const draw = random(seedOf(seed, layer.name));
  const shapes = weightShapes(layer);
  const terms = shapes[0]!.at(-1)! * (layer.operator === 'conv' ? shapes[0]![1]! * layer.kernel : 1);
  const weights = shapes.map((shape) => uniform(draw, elementCount(shape), Math.sqrt(3 / terms)));
  const shape = inputShape(layer);
  return { layer, input: dense('f32', shape, uniform(draw, elementCount(shape), 1)), weights, bias: uniform(draw, biasLength(layer), 0.1) };
}

const biasLength = (layer: BenchLayer): number => (layer.operator === 'gru' ? 6 : 1) * layer.outputs;

/** The same problem with weights pruned, each matrix by itself (each gate of a recurrent layer). */
export function pruneProblem(problem: Problem, request: MaskRequest, seed: number): Problem {
  const draw = random(seedOf(seed, `${problem.layer.name} ${request.scheme} ${request.block.join('x')} ${request.density} ${request.source}`));
  const weights = problem.weights.map((values, i) => {
    const { count, rows, columns, kernel } = viewOf(problem.layer, i);
    const out = new Float32Array(values.length);
    for (let m = 0; m < count; m++) {
      const at = m * rows * columns;
      out.set(prune({ rows, columns, kernel, values: values.subarray(at, at + rows * columns) }, request, draw), at);
    }
    return out;
  });
  return { ...problem, weights };
}

/** Weights as tensors: dense, or encoded as what prunes by `request` stores. */
export function weightTensors({ layer, weights }: Problem, request?: MaskRequest): readonly Tensor[] {
  return weights.map((values, i) => {
    const tensor = dense('f32', weightShapes(layer)[i]!, values);
    return request === undefined ? tensor : encode(tensor, viewOf(layer, i), { scheme: maskScheme(request.scheme).scheme(1 / request.density, request.block) }).tensor;
  });
}

const int = (value: number): Attribute => ({ type: 'int', value });
const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });

function layerRecord(layer: BenchLayer): Layer {
  const named = { name: 'layer', domain: '' };
  switch (layer.operator) {
    case 'conv': {
      const [before, after] = padding(layer);
      return { ...named, operator: 'Conv', inputs: ['x', 'w0', 'bias'], outputs: ['y'], attributes: new Map<string, Attribute>([
        ['kernel_shape', ints([layer.kernel, layer.kernel])], ['strides', ints([layer.stride, layer.stride])], ['pads', ints([before, before, after, after])], ['group', int(layer.groups)],
      ]) };
    }
    case 'full': return { ...named, operator: 'Gemm', inputs: ['x', 'w0', 'bias'], outputs: ['y'], attributes: new Map([['transB', int(1)]]) };
    case 'gru': return { ...named, operator: 'GRU', inputs: ['x', 'w0', 'w1', 'bias'], outputs: ['y'], attributes: new Map([['hidden_size', int(layer.outputs)], ['linear_before_reset', int(1)]]) };
  }
}

function outputShape(layer: BenchLayer): readonly number[] {
  switch (layer.operator) {
    case 'conv': return [1, layer.outputs, layer.size, layer.size];
    case 'full': return [1, layer.outputs];
    case 'gru': return [layer.steps, 1, 1, layer.outputs];
  }
}

/** A model of this one layer; input `x`, output `y`. */
export function modelOf(problem: Problem, weights: readonly Tensor[]): Model {
  const { layer, bias } = problem;
  const biasShape = layer.operator === 'gru' ? [1, bias.length] : [bias.length];
  return {
    name: layer.name, values: [],
    inputs: [{ name: 'x', dtype: 'f32', shape: inputShape(layer) }], outputs: [{ name: 'y', dtype: 'f32', shape: outputShape(layer) }],
    layers: [layerRecord(layer)],
    tensors: new Map<string, Tensor>([...weights.map((tensor, i): [string, Tensor] => [`w${i}`, tensor]), ['bias', dense('f32', biasShape, bias)]]),
    provenance: { producer: '@fretwork/bench', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  };
}

/** How weight tensor `i` is seen as matrices. */
export function viewOf(layer: BenchLayer, i: number): MatrixView {
  const record = layerRecord(layer);
  const row = WEIGHTS.find(({ operator, input }) => operator === record.operator && record.inputs[input] === `w${i}`)!;
  return row.view(weightShapes(layer)[i]!, record)!;
}
