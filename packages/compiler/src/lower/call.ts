import { decode, halfToNumber, matricesOf, WEIGHTS, type DenseTensor, type Layer, type SparseMatrix, type Tensor, type Tuning } from '@fretwork/format';
import type { BackendOptions, ModelContext } from '../backend.js';

/** One layer about to be planned or emitted, every shape known. */
export class Call {
  readonly layer: Layer;
  readonly context: ModelContext;
  readonly options: BackendOptions;

  constructor(layer: Layer, context: ModelContext, options: BackendOptions = {}) {
    this.layer = layer;
    this.context = context;
    this.options = options;
  }

  /** Name of input `i`, `''` where it is left out. */
  name(i: number): string {
    return this.layer.inputs[i] ?? '';
  }

  has(i: number): boolean {
    return this.name(i) !== '';
  }

  /** Shape of input `i`. */
  shape(i: number): readonly number[] {
    return this.#shapeOf(this.name(i));
  }

  outShape(i = 0): readonly number[] {
    return this.#shapeOf(this.layer.outputs[i] ?? '');
  }

  hasOutput(i: number): boolean {
    return (this.layer.outputs[i] ?? '') !== '';
  }

  tensor(i: number): Tensor | undefined {
    return this.context.model.tensors.get(this.name(i));
  }

  /** The elements of constant input `i`, of any number type; undefined where it is computed. */
  numbers(i: number): readonly number[] | undefined {
    const tensor = this.tensor(i);
    if (tensor !== undefined) return numbersOf(tensor.kind === 'dense' ? tensor : decode(tensor));
    const elements = this.context.shapes.values.get(this.name(i))?.elements;
    return elements?.every((x) => typeof x === 'number') === true ? elements as readonly number[] : undefined;
  }

  /** The matrices of the weight at input `i`: dense ones as one whole block; undefined where it is no float32 constant. */
  matrices(i: number): readonly SparseMatrix[] | undefined {
    const tensor = this.tensor(i);
    if (tensor === undefined || tensor.dtype !== 'f32') return undefined;
    if (tensor.kind === 'sparse') return tensor.matrices;
    const view = WEIGHTS.find((row) => row.operator === this.layer.operator && row.input === i)?.view(tensor.shape, this.layer);
    return view === undefined ? undefined : matricesOf({ tensor, view });
  }

  /** What the tuner found, or what the model says. */
  get tuning(): Tuning | undefined {
    return this.options.tunings?.get(this.layer.name) ?? this.layer.tuning;
  }

  get threads(): number {
    return this.options.threads ?? 1;
  }

  #shapeOf(name: string): readonly number[] {
    const tensor = this.context.model.tensors.get(name);
    return tensor?.shape ?? (this.context.shapes.values.get(name)?.shape ?? []) as readonly number[];
  }
}

/** A dense matrix `[rows, columns]` as one block. */
export const wholeBlock = (payload: Float32Array, rows: number, columns: number): SparseMatrix =>
  ({ encoding: 'bcr', rows, columns, blockRows: Math.max(1, rows), blockColumns: Math.max(1, columns), payload });

export const numbersOf = (tensor: DenseTensor): readonly number[] =>
  (tensor.dtype === 'f16' ? Array.from(tensor.data as Uint16Array, halfToNumber) : Array.from(tensor.data as ArrayLike<number | bigint>, Number));

export const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
