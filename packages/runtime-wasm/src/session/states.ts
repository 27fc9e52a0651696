/**
 * Values that one run leaves for the next: outputs that become inputs, and the states of recurrent layers, which are
 * made into such outputs and inputs first. Planning says which; `keepStates` keeps them.
 */
import { FretworkError, zeros, type DenseTensor, type Layer, type Model, type TensorData, type ValueInfo } from '@fretwork/format';
import type { RuntimeOptions, Tensors } from '../contract.js';
import { text } from '../operators/attributes.js';
import type { Shape, Value } from '../operators/row.js';
import { findRow } from '../operators/table.js';
import { inferValues, onesFor } from '../plan/infer.js';
import { checkInputs, describe } from './inputs.js';

export interface State {
  /** The output it is taken from. */
  readonly from: string;
  /** The input it becomes. */
  readonly to: string;
  /** The recurrent layer whose state it is; left out where the model has the output and the input itself. */
  readonly layer?: string;
  /** Which output of that layer. */
  readonly output?: number;
  /** What it starts as; left out: zeros. */
  readonly initial?: TensorData;
}

/** Plain and printable. */
export interface StatePlan {
  readonly original: Model;
  /** The model with the states of its recurrent layers as inputs and outputs. */
  readonly model: Model;
  readonly states: readonly State[];
  /** Outputs of `model` that were none before. */
  readonly hidden: readonly string[];
}

type Asked = Pick<RuntimeOptions, 'carry' | 'states'>;

/** Which values are kept from run to run. Throws `run.carry` for names and layers that cannot be. */
export function planStates(original: Model, { carry = {}, states = 'fresh' }: Asked): StatePlan {
  const recurrent = states === 'kept' ? opened(original) : { model: original, states: [], hidden: [] };
  const given = Object.entries(carry).map(([from, to]) => carried(original, from, to));
  const taken = given.map(({ to }) => to);
  const twice = taken.find((to, i) => taken.indexOf(to) !== i);
  if (twice !== undefined) throw new FretworkError('run.carry', 'two outputs become the same input', { tensor: twice });
  return { ...recurrent, original, states: [...given, ...recurrent.states] };
}

function carried(model: Model, from: string, to: string): State {
  const refuse = (says: string, expected: string, actual: string): never => { throw new FretworkError('run.carry', says, { tensor: from, expected, actual }); };
  const find = (values: readonly ValueInfo[], wanted: string, what: string): ValueInfo =>
    values.find(({ name }) => name === wanted) ?? refuse(`there is no such ${what}`, values.map(({ name }) => name).join(', '), wanted);
  const output = find(model.outputs, from, 'output');
  const input = find(model.inputs.filter(({ name }) => !model.tensors.has(name)), to, 'input');
  // Of sizes that have names any number will do to tell how many there are.
  const { shape = output.shape } = inferValues(model, { shapes: onesFor(model.inputs) }).values.get(from) ?? {};
  if (output.dtype !== input.dtype || (shape !== undefined && input.shape !== undefined && shape.length !== input.shape.length)) {
    refuse('the input is of another kind', describe(input), describe({ ...output, ...(shape === undefined ? {} : { shape }) }));
  }
  return { from, to };
}

/** Inputs and outputs of the recurrent operators that hold the states. */
const STATES: Readonly<Record<string, readonly (readonly [input: number, output: number])[]>> = { GRU: [[5, 1]], RNN: [[5, 1]], LSTM: [[5, 1], [6, 2]] };

