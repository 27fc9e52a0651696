import type { Dimension, Layer, Model, ValueInfo } from '../contract.js';
import { FretworkError } from '../error.js';
import { type Budget, InferContext, type InferredValue, known, type OperatorShape } from './context.js';
import { contradict, count, type Dimensions, MAX_RANK, show, UNKNOWN, unifyShapes } from './dimension.js';
import { OPERATOR_SHAPES } from './operators.js';

/** A contradiction: two things that the model says of one shape. */
export interface ShapeProblem {
  /** Stable, `shape.what` or, for attributes, `attribute.what`. */
  readonly code: string;
  /** The layer it shows at; left out for inputs and tensors. */
  readonly layer?: string;
  /** The value whose declaration is contradicted, where it is one. */
  readonly value?: string;
  readonly says: string;
  readonly expected: string;
  readonly actual: string;
}

/** What is known of the values of a model before it runs. */
export interface ShapeTable {
  /** Inputs, tensors and layer outputs by name. */
  readonly values: ReadonlyMap<string, InferredValue>;
  /** In layer order; empty where the model agrees with itself. */
  readonly problems: readonly ShapeProblem[];
  /** Layers whose operator has no row: their outputs are known as far as the model declares them. */
  readonly unknownLayers: readonly Layer[];
}

type Subject = Pick<Model, 'inputs' | 'outputs' | 'values' | 'layers' | 'tensors'>;

const ROWS: ReadonlyMap<string, OperatorShape> = new Map(OPERATOR_SHAPES.map((row) => [row.operator, row]));

/** Elements looked at in one model, all layers together. */
const ELEMENT_BUDGET = 2 ** 20;

/**
 * Element types and shapes of all values, from those of the inputs, layer by layer; values declared by the model fill
 * gaps and are compared. Small integer tensors made from shapes (Shape → Gather → Concat → Reshape) are computed, with
 * names of sizes flowing through. `inputShapes` fixes the sizes of inputs by name; a name such as `N` that gets a
 * number there has it everywhere.
 *
 * Never throws for what a model says: contradictions are `problems`, unknown operators are `unknownLayers`. Time and
 * memory are linear in the number of layers, whatever sizes they declare.
 */
export function inferShapes(model: Subject, inputShapes: Readonly<Record<string, readonly number[]>> = {}): ShapeTable {
  const problems: ShapeProblem[] = [];
  const sizes = new Map<string, number>();
  const given = givenShapes(model, inputShapes, sizes, problems);
  const fixed = (shape: Dimensions): Dimensions => shape.map((d): Dimension => (typeof d === 'string' ? sizes.get(d) ?? d : d));

  const values = new Map<string, InferredValue>();
  const set = (name: string, value: InferredValue, layer?: string): void => {
    try {
      values.set(name, checked(value));
    } catch (error) {
      problems.push(problemOf(error, layer, name));
      values.set(name, known(value.dtype));
    }
  };
  for (const input of model.inputs) {
    const shape = given.get(input.name) ?? (input.shape === undefined ? undefined : fixed(input.shape));
    set(input.name, known(input.dtype, shape));
  }
  for (const [name, tensor] of model.tensors) set(name, known(tensor.dtype, tensor.shape));

  const declared = new Map<string, ValueInfo[]>();
  for (const info of [...model.values, ...model.outputs]) {
    const others = declared.get(info.name);
    if (others === undefined) declared.set(info.name, [info]);
    else others.push(info);
  }
  /** `value`, completed by what the model declares of it. */
  const complete = (name: string, value: InferredValue, layer?: string): InferredValue => {
    let { dtype, shape } = value;
    for (const info of declared.get(name) ?? []) {
      const place = { ...(layer === undefined ? {} : { layer }), value: name };
      if (dtype !== undefined && dtype !== info.dtype) {
        problems.push({ code: 'shape.dtype', ...place, says: 'the declared element type is another', expected: dtype, actual: info.dtype });
      }
      dtype ??= info.dtype;
      const said = info.shape === undefined ? undefined : fixed(info.shape);
      if (said === undefined) continue;
      const both = shape === undefined ? said : unifyShapes(shape, said);
      if (both === undefined) {
        problems.push({ code: 'shape.declared', ...place, says: 'the declared shape is another', expected: show(shape), actual: show(said) });
      }
      shape = both ?? shape;
    }
    return known(dtype, shape, value.elements);
  };
  for (const [name, value] of values) if (declared.has(name)) set(name, complete(name, value));

  const unknownLayers: Layer[] = [];
  const budget: Budget = { elements: ELEMENT_BUDGET };
  for (const layer of model.layers) {
    const row = layer.domain === '' ? ROWS.get(layer.operator) : undefined;
    if (row === undefined) unknownLayers.push(layer);
    const inferred = row === undefined ? [] : inferLayer(row, layer, values, model, budget, problems);
    layer.outputs.forEach((name, i) => {
      if (name !== '') set(name, complete(name, held(inferred[i] ?? {}, budget), layer.name), layer.name);
    });
  }
  return { values, problems, unknownLayers };
}

