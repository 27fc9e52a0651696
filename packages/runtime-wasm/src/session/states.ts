/**
 * Values that one run leaves for the next: outputs that become inputs, and the states of recurrent layers, which are
 * made into such outputs and inputs first. Planning says which; `keepStates` keeps them.
 */
import {
  attribute, DTYPES, FretworkError, inferShapes, type DenseTensor, type Dimension, type DType, type Layer, type Model, type TensorData, type ValueInfo,
} from '@fretwork/format';
import type { RuntimeOptions, Tensors } from '../contract.js';
import { sizeOf } from '../operators/row.js';
import { checkInputs } from './inputs.js';

/** A size: a number, or that of dimension `at` of an input that is given. */
export type Size = number | { readonly input: string; readonly at: number };

export interface State {
  /** The output it is taken from. */
  readonly from: string;
  /** The input it becomes. */
  readonly to: string;
  /** The recurrent layer whose state it is; left out where the model has the output and the input itself. */
  readonly layer?: string;
  readonly dtype: DType;
  /** Left out where it is not known: then the first run must be given the input. */
  readonly shape?: readonly Size[];
  /** What it starts as; left out: zeros. */
  readonly initial?: TensorData;
}

/** Plain and printable. */
export interface StatePlan {
  /** The model with the states of its recurrent layers as inputs and outputs. */
  readonly model: Model;
  readonly states: readonly State[];
  /** Outputs of `model` that were none before. */
  readonly hidden: readonly string[];
}

type Asked = Pick<RuntimeOptions, 'carry' | 'states'>;

/** Which values are kept from run to run. Throws `run.carry` for names and layers that cannot be. */
export function planStates(model: Model, { carry = {}, states = 'fresh' }: Asked): StatePlan {
  const recurrent = states === 'kept' ? opened(model) : { model, states: [], hidden: [] };
  const given = Object.entries(carry).map(([from, to]) => carried(model, from, to));
  const taken = given.map(({ to }) => to);
  const twice = taken.find((to, i) => taken.indexOf(to) !== i);
  if (twice !== undefined) throw new FretworkError('run.carry', 'two outputs cannot become the same input', { tensor: twice });
  const free = new Set(model.inputs.map(({ name }) => name).filter((name) => !model.tensors.has(name) && !taken.includes(name)));
  const known = (shape: readonly Dimension[] | undefined): readonly Size[] | undefined => {
    const sizes = shape?.map((size): Size | undefined => (typeof size === 'number' ? size : sizeOfName(model, free, size)));
    return sizes === undefined || sizes.includes(undefined) ? undefined : sizes as readonly Size[];
  };
  const sized = ({ from, to, layer, dtype, shape, initial }: Opened): State => {
    const sizes = known(shape);
    if (layer !== undefined && sizes === undefined) {
      throw new FretworkError('run.carry', 'the state of a layer has a size that no input tells', { layer, hint: "load the model with states: 'fresh', or fix its batch size" });
    }
    return { from, to, dtype, ...(layer === undefined ? {} : { layer }), ...(sizes === undefined ? {} : { shape: sizes }), ...(initial === undefined ? {} : { initial }) };
  };
  return { ...recurrent, states: [...given, ...recurrent.states].map(sized) };
}

/** A state whose sizes may still be names. */
interface Opened {
  readonly from: string;
  readonly to: string;
  readonly layer?: string;
  readonly dtype: DType;
  readonly shape: readonly Dimension[] | undefined;
  readonly initial?: TensorData;
}

