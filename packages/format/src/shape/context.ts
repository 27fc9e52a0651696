import { attribute, type AttributeValues } from '../attribute.js';
import type { Attribute, Dimension, DType, Layer, Tensor } from '../contract.js';
import { DTYPES } from '../dtype.js';
import { contradict, equal, isFixed, show, type Dimensions } from './dimension.js';

/** One element of a small tensor whose content is known before the model runs: a number, the name of a size, or `'?'`. */
export type Element = number | string;

/** What is known of a value before the model runs. Left out: not known. */
export interface InferredValue {
  readonly dtype?: DType;
  readonly shape?: Dimensions;
  /** Elements in row-major order, where the value is computed from shapes and constants alone; at most `MAX_ELEMENTS`. Booleans are 0 and 1. */
  readonly elements?: readonly Element[];
}

/** Larger tensors are not followed element by element. */
export const MAX_ELEMENTS = 4096;

/** Elements that may still be looked at. One budget per model: a file of many layers over one table must not cost minutes. */
export interface Budget {
  elements: number;
}

/** One row of the table of operators. `infer` gives one entry per output in order; it throws `FretworkError` on a contradiction. */
export interface OperatorShape {
  readonly operator: string;
  readonly infer: (ctx: InferContext) => readonly InferredValue[];
}

/** What a row sees of its layer: inputs as far as they are known, attributes with their types checked. */
export class InferContext {
  readonly layer: Layer;
  readonly #inputs: readonly (InferredValue | undefined)[];
  readonly #tensors: ReadonlyMap<string, Tensor>;
  readonly #budget: Budget;

  constructor(
    layer: Layer, inputs: readonly (InferredValue | undefined)[], tensors: ReadonlyMap<string, Tensor>, budget: Budget,
  ) {
    this.layer = layer;
    this.#inputs = inputs;
    this.#tensors = tensors;
    this.#budget = budget;
  }

  get inputCount(): number {
    return this.#inputs.length;
  }

  /** Is input `i` there at all, known or not? */
  has(i: number): boolean {
    return (this.layer.inputs[i] ?? '') !== '';
  }

  input(i: number): InferredValue {
    return this.#inputs[i] ?? {};
  }

  dtype(i: number): DType | undefined {
    return this.input(i).dtype;
  }

  shape(i: number): Dimensions | undefined {
    return this.input(i).shape;
  }

  /** Shape of input `i`, which must have `least` to `most` dimensions where it is known. */
  ranked(i: number, least: number, most: number = least): Dimensions | undefined {
    const shape = this.shape(i);
    if (shape !== undefined && (shape.length < least || shape.length > most)) {
      const range = most === least ? String(least) : most === Infinity ? `${least} or more` : `${least} to ${most}`;
      contradict('shape.rank', `input ${i} has the wrong number of dimensions`, range, show(shape));
    }
    return shape;
  }

  /** Content of input `i`, where it is known; `'?'` stands for single elements that are not. */
  elements(i: number): readonly Element[] | undefined {
    const held = this.input(i).elements;
    const tensor = held === undefined && this.has(i) ? this.#tensors.get(this.layer.inputs[i]!) : undefined;
    const length = held?.length ?? (tensor?.kind === 'dense' ? tensor.data.length : 0);
    if (length > MAX_ELEMENTS || length > this.#budget.elements) return undefined;
    this.#budget.elements -= length;
    return held ?? (tensor === undefined ? undefined : elementsOf(tensor));
  }

  /** `elements`, where all of them are numbers. */
  numbers(i: number): readonly number[] | undefined {
    const found = this.elements(i);
    return found !== undefined && isFixed(found) ? found : undefined;
  }

  /** The one element of input `i`, where it is a number. */
  scalar(i: number): number | undefined {
    const found = this.numbers(i);
    return found?.length === 1 ? found[0] : undefined;
  }

  get<T extends Attribute['type'], D>(name: string, type: T, otherwise: D): AttributeValues[T] | D {
    return attribute(this.layer, name, type, otherwise);
  }

  int(name: string, otherwise: number): number {
    return this.get(name, 'int', otherwise);
  }

  ints(name: string): readonly number[] | undefined {
    return this.get(name, 'ints', undefined);
  }

  /** The element type that the inputs have in common, as far as known. */
  common(inputs: Iterable<number>): DType | undefined {
    let found: DType | undefined;
    for (const i of inputs) {
      const dtype = this.dtype(i);
      if (found !== undefined && dtype !== undefined && dtype !== found) {
        contradict('shape.dtype', 'inputs have different element types', found, dtype);
      }
      found ??= dtype;
    }
    return found;
  }

  /** The one size that all of `sizes` are, as far as they are known. */
  agree(code: string, says: string, sizes: readonly (Dimension | undefined)[]): Dimension {
    let found: Dimension = '?';
    for (const d of sizes) if (d !== undefined) found = equal(found, d, code, says);
    return found;
  }
}

/** An inferred value without keys for what is not known. */
export function known(dtype: DType | undefined, shape?: Dimensions, elements?: readonly Element[]): InferredValue {
  return {
    ...(dtype === undefined ? {} : { dtype }),
    ...(shape === undefined ? {} : { shape }),
    ...(elements === undefined || elements.length > MAX_ELEMENTS ? {} : { elements }),
  };
}

/** Is the content of values of this type followed? Half floats and narrow integers do not carry shapes. */
export const isFollowed = (dtype: DType | undefined): boolean =>
  dtype === 'i64' || dtype === 'i32' || dtype === 'f32' || dtype === 'f64' || dtype === 'bool';

/** Elements of a small dense tensor as numbers; int64 beyond 2^53 is rounded, which only serves as "to the end" in Slice. */
export function elementsOf(tensor: Tensor): readonly number[] | undefined {
  if (tensor.kind !== 'dense' || tensor.data.length > MAX_ELEMENTS || !isFollowed(tensor.dtype)) return undefined;
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

export const isFloat = (dtype: DType | undefined): boolean => dtype !== undefined && DTYPES[dtype].kind === 'float';