function inferLayer(
  row: OperatorShape, layer: Layer, values: ReadonlyMap<string, InferredValue>, model: Subject, budget: Budget, problems: ShapeProblem[],
): readonly InferredValue[] {
  const inputs = layer.inputs.map((name) => (name === '' ? undefined : values.get(name)));
  try {
    return row.infer(new InferContext(layer, inputs, model.tensors, budget));
  } catch (error) {
    problems.push(problemOf(error, layer.name));
    return [];
  }
}

/** The value without its elements, once the budget for them is spent. */
function held(value: InferredValue, budget: Budget): InferredValue {
  if (value.elements === undefined) return value;
  const fits = value.elements.length <= budget.elements && (value.shape === undefined || count(value.shape) === value.elements.length);
  budget.elements -= fits ? value.elements.length : 0;
  return fits ? value : known(value.dtype, value.shape);
}

/** Only contradictions become problems: any other error is a fault of this package and goes on. */
function problemOf(error: unknown, layer?: string, value?: string): ShapeProblem {
  if (!(error instanceof FretworkError)) throw error;
  const { expected, actual } = error.details;
  return {
    code: error.code, ...(layer === undefined ? {} : { layer }), ...(value === undefined ? {} : { value }),
    says: error.says, expected: expected ?? '', actual: actual ?? '',
  };
}

function checked(value: InferredValue): InferredValue {
  const { shape } = value;
  if (shape === undefined) return value;
  if (shape.length > MAX_RANK) contradict('shape.rank', 'the value has too many dimensions', `at most ${MAX_RANK}`, String(shape.length));
  for (const d of shape) {
    if (typeof d === 'number' && (!Number.isSafeInteger(d) || d < 0)) {
      contradict('shape.overflow', 'a size is no whole number from 0 to 2^53', 'a size', String(d));
    }
  }
  return value;
}

/** The shapes given by the caller, compared with the inputs' own; fills `sizes` with the numbers that names get. */
function givenShapes(
  model: Subject, inputShapes: Readonly<Record<string, readonly number[]>>, sizes: Map<string, number>, problems: ShapeProblem[],
): ReadonlyMap<string, readonly number[]> {
  const given = new Map<string, readonly number[]>(Object.entries(inputShapes));
  const inputs = new Map(model.inputs.map((input) => [input.name, input]));
  for (const [value, shape] of given) {
    const input = inputs.get(value);
    const problem = (says: string, expected: string, actual: string): void => {
      problems.push({ code: 'shape.input', value, says, expected, actual });
    };
    if (input === undefined) {
      problem('the model has no such input', [...inputs.keys()].slice(0, 8).join(', '), value);
      continue;
    }
    if (input.shape === undefined) continue;
    if (unifyShapes(input.shape, shape) === undefined) problem('the given shape is not the declared one', show(input.shape), show(shape));
    input.shape.forEach((d, i) => {
      const size = shape[i];
      if (typeof d !== 'string' || d === UNKNOWN || size === undefined) return;
      if (sizes.has(d) && sizes.get(d) !== size) problem(`the size ${d} is given twice`, String(sizes.get(d)), String(size));
      sizes.set(d, size);
    });
  }
  return given;
}