function carried(model: Model, from: string, to: string): Opened {
  const output = model.outputs.find(({ name }) => name === from);
  const input = model.inputs.find(({ name }) => name === to && !model.tensors.has(name));
  const names = (values: readonly ValueInfo[]): string => values.map(({ name }) => name).filter((name) => !model.tensors.has(name)).join(', ');
  if (output === undefined) throw new FretworkError('run.carry', 'there is no such output', { tensor: from, expected: names(model.outputs) });
  if (input === undefined) throw new FretworkError('run.carry', 'there is no such input', { tensor: to, expected: names(model.inputs) });
  const found = inferShapes(model).values.get(from);
  const [made, wanted] = [found?.shape, input.shape];
  const differs = made !== undefined && wanted !== undefined
    && (made.length !== wanted.length || made.some((size, d) => typeof size === 'number' && typeof wanted[d] === 'number' && size !== wanted[d]));
  const describe = (dtype: DType | undefined, shape: readonly Dimension[] | undefined): string => `${dtype ?? '?'} [${shape?.join(', ') ?? '...'}]`;
  if (differs || (found?.dtype !== undefined && found.dtype !== input.dtype)) {
    throw new FretworkError('run.carry', 'an output cannot become an input of another kind', { tensor: from, expected: describe(input.dtype, wanted), actual: describe(found?.dtype, made) });
  }
  return { from, to, dtype: input.dtype, shape: wanted };
}

/** Where a named size shows in an input that is given. */
function sizeOfName(model: Model, free: ReadonlySet<string>, size: Dimension): Size | undefined {
  for (const { name, shape } of model.inputs) {
    const at = free.has(name) ? shape?.indexOf(size) ?? -1 : -1;
    if (at >= 0) return { input: name, at };
  }
  return undefined;
}

/** Inputs and outputs of the recurrent operators that hold the states. */
const STATES: Readonly<Record<string, readonly (readonly [input: number, output: number])[]>> = { GRU: [[5, 1]], RNN: [[5, 1]], LSTM: [[5, 1], [6, 2]] };

/** Makes inputs and outputs of the states of all recurrent layers that start from a constant. */
function opened(model: Model): { readonly model: Model; readonly states: readonly Opened[]; readonly hidden: readonly string[] } {
  const states: Opened[] = [];
  const values = inferShapes(model).values;
  const layers = model.layers.map((layer): Layer => {
    const places = layer.domain === '' ? STATES[layer.operator] : undefined;
    if (places === undefined) return layer;
    const [inputs, outputs] = [[...layer.inputs], [...layer.outputs]];
    for (const [input, output] of places) {
      const name = inputs[input] ?? '';
      const constant = name === '' ? undefined : model.tensors.get(name);
      // A state that the model computes is the model's own affair.
      if (name !== '' && (constant?.kind !== 'dense' || constant.dtype !== 'f32')) continue;
      if (attribute(layer, 'direction', 'string', 'forward') !== 'forward') {
        throw new FretworkError('run.carry', 'a layer that runs backwards has no state to keep', { layer: layer.name, hint: "its sequences cannot come in pieces; load the model with states: 'fresh'" });
      }
      const x = values.get(layer.inputs[0]!)?.shape;
      const hidden = values.get(layer.inputs[2]!)?.shape?.[2];
      const batchFirst = attribute(layer, 'layout', 'int', 0) !== 0;
      const batch = x?.[batchFirst ? 0 : 1];
      while (inputs.length <= input) inputs.push('');
      while (outputs.length <= output) outputs.push('');
      const label = output === 1 ? 'state' : 'cell state';
      inputs[input] = `${layer.name}: ${label} before`;
      if (outputs[output] === '') outputs[output] = `${layer.name}: ${label} after`;
      states.push({
        from: outputs[output]!, to: inputs[input]!, layer: layer.name, dtype: 'f32',
        shape: batch === undefined || hidden === undefined ? undefined : batchFirst ? [batch, 1, hidden] : [1, batch, hidden],
        ...(constant?.kind === 'dense' ? { initial: constant.data } : {}),
      });
    }
    return { ...layer, inputs, outputs };
  });
  const news = states.filter(({ from }) => !model.outputs.some(({ name }) => name === from));
  return {
    states,
    hidden: news.map(({ from }) => from),
    model: {
      ...model, layers,
      inputs: [...model.inputs, ...states.map(({ to, dtype, shape }): ValueInfo => ({ name: to, dtype, ...(shape === undefined ? {} : { shape }) }))],
      outputs: [...model.outputs, ...news.map(({ from, dtype }): ValueInfo => ({ name: from, dtype }))],
    },
  };
}

