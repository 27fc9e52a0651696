import { attribute, dense, DTYPES, elementCount, FretworkError, inferShapes, type DenseTensor, type DType, type InferredValue, type Layer, type Tensor } from '@fretwork/format';
import type { Note, Pass, PassContext } from '../contract.js';
import { isFixed } from '../graph/dimensions.js';
import { Draft, isOperator } from '../graph/draft.js';

/** Bytes that a constant may have where it is larger than what it is made from. */
const FOLDED_BYTES = 65536;

/** What they give differs from run to run. */
const RANDOM = ['RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike', 'Multinomial', 'Bernoulli', 'Dropout'];

/** The same elements under another shape. */
const VIEWS = ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity'];

type Folded =
  | { readonly ok: true; readonly tensors: readonly (Tensor | undefined)[]; readonly says: string }
  | { readonly ok: false; readonly reason: string };

export const foldConstants: Pass = {
  name: 'fold-constants',
  says: 'Layers whose result is known before the model runs, from shapes or from constants, become constants.',
  run: (model, context) => {
    const draft = new Draft(model);
    const { values } = inferShapes(model);
    const activated = new Set<string>();
    const notes: Note[] = [];
    for (const layer of draft.layers()) {
      const elementsHold = !readsActivated(layer, activated);
      if (!elementsHold) layer.outputs.forEach((name) => activated.add(name));
      const folded = fold(draft, layer, values, elementsHold, context);
      if (folded === undefined) continue;
      if (!folded.ok) {
        notes.push({ layer: layer.name, outcome: 'kept', says: folded.reason });
        continue;
      }
      draft.remove(layer);
      layer.outputs.forEach((name, i) => { if (name !== '') draft.setTensor(name, folded.tensors[i]!); });
      notes.push({ layer: layer.name, outcome: 'done', says: folded.says });
    }
    return { model: draft.model(), notes };
  },
};

/** `inferShapes` follows elements without fused activations; shapes are not touched by them. */
const readsActivated = (layer: Layer, activated: ReadonlySet<string>): boolean =>
  !isOperator(layer, 'Shape', 'Size') && (layer.activation !== undefined || layer.inputs.some((name) => activated.has(name)));

/** `undefined`: the layer is no constant, and nobody would expect it to be one. */
function fold(draft: Draft, layer: Layer, values: ReadonlyMap<string, InferredValue>, elementsHold: boolean, context: PassContext): Folded | undefined {
  if (isOperator(layer, ...RANDOM)) return undefined;
  const fromElements = elementsHold ? layer.outputs.map((name) => (name === '' ? undefined : tensorOf(values.get(name)))) : [];
  if (elementsHold && layer.outputs.every((name, i) => name === '' || fromElements[i] !== undefined)) {
    return { ok: true, tensors: fromElements, says: 'its elements follow from shapes and constants' };
  }
  const inputs = layer.inputs.map((name) => (name === '' ? undefined : draft.tensor(name)));
  if (layer.inputs.some((name, i) => name !== '' && inputs[i] === undefined)) return undefined;
  if (isOperator(layer, 'Constant')) {
    const value = attribute(layer, 'value', 'tensor', undefined);
    return value === undefined ? undefined : { ok: true, tensors: [value], says: 'it is a constant' };
  }
  if (isOperator(layer, ...VIEWS) && layer.activation === undefined) {
    const view = viewed(layer, inputs[0], values.get(layer.outputs[0]!));
    if (view !== undefined) return view;
  }
  return evaluated(layer, inputs, values, context);
}

function viewed(layer: Layer, tensor: Tensor | undefined, output: InferredValue | undefined): Folded | undefined {
  if (tensor === undefined || output === undefined || !isFixed(output.shape)) return undefined;
  if (tensor.kind === 'sparse' && layer.operator !== 'Identity') {
    return { ok: false, reason: 'its input is a sparse weight, and another shape would take its matrices apart' };
  }
  return { ok: true, tensors: [{ ...tensor, shape: output.shape }], says: 'the same elements as its constant input' };
}

function evaluated(
  layer: Layer, inputs: readonly (Tensor | undefined)[], values: ReadonlyMap<string, InferredValue>, { evaluate, foldedBytes = FOLDED_BYTES }: PassContext,
): Folded {
  const no = (reason: string): Folded => ({ ok: false, reason: `all its inputs are constant, but ${reason}` });
  if (inputs.some((tensor) => tensor?.kind === 'sparse')) return no('one is a sparse weight, which would become dense');
  if (evaluate === undefined) return no('it takes an evaluator to compute it, and none was given');
  const given = inputs as readonly (DenseTensor | undefined)[];
  const limit = Math.max(foldedBytes, given.reduce((sum, tensor) => sum + (tensor?.data.byteLength ?? 0), 0));
  const declared = layer.outputs.reduce((sum, name) => {
    const value = values.get(name);
    return sum + (value?.dtype !== undefined && isFixed(value.shape) ? elementCount(value.shape) * DTYPES[value.dtype].bytes : 0);
  }, 0);
  const tooLarge = (bytes: number): Folded => no(`its result has ${bytes} bytes, more than the ${limit} that a constant may grow to`);
  if (declared > limit) return tooLarge(declared);
  try {
    const tensors = evaluate(layer, given);
    const missing = layer.outputs.findIndex((name, i) => name !== '' && tensors[i] === undefined);
    if (missing >= 0) return no(`the evaluator gave no output ${missing}`);
    const bytes = tensors.reduce((sum, tensor) => sum + (tensor?.data.byteLength ?? 0), 0);
    return bytes > limit ? tooLarge(bytes) : { ok: true, tensors, says: 'computed from constants' };
  } catch (error) {
    if (!(error instanceof FretworkError)) throw error;
    return no(`it cannot be computed: ${error.message}`);
  }
}

/** A tensor of the elements that are known of a value; `undefined` where any is not, or is not exact. */
function tensorOf(value: InferredValue | undefined): DenseTensor | undefined {
  const { dtype, shape, elements } = value ?? {};
  if (dtype === undefined || elements === undefined || !isFixed(shape) || elementCount(shape) !== elements.length) return undefined;
  if (!elements.every((e) => typeof e === 'number' && (DTYPES[dtype].kind === 'float' || Number.isSafeInteger(e)))) return undefined;
  return dense(dtype, shape, filled(dtype, elements as readonly number[]));
}

function filled(dtype: DType, elements: readonly number[]): DenseTensor['data'] {
  const data = DTYPES[dtype].make(elements.length);
  if (dtype === 'i64' || dtype === 'u64') elements.forEach((e, i) => { data[i] = BigInt(e); });
  else elements.forEach((e, i) => { data[i] = e; });
  return data;
}
