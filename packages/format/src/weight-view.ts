import { attribute } from './attribute.js';
import type { Outline } from './container/outline.js';
import type { Layer, MatrixView, Model, SparseMatrix, Tensor, TensorData } from './contract.js';

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

/** A weight of a layer with the view that its operator and shape call for; undefined where the shape is none of the operator. */
export interface WeightPlace {
  readonly input: number;
  readonly name: string;
  readonly tensor: Outline<Tensor>;
  readonly view: MatrixView | undefined;
}

/** The inputs of `layer` named in `WEIGHTS` that are tensors of the model. */
export function weightPlaces(model: Pick<Outline, 'tensors'>, layer: Outline<Layer>): readonly WeightPlace[] {
  if (layer.domain !== '') return [];
  return WEIGHTS.filter(({ operator }) => operator === layer.operator).flatMap(({ input, view }) => {
    const name = layer.inputs[input] ?? '';
    const tensor = name === '' ? undefined : model.tensors.get(name);
    // A view depends on shape and attributes alone, never on elements.
    return tensor === undefined ? [] : [{ input, name, tensor, view: view(tensor.shape, layer as Layer) }];
  });
}

/** A weight of a layer: which input, which tensor, and how it is seen as matrices. */
export interface LayerWeight {
  readonly input: number;
  readonly name: string;
  readonly tensor: Tensor;
  readonly view: MatrixView;
}

/** The prunable weights of `layer`: inputs named in `WEIGHTS` that are tensors of the model, with their matrix view. */
export function weightsOf(model: Pick<Model, 'tensors'>, layer: Layer): readonly LayerWeight[] {
  return weightPlaces(model, layer).flatMap((place) => {
    const tensor = place.tensor as Tensor;
    const view = tensor.kind === 'sparse' ? tensor.view : place.view;
    return view === undefined ? [] : [{ ...place, tensor, view }];
  });
}

/** The matrices of a weight; those of a dense tensor are one whole block each. Payloads are shared where they lie row by row. */
export function matricesOf({ tensor, view }: Pick<LayerWeight, 'tensor' | 'view'>): readonly SparseMatrix[] {
  if (tensor.kind === 'sparse') return tensor.matrices;
  const { count, rows, columns, order } = view;
  const size = rows * columns;
  return Array.from({ length: count }, (_, m): SparseMatrix => {
    const own = tensor.data.subarray(m * size, (m + 1) * size);
    return { encoding: 'bcr', rows, columns, blockRows: Math.max(1, rows), blockColumns: Math.max(1, columns), payload: order === 'row-major' ? own : turned(own, rows, columns) };
  });
}

function turned(values: TensorData, rows: number, columns: number): TensorData {
  const to = values.slice() as Float32Array;
  for (let c = 0; c < columns; c++) for (let r = 0; r < rows; r++) to[r * columns + c] = values[c * rows + r] as number;
  return to;
}