/** Makes inputs and outputs of the states of all recurrent layers that start from a constant. */
function opened(model: Model): Omit<StatePlan, 'original'> {
  const states: State[] = [];
  const { values } = inferValues(model, {});
  const layers = model.layers.map((layer): Layer => {
    const places = layer.domain === '' ? STATES[layer.operator] : undefined;
    if (places === undefined) return layer;
    const inputs = [...layer.inputs];
    const outputs = [...layer.outputs];
    for (const [input, output] of places) {
      const name = inputs[input] ?? '';
      const constant = name === '' ? undefined : model.tensors.get(name);
      // A state that the model computes is the model's own affair.
      if (name !== '' && (constant?.kind !== 'dense' || constant.dtype !== 'f32')) continue;
      if (text(layer, 'direction', 'forward') !== 'forward') {
        throw new FretworkError('run.carry', 'a backward layer has no state to keep', { layer: layer.name, hint: "load the model with states: 'fresh'" });
      }
      while (inputs.length <= input) inputs.push('');
      while (outputs.length <= output) outputs.push('');
      const label = output === 1 ? 'state' : 'cell state';
      inputs[input] = `${layer.name}: ${label} before`;
      if (outputs[output] === '') outputs[output] = `${layer.name}: ${label} after`;
      states.push({
        from: outputs[output]!, to: inputs[input]!, layer: layer.name, output,
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
      inputs: [...model.inputs, ...states.map((state): ValueInfo => ({ name: state.to, dtype: 'f32', ...sized(shapeOfState(model, values, state)) }))],
      outputs: [...model.outputs, ...news.map(({ from }): ValueInfo => ({ name: from, dtype: 'f32' }))],
    },
  };
}

const sized = (shape: Shape | undefined): { readonly shape?: Shape } => (shape === undefined ? {} : { shape });

/** As far as the values of `model`, which knows nothing of states, tell. */
function shapeOfState(model: Model, values: ReadonlyMap<string, Value>, { to, layer: name, output }: State): Shape | undefined {
  const layer = model.layers.find((own) => own.name === name);
  if (layer === undefined) return values.get(to)?.shape;
  const inputs = layer.inputs.map((input) => values.get(input));
  return layer.inputs.some((input, i) => input !== '' && inputs[i] === undefined) ? undefined : findRow(layer)?.shapes?.({ layer, inputs })[output!];
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
  /** Undefined until a run has left it. */
  tensor: DenseTensor | undefined;
}

/** Keeps the states of `plan`; allocates only where their shapes change. */
export function keepStates({ model, original, states }: StatePlan): KeptStates {
  const kept = new Map(states.map((state): [string, Kept] => [state.to, { state, tensor: undefined }]));
  const all = [...kept.values()];
  const names = model.inputs.map(({ name }) => name).filter((name) => !model.tensors.has(name));
  const joined: Record<string, DenseTensor> = {};
  return {
    join: (given) => {
      for (const name in given) if (!names.includes(name)) checkInputs(model, given);
      for (let i = 0; i < names.length; i++) {
        const name = names[i]!;
        if (Object.hasOwn(given, name)) joined[name] = given[name]!;
        else if (!kept.has(name)) throw new FretworkError('run.input-missing', 'an input is missing', { tensor: name });
      }
      for (let i = 0; i < all.length; i++) if (!Object.hasOwn(given, all[i]!.state.to)) joined[all[i]!.state.to] = all[i]!.tensor ?? fresh(all[i]!.state, given);
      return joined;
    },
    take: (outputs) => {
      for (let i = 0; i < all.length; i++) {
        const own = all[i]!;
        const { data, shape, dtype } = outputs[own.state.from]!;
        if (own.tensor !== undefined && sameShape(own.tensor.shape, shape)) (own.tensor.data as Float32Array).set(data as Float32Array);
        else own.tensor = { kind: 'dense', dtype, shape, data: data.slice() as TensorData };
      }
    },
    reset: () => { for (const own of all) own.tensor = undefined; },
  };

  function fresh(state: State, given: Tensors): DenseTensor {
    const shapes = Object.fromEntries(Object.entries(given).map(([name, tensor]) => [name, tensor.shape]));
    const shape = shapeOfState(original, inferValues(original, { shapes }).values, state);
    if (shape === undefined) throw new FretworkError('run.input-missing', 'an input is missing', { tensor: state.to, hint: 'give it once' });
    const { dtype } = model.inputs.find(({ name }) => name === state.to)!;
    const tensor = zeros(dtype, shape);
    if (state.initial !== undefined) (tensor.data as Float32Array).set((state.initial as Float32Array).subarray(0, tensor.data.length));
    return tensor;
  }
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let d = 0; d < a.length; d++) if (a[d] !== b[d]) return false;
  return true;
}
