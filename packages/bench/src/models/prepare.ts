import { runPasses } from '@fretwork/compiler';
import { costOf, decode, FretworkError, inferShapes, writeModel, type DenseTensor, type Model, type Scheme, type Tensor } from '@fretwork/format';
import { exportModel } from '@fretwork/onnx';
import { pruneModel } from '@fretwork/pruner';
import { evaluateLayer, run as runReference } from '@fretwork/reference';
import { drawInputs, randomWeights } from './random-weights.js';

/** A network to measure. */
export interface NamedModel {
  readonly name: string;
  readonly model: Model;
  /** Of its inputs; sizes that are left open are 1 otherwise. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
}

export interface InputInfo {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** One network in the forms that the contenders take, and the answer that all must give. */
export interface PreparedModel {
  readonly name: string;
  readonly inputs: readonly InputInfo[];
  readonly output: string;
  /** Pruned, for ours. */
  readonly sparse: Uint8Array;
  /** The same weights, those that were cut next to nothing instead of zero, for ours dense. */
  readonly dense: Uint8Array;
  /** The same again, for peers. */
  readonly onnx: Uint8Array;
  readonly expected: DenseTensor;
  /** Multiply-adds of the dense network, millions; null where shapes do not tell. */
  readonly mmac: number | null;
  /** Weights / kept, over the tensors that were pruned; 1 where the model came as it is. */
  readonly reached: number;
}

export interface PrepareOptions {
  /** Left out: as the model is. */
  readonly scheme?: Scheme;
  readonly randomWeights: boolean;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs the graph passes, prunes in one shot, and asks the reference. Dense contenders get the same weights, with 1e-20 where ours
 * has nothing: all of it is multiplied, and one answer holds for all.
 */
export function prepareModel({ name, model, inputShapes }: NamedModel, { scheme, seed, signal, ...options }: PrepareOptions): PreparedModel {
  const inputs = model.inputs.filter((value) => !model.tensors.has(value.name)).map(({ name, dtype, shape }): InputInfo => {
    const sizes = inputShapes?.[name] ?? shape?.map((size) => (typeof size === 'number' ? size : 1));
    if (sizes === undefined) throw new FretworkError('bench.option', `nothing says which shape input ${name} has`, { hint: `give it with --shape ${name}=1x3x224x224` });
    return { name, dtype, shape: sizes };
  });
  const shapes = Object.fromEntries(inputs.map(({ name, shape }) => [name, shape]));
  const filled = options.randomWeights ? randomWeights(model, seed) : model;
  const { model: folded } = runPasses(filled, undefined, { inputShapes: shapes, evaluate: evaluateLayer });
  const pruned = scheme === undefined ? undefined : pruneModel(folded, { scheme });
  const ready = pruned?.model ?? folded;
  const whole = withoutZeros(ready);
  const output = ready.outputs[0]!.name;
  const { macs } = costOf(folded, inferShapes(folded, shapes));
  return {
    name, inputs, output,
    sparse: writeModel(ready), dense: writeModel(whole), onnx: exportModel(whole),
    expected: runReference(ready, drawInputs(inputs, seed), signal === undefined ? {} : { signal })[output]!,
    mmac: macs.ok ? macs.dense / 1e6 : null,
    reached: pruned?.report.pruned.rate ?? 1,
  };
}

/** Too small to move a sum, too large to be skipped as a zero or to be slow as a subnormal number. */
const NEXT_TO_NOTHING = 1e-20;

/** Sparse weights as dense ones in which nothing can be skipped; a scheme says how weights are stored, so none is left. */
function withoutZeros(model: Model): Model {
  const filled = (tensor: Tensor): Tensor => {
    if (tensor.kind === 'dense') return tensor;
    const whole = decode(tensor);
    return { ...whole, data: (whole.data as Float32Array).map((value) => (value === 0 ? NEXT_TO_NOTHING : value)) };
  };
  return { ...model, tensors: new Map([...model.tensors].map(([key, tensor]) => [key, filled(tensor)])), layers: model.layers.map((layer) => ({ ...layer, scheme: { kind: 'dense' } })) };
}
