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

/** `count` matrices whose rows lie one behind the other, or whose columns do. */
const byRows = (count: number, rows: number, columns: number, kernel = 1): MatrixView => ({ count, rows, columns, order: 'row-major', kernel });
const byColumns = (count: number, rows: number, columns: number): MatrixView => ({ count, rows, columns, order: 'column-major', kernel: 1 });

const gates = (perDirection: number) => (shape: readonly number[]): MatrixView | undefined => {
  const [directions, stacked, columns] = shape as [number, number, number];
  return shape.length !== 3 || stacked % perDirection !== 0 ? undefined : byRows(directions * perDirection, stacked / perDirection, columns);
};

/** The weights of the inputs and those of the states. */
const recurrent = (operator: string, perDirection: number): readonly WeightRow[] => [1, 2].map((input) => ({ operator, input, view: gates(perDirection) }));

const convolution = (shape: readonly number[]): MatrixView | undefined => {
  if (shape.length < 3) return undefined;
  const kernel = product(shape.slice(2));
  return byRows(1, shape[0]!, shape[1]! * kernel, kernel);
};

/** `[Cin, Cout/g, Kh, Kw]`: each input channel is a column of Cout/g·Kh·Kw outputs. */
const transposedConvolution = (shape: readonly number[]): MatrixView | undefined =>
  shape.length < 3 ? undefined : byColumns(1, product(shape.slice(1)), shape[0]!);

const rightFactor = (shape: readonly number[]): MatrixView | undefined =>
  shape.length < 2 ? undefined : byColumns(product(shape.slice(0, -2)), shape.at(-1)!, shape.at(-2)!);

const gemmFactor = (shape: readonly number[], layer: Layer): MatrixView | undefined => {
  if (shape.length !== 2) return undefined;
  const [first, second] = shape as [number, number];
  return attribute(layer, 'transB', 'int', 0) === 0 ? byColumns(1, second, first) : byRows(1, first, second);
};

/** Every place where prunable weights can stand. Biases and norms are not weights in this sense. */
export const WEIGHTS: readonly WeightRow[] = [
  { operator: 'Conv', input: 1, view: convolution },
  { operator: 'ConvTranspose', input: 1, view: transposedConvolution },
  { operator: 'Gemm', input: 1, view: gemmFactor },
  { operator: 'MatMul', input: 1, view: rightFactor },
  ...recurrent('GRU', 3),
  ...recurrent('LSTM', 4),
  ...recurrent('RNN', 1),
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
