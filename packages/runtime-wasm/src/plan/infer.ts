import { FretworkError, zeros, type DenseTensor, type ValueInfo } from '@fretwork/format';
import { sizeOf, type Binding, type Given, type Node, type OperatorRow, type Shape, type Value } from '../operators/row.js';
import { isFixed, placed, shown } from '../operators/shapes.js';
import { findRow } from '../operators/table.js';
import type { PlanFor, Subject } from './nodes.js';

/** Results of more elements are not computed before a run. */
export const MOST_FOLLOWED = 4096;
/** The same, of all layers together. */
const BUDGET = 2 ** 20;
const MOST_DIMENSIONS = 64;
const NONE: ReadonlyMap<string, DenseTensor> = new Map();

export interface Inferred {
  /** Those that are known. */
  readonly values: ReadonlyMap<string, Value>;
  /** What contradicts itself, each with its layer or value. */
  readonly problems: readonly FretworkError[];
}

/**
 * Element types and shapes of all values that follow from those of the inputs, layer by layer; and the elements of those that follow
 * from constants and shapes, computed by the operators themselves. Sizes are numbers: what depends on an input of unknown
 * size is not known. Time is linear in the layers, whatever sizes they declare.
 */
export function inferValues(model: Subject, { shapes = {}, contents = NONE, declared: believed }: Omit<PlanFor, 'keepInputs'>): Inferred {
  const values = new Map<string, Value>();
  const problems: FretworkError[] = [];
  const attempt = (place: { readonly layer?: string; readonly tensor?: string }, work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof FretworkError)) throw error;
      if (error.code !== 'run.unsupported') problems.push(placed(error, place));
    }
  };
  const fault = (says: string, expected: string, actual: string): never => { throw new FretworkError('run.shape', says, { expected, actual }); };
  const sizes = new Map<string, number>();
  /** `shape` must be what is declared; sizes that have names get their numbers. */
  const agree = (shape: Shape, declared: ValueInfo['shape']): void => {
    const expected = declared?.map((d, i) => (typeof d === 'number' || d === '?' ? d : sizes.get(d) ?? (sizes.set(d, shape[i]!), d))) ?? shape;
    if (shape.length !== expected.length || expected.some((d, i) => typeof d === 'number' && d !== shape[i])) fault('the shape is not the declared one', shown(expected), shown(shape));
  };
  for (const [name, shape] of Object.entries(shapes)) {
    attempt({ tensor: name }, () => {
      const input = model.inputs.find((info) => info.name === name) ?? fault('the model has no such input', model.inputs.map((info) => info.name).join(', '), name);
      agree(shape, input.shape);
    });
  }
  /** Takes the shape that is declared, as far as the sizes that have names are known. */
  const believe = (info: ValueInfo | undefined): void => {
    const shape = info?.shape?.map((d) => (typeof d === 'number' ? d : sizes.get(d)));
    if (isFixed(shape)) values.set(info!.name, { name: info!.name, dtype: info!.dtype, shape });
  };
  for (const input of model.inputs) believe(Object.hasOwn(shapes, input.name) ? { ...input, shape: shapes[input.name]! } : input);
  for (const [name, constant] of [...model.tensors, ...contents]) values.set(name, { name, dtype: constant.dtype, shape: constant.shape, constant });
  const declared = [model.values, model.outputs].map((list) => new Map(list.map((info) => [info.name, info])));
  let budget = BUDGET;
  for (const layer of model.layers) {
    const row = findRow(layer);
    const inputs = layer.inputs.map((name) => values.get(name));
    if (believed === true) layer.outputs.forEach((name) => believe(declared.map((list) => list.get(name)).find((own) => own !== undefined)));
    if (row === undefined || layer.inputs.some((name, i) => name !== '' && inputs[i] === undefined)) continue;
    attempt({ layer: layer.name }, () => {
      const made = outputsOf(row, { layer, inputs }).map((value): Value => {
        for (const list of declared) {
          const info = list.get(value.name);
          agree(value.shape, info?.shape);
          if (info !== undefined && info.dtype !== value.dtype) fault('the element type is not the declared one', info.dtype, value.dtype);
        }
        return value;
      });
      const elements = made.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
      const known = row.ofShapes === true || inputs.every((value) => value === undefined || (value.constant?.kind === 'dense' && sizeOf(value.shape) <= MOST_FOLLOWED));
      if (known && row.pack === undefined && layer.activation === undefined && elements <= Math.min(MOST_FOLLOWED, budget)) {
        budget -= elements;
        for (const value of computed(row, { layer, inputs, outputs: made, fused: [] })) values.set(value.name, value);
      } else for (const value of made) values.set(value.name, value);
    });
  }
  return { values, problems };
}

function outputsOf(row: OperatorRow, given: Given): Value[] {
  const shapes = row.shapes?.(given) ?? given.inputs.slice(0, 1).flatMap((value) => (value === undefined ? [] : [value.shape]));
  const dtypes = row.dtypes?.(given) ?? [];
  return given.layer.outputs.flatMap((name, i): Value[] => {
    const shape = shapes[i];
    const dtype = dtypes[i] ?? given.inputs[0]?.dtype;
    if (name === '' || shape === undefined || dtype === undefined) return [];
    const fits = shape.length <= MOST_DIMENSIONS && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
    if (!fits) throw new FretworkError('run.shape', 'a result has no size', { expected: `at most ${MOST_DIMENSIONS} whole numbers`, actual: shown(shape) });
    return [{ name, dtype, shape }];
  });
}

/** The outputs of a layer of constants, made by its own step. */
function computed(row: OperatorRow, node: Node): Value[] {
  const made = node.outputs.flatMap((value): Value[] => {
    if (value === undefined) return [];
    return [{ ...value, constant: zeros(value.dtype, value.shape) }];
  });
  const dataOf = ({ constant }: Value): DenseTensor['data'] => (constant as DenseTensor).data;
  if (row.alias === true) (dataOf(made[0]!) as Float32Array).set(dataOf(node.inputs[0]!) as Float32Array);
  // Nothing of it lies in the memory: rows with `pack` alone look for more than their elements.
  else row.prepare({ node: { ...node, outputs: node.layer.outputs.map((name) => made.find((value) => value.name === name)) }, packed: [], view: dataOf } as unknown as Binding)();
  return made;
}

/** Shapes for inputs whose sizes are known but for some of the first `most`: with 1 for what has a name alone. */
export const onesFor = (inputs: readonly ValueInfo[], most: number = Infinity): Readonly<Record<string, Shape>> => Object.fromEntries(inputs.flatMap(({ name, shape }) => {
  const sizes = shape?.map((d, at) => (typeof d === 'string' && at < most ? 1 : d));
  return isFixed(sizes) ? [[name, sizes]] : [];
}));