export interface KeptStates {
  /** `given` with the states among it, in a record that is the same every time. Throws `run.input-missing`, `run.input-unknown`, `run.shape`. */
  readonly join: (given: Tensors) => Tensors;
  /** Keeps what a run left in its outputs. */
  readonly take: (outputs: Tensors) => void;
  readonly reset: () => void;
}

interface Kept {
  readonly state: State;
  /** Undefined until its shape is known. */
  tensor: DenseTensor | undefined;
  /** Has a run written it? */
  used: boolean;
}

/** Keeps the states of `plan`; allocates only where their shapes change. */
export function keepStates({ model, states }: StatePlan): KeptStates {
  const kept = new Map(states.map((state): [string, Kept] => [state.to, { state, tensor: undefined, used: false }]));
  const all = [...kept.values()];
  const names = model.inputs.map(({ name }) => name).filter((name) => !model.tensors.has(name));
  const joined: Record<string, DenseTensor> = {};
  return {
    join: (given) => {
      for (const name in given) if (!names.includes(name)) checkInputs(model, given);
      for (let i = 0; i < names.length; i++) {
        const name = names[i]!;
        const own = Object.hasOwn(given, name) ? given[name] : undefined;
        const state = own === undefined ? kept.get(name) : undefined;
        const tensor = own ?? (state === undefined ? undefined : tensorOf(state, given));
        if (tensor === undefined) throw new FretworkError('run.input-missing', 'an input is missing', { tensor: name, ...(kept.has(name) ? { hint: 'its shape is not known before it was given once' } : {}) });
        joined[name] = tensor;
      }
      return joined;
    },
    take: (outputs) => {
      for (let i = 0; i < all.length; i++) {
        const own = all[i]!;
        const { data, shape, dtype } = outputs[own.state.from]!;
        if (own.tensor !== undefined && sameShape(own.tensor.shape, shape)) (own.tensor.data as Float32Array).set(data as Float32Array);
        else own.tensor = { kind: 'dense', dtype, shape, data: data.slice() as TensorData };
        own.used = true;
      }
    },
    reset: () => {
      for (const own of all) {
        own.used = false;
        own.tensor = undefined;
      }
    },
  };
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let d = 0; d < a.length; d++) if (a[d] !== b[d]) return false;
  return true;
}

function tensorOf(kept: Kept, given: Tensors): DenseTensor | undefined {
  const { shape } = kept.state;
  if (kept.tensor !== undefined && (shape === undefined || fits(kept.tensor.shape, shape, given))) return kept.tensor;
  if (shape === undefined) return undefined;
  if (kept.used) {
    throw new FretworkError('run.shape', 'what the last run left does not fit these inputs', {
      tensor: kept.state.to, actual: `[${kept.tensor!.shape.join(', ')}]`, hint: 'call reset() before inputs of another size, or give this input too',
    });
  }
  return kept.tensor = fresh(kept.state, shape, given);
}

function fits(own: readonly number[], shape: readonly Size[], given: Tensors): boolean {
  for (let d = 0; d < shape.length; d++) if (sizeIn(shape[d]!, given) !== own[d]) return false;
  return true;
}

/** 0 where an input is missing, which is said elsewhere. */
const sizeIn = (size: Size, given: Tensors): number => (typeof size === 'number' ? size : given[size.input]?.shape[size.at] ?? 0);

function fresh({ dtype, initial }: State, sizes: readonly Size[], given: Tensors): DenseTensor {
  const shape = sizes.map((size) => sizeIn(size, given));
  const data = DTYPES[dtype].make(sizeOf(shape));
  if (initial !== undefined) (data as Float32Array).set((initial as Float32Array).subarray(0, data.length));
  return { kind: 'dense', dtype, shape, data };
}
