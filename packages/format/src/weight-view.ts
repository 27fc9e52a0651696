import { attribute } from './attribute.js';
import type { Layer, MatrixView, Model, Tensor } from './contract.js';

/** An input of an operator that can hold prunable weights, and how its tensor is seen as matrices. */
export interface WeightRow {
  readonly operator: string;
  readonly input: number;
  readonly view: (shape: readonly number[], layer: Layer) => MatrixView | undefined;
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

const gates = (perDirection: number) => (shape: readonly number[]): MatrixView | undefined => {
  const [directions, stacked, columns] = shape;
  if (shape.length !== 3 || directions === undefined || stacked === undefined || columns === undefined) return undefined;
  if (stacked % perDirection !== 0) return undefined;
  return { count: directions * perDirection, rows: stacked / perDirection, columns, order: 'row-major', kernel: 1 };
};

const convolution = (shape: readonly number[]): MatrixView | undefined => {
  if (shape.length < 3) return undefined;
  const kernel = product(shape.slice(2));
  return { count: 1, rows: shape[0]!, columns: shape[1]! * kernel, order: 'row-major', kernel };
};

/** `[Cin, Cout/g, Kh, Kw]`: each input channel is a column of Cout/g·Kh·Kw outputs. */
const transposedConvolution = (shape: readonly number[]): MatrixView | undefined =>
  shape.length < 3 ? undefined
    : { count: 1, rows: product(shape.slice(1)), columns: shape[0]!, order: 'column-major', kernel: 1 };

const rightFactor = (shape: readonly number[]): MatrixView | undefined =>
  shape.length < 2 ? undefined
    : { count: product(shape.slice(0, -2)), rows: shape.at(-1)!, columns: shape.at(-2)!, order: 'column-major', kernel: 1 };

const gemmFactor = (shape: readonly number[], layer: Layer): MatrixView | undefined => {
  if (shape.length !== 2) return undefined;
  const [first, second] = shape as [number, number];
  return attribute(layer, 'transB', 'int', 0) === 0
    ? { count: 1, rows: second, columns: first, order: 'column-major', kernel: 1 }
    : { count: 1, rows: first, columns: second, order: 'row-major', kernel: 1 };
};

/** Every place where prunable weights can stand. Biases and norms are not weights in this sense. */
export const WEIGHTS: readonly WeightRow[] = [
  { operator: 'Conv', input: 1, view: convolution },
  { operator: 'ConvTranspose', input: 1, view: transposedConvolution },
  { operator: 'Gemm', input: 1, view: gemmFactor },
  { operator: 'MatMul', input: 1, view: rightFactor },
  { operator: 'GRU', input: 1, view: gates(3) },
  { operator: 'GRU', input: 2, view: gates(3) },
  { operator: 'LSTM', input: 1, view: gates(4) },
  { operator: 'LSTM', input: 2, view: gates(4) },
  { operator: 'RNN', input: 1, view: gates(1) },
  { operator: 'RNN', input: 2, view: gates(1) },
];

/** A weight of a layer: which input, which tensor, and how it is seen as matrices. */
export interface LayerWeight {
  readonly input: number;
  readonly name: string;
  readonly tensor: Tensor;
  readonly view: MatrixView;
}

/** The prunable weights of `layer`: inputs named in `WEIGHTS` that are tensors of the model, with their matrix view. */
export function weightsOf(model: Pick<Model, 'tensors'>, layer: Layer): readonly LayerWeight[] {
  if (layer.domain !== '') return [];
  const found: LayerWeight[] = [];
  for (const place of WEIGHTS) {
    if (place.operator !== layer.operator) continue;
    const name = layer.inputs[place.input];
    const tensor = name === undefined || name === '' ? undefined : model.tensors.get(name);
    if (name === undefined || tensor === undefined) continue;
    const view = tensor.kind === 'sparse' ? tensor.view : place.view(tensor.shape, layer);
    if (view !== undefined) found.push({ input: place.input, name, tensor, view });
  }
  return found;
}
