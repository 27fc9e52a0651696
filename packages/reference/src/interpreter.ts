import { decode, FretworkError, type DenseTensor, type Layer, type Model, type SparseTensor, type Tensor } from '@fretwork/format';
import { activated } from './activation.js';
import type { Interpreter, InterpreterOptions, OperatorCall, OperatorRow, RunOptions, Tensors } from './contract.js';
import { inLayer } from './fault.js';
import { checkInputs } from './inputs.js';
import { findOperator, OPERATORS } from './operators/table.js';
import { requireSupport } from './supports.js';

type Values = Map<string, DenseTensor>;

/** Takes up `model`. Throws `run.unsupported`, which lists every layer that cannot be computed. */
export function createInterpreter(model: Model, options: InterpreterOptions = {}): Interpreter {
  const rows = [...(options.operators ?? []), ...OPERATORS];
  requireSupport(model, rows);
  const steps = model.layers.map((layer) => ({ layer, row: findOperator(layer, rows)! }));
  const lastUse = lastUses(model);
  const dense = onceDecoded();
  return {
    inputs: model.inputs.map((v) => v.name).filter((name) => !model.tensors.has(name)),
    outputs: model.outputs.map((v) => v.name),
    run: (inputs: Tensors, { signal, onLayer }: RunOptions = {}) => {
      checkInputs(model, inputs);
      const values: Values = new Map(Object.entries(inputs));
      steps.forEach(({ layer, row }, at) => {
        signal?.throwIfAborted();
        const results = compute(layer, row, callOf(layer, (name) => values.get(name) ?? model.tensors.get(name), dense));
        layer.outputs.forEach((name, o) => {
          if (name !== '') values.set(name, results[o]!);
        });
        onLayer?.(layer, results);
        for (const name of [...layer.inputs, ...layer.outputs]) {
          if ((lastUse.get(name) ?? at) <= at) values.delete(name);
        }
      });
      return Object.fromEntries(model.outputs.map(({ name }) => {
        const value = values.get(name) ?? model.tensors.get(name);
        if (value === undefined) throw new FretworkError('run.value-missing', 'no layer makes this output', { tensor: name });
        return [name, dense(value)];
      }));
    },
  };
}

/** One model, once. Throws what `createInterpreter` and its `run` throw. */
export const run = (model: Model, inputs: Tensors, options: RunOptions & InterpreterOptions = {}): Record<string, DenseTensor> =>
  createInterpreter(model, options).run(inputs, options);

/** The last layer that reads each value; outputs of the model are never let go. */
function lastUses(model: Model): Map<string, number> {
  const last = new Map<string, number>();
  model.layers.forEach((layer, at) => {
    for (const name of layer.inputs) last.set(name, at);
  });
  for (const { name } of model.outputs) last.set(name, Infinity);
  return last;
}

function onceDecoded(): (tensor: Tensor) => DenseTensor {
  const decoded = new WeakMap<SparseTensor, DenseTensor>();
  return (tensor) => {
    if (tensor.kind === 'dense') return tensor;
    const made = decoded.get(tensor) ?? decode(tensor);
    decoded.set(tensor, made);
    return made;
  };
}

function callOf(layer: Layer, find: (name: string) => Tensor | undefined, dense: (tensor: Tensor) => DenseTensor): OperatorCall {
  const given = (i: number): Tensor | undefined => {
    const name = layer.inputs[i] ?? '';
    if (name === '') return undefined;
    const value = find(name);
    if (value === undefined) throw new FretworkError('run.value-missing', 'no layer before this one makes its input', { layer: layer.name, tensor: name });
    return value;
  };
  const needed = (i: number): Tensor => {
    const value = given(i);
    if (value === undefined) throw new FretworkError('run.value-missing', `${layer.operator} needs input ${i}`, { layer: layer.name });
    return value;
  };
  return {
    layer,
    inputCount: layer.inputs.length,
    tensor: needed,
    dense: (i) => dense(needed(i)),
    optional: (i) => {
      const value = given(i);
      return value === undefined ? undefined : dense(value);
    },
  };
}

/** What the operator gives, with the fused activation on its first output. Errors are made to name the layer. */
function compute(layer: Layer, row: OperatorRow, call: OperatorCall): readonly (DenseTensor | undefined)[] {
  try {
    const results = [...row.run(call)];
    layer.outputs.forEach((name, o) => {
      if (name !== '' && results[o] === undefined) {
        throw new FretworkError('run.value-missing', `${layer.operator} does not give output ${o}`, { tensor: name });
      }
    });
    if (layer.activation !== undefined && results[0] !== undefined) results[0] = activated(results[0], layer.activation);
    return results;
  } catch (error) {
    throw inLayer(layer, error);
  }
}
