import type { Layer, Model, ShapeTable } from '@fretwork/format';
import { sameShape } from '../graph/dimensions.js';
import { isOperator } from '../graph/draft.js';
import type { PlannedValue } from './contract.js';

/** They give the bytes of their first input another shape. */
const VIEWS = ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity'];

/** Element i of what they make needs element i of each input that is not broadcast, and no other. */
const ELEMENTWISE = [
  'Abs', 'Add', 'And', 'BatchNormalization', 'Ceil', 'Clip', 'Cos', 'Div', 'Elu', 'Erf', 'Exp', 'Floor', 'Gelu', 'HardSigmoid', 'HardSwish', 'LeakyRelu',
  'Log', 'Max', 'Min', 'Mish', 'Mul', 'Neg', 'Not', 'Or', 'PRelu', 'Pow', 'Reciprocal', 'Relu', 'Round', 'Selu', 'Sigmoid', 'Sign', 'Sin', 'Softplus',
  'Softsign', 'Sqrt', 'Sub', 'Sum', 'Tanh', 'Xor',
];

/** A piece of memory before it has an offset: the values that share it, and when it is in use. */
export interface Piece {
  readonly name: string;
  readonly bytes: number;
  readonly first: number;
  last: number;
}

export interface Sharing {
  readonly pieces: readonly Piece[];
  /** `buffer` is a place in `pieces`. */
  readonly values: readonly PlannedValue[];
}

/** What sharing depends on. */
export interface Sizes {
  readonly shapes: ShapeTable;
  /** Bytes of each value that a layer makes. */
  readonly bytes: ReadonlyMap<string, number>;
  /** Layers that share nothing. */
  readonly apart: (layer: Layer) => boolean;
}

/** Which values share memory. */
export function shareMemory(model: Model, sizes: Sizes): Sharing {
  const roots = rootsOf(model, sizes);
  const lastRead = lastReads(model, roots);
  const pieces: Piece[] = [];
  const pieceOf = new Map<string, number>();
  const values: PlannedValue[] = [];
  model.layers.forEach((layer, step) => {
    layer.outputs.forEach((value, o) => {
      if (value === '') return;
      const root = roots.get(value)!;
      const input = layer.inputs[0]!;
      if (root !== value) {
        const buffer = pieceOf.get(root);
        values.push({ value, layer: layer.name, how: 'view', of: input, ...(buffer === undefined ? {} : { buffer }) });
        return;
      }
      const last = lastRead.get(value) ?? step;
      const over = o === 0 ? writtenOver(layer, step, sizes, roots, lastRead, pieceOf) : undefined;
      if (over !== undefined) {
        const buffer = pieceOf.get(roots.get(over)!)!;
        pieces[buffer]!.last = last;
        pieceOf.set(value, buffer);
        values.push({ value, layer: layer.name, how: 'in-place', of: over, buffer });
        return;
      }
      pieceOf.set(value, pieces.length);
      values.push({ value, layer: layer.name, how: 'own', buffer: pieces.length });
      pieces.push({ name: value, bytes: sizes.bytes.get(value)!, first: step, last });
    });
  });
  return { pieces, values };
}

/** The value whose bytes each value is: itself, or that of which it is a view. */
function rootsOf(model: Model, { bytes, apart }: Sizes): ReadonlyMap<string, string> {
  const outputs = new Set(model.outputs.map(({ name }) => name));
  const outside = new Set([...model.inputs.map(({ name }) => name), ...model.tensors.keys()]);
  const roots = new Map<string, string>([...outside].map((name) => [name, name]));
  for (const layer of model.layers) {
    layer.outputs.forEach((value, o) => {
      if (value === '') return;
      const root = o === 0 && layer.activation === undefined && isOperator(layer, ...VIEWS) && !apart(layer) ? roots.get(layer.inputs[0] ?? '') : undefined;
      // An output of the model never is memory of somebody else.
      const isView = root !== undefined && (outside.has(root) ? !outputs.has(value) : bytes.get(root) === bytes.get(value));
      roots.set(value, isView ? root : value);
    });
  }
  return roots;
}

/** The last step that reads the bytes of each root; the last step of all where they are an output. */
function lastReads(model: Model, roots: ReadonlyMap<string, string>): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  model.layers.forEach((layer, step) => {
    for (const name of layer.inputs) if (name !== '') last.set(roots.get(name)!, step);
  });
  // Behind every step, so that nothing is written over it in the last one.
  for (const { name } of model.outputs) last.set(roots.get(name) ?? name, model.layers.length);
  return last;
}

/** An input whose memory the first output of `layer` may take, element by element. */
function writtenOver(
  layer: Layer, step: number, { shapes, bytes, apart }: Sizes, roots: ReadonlyMap<string, string>, lastRead: ReadonlyMap<string, number>, pieceOf: ReadonlyMap<string, number>,
): string | undefined {
  if (!isOperator(layer, ...ELEMENTWISE) || layer.outputs.filter((name) => name !== '').length !== 1 || apart(layer)) return undefined;
  const output = shapes.values.get(layer.outputs[0]!);
  const fits = (name: string): boolean => {
    const value = shapes.values.get(name);
    return value?.dtype === output?.dtype && sameShape(value?.shape, output?.shape) && bytes.get(name) === bytes.get(layer.outputs[0]!);
  };
  // Read twice, as a view of as many elements, it still broadcasts to the same place for each of them.
  return layer.inputs.find((name) => {
    const root = roots.get(name);
    return root !== undefined && lastRead.get(root) === step && pieceOf.has(root) && fits(name);
  });
}
