import { ACTIVATION, ELEMENT, SCHEME, SCHEME_FIELDS } from '../container/element.js';
import { ENCODINGS, MATRIX_NUMBERS } from '../container/matrix-arrays.js';
import type { Model, Scheme, Tensor } from '../contract.js';
import { quote, type ErrorDetails } from '../error.js';
import type { Rule } from './rule.js';

/**
 * What a file breaks in its bytes or not at all, under the same codes: records that were made by hand may hold numbers,
 * texts and kinds for which the schema has no field.
 */
export const HAND_MADE_RULES: readonly Rule<Model>[] = [
  { code: 'record.complete', check: unknownKind },
  {
    code: 'header.text',
    check: (model) => {
      for (const text of textsOf(model)) if (/\p{Surrogate}/u.test(text)) return { expected: 'paired surrogates', actual: quote(text) };
      return undefined;
    },
  },
  {
    code: 'header.integer',
    check: (model) => {
      for (const [what, number, least] of integersOf(model)) {
        if (!Number.isSafeInteger(number) || number < least) return { expected: `${what}: an integer from ${least}`, actual: `${number}` };
      }
      return undefined;
    },
  },
];

function unknownKind(model: Model): ErrorDetails | undefined {
  const tensors: (readonly [string, Tensor])[] = [...model.tensors];
  for (const layer of model.layers) {
    for (const [name, attribute] of layer.attributes) if (attribute.type === 'tensor') tensors.push([name, attribute.value]);
    if (layer.activation !== undefined && !(layer.activation.kind in ACTIVATION)) return { layer: layer.name, expected: 'a known activation', actual: quote(layer.activation.kind) };
  }
  for (const [name, tensor] of tensors) {
    if (!(tensor.dtype in ELEMENT)) return { tensor: name, expected: 'a known element type', actual: quote(tensor.dtype) };
    const odd = tensor.kind === 'sparse' ? tensor.matrices.find((m) => !ENCODINGS.includes(m.encoding)) : undefined;
    if (odd !== undefined) return { tensor: name, expected: ENCODINGS.join(', '), actual: quote(odd.encoding) };
  }
  for (const { name, dtype } of [...model.inputs, ...model.outputs, ...model.values]) {
    if (!(dtype in ELEMENT)) return { expected: `a known element type for ${quote(name)}`, actual: quote(dtype) };
  }
  for (const { layer, scheme } of schemes(model)) {
    if (!(scheme.kind in SCHEME)) return { layer, expected: 'a known scheme', actual: quote(scheme.kind) };
    const found = Object.keys(scheme).filter((name) => name !== 'kind').sort();
    const expected = [...SCHEME_FIELDS[scheme.kind]].sort();
    if (found.join() !== expected.join()) return { layer, expected: `of a ${scheme.kind} scheme ${expected.join(', ') || 'no fields'}`, actual: found.join(', ') };
  }
  return undefined;
}

const schemes = (model: Model): readonly { readonly layer: string; readonly scheme: Scheme }[] => [
  ...model.layers.flatMap(({ name, scheme }) => (scheme === undefined ? [] : [{ layer: name, scheme }])),
  ...(model.plan?.entries ?? []),
];

/** Every text in a record, keys of maps among them. */
function* textsOf(record: unknown): Generator<string> {
  if (typeof record === 'string') yield record;
  else if (record instanceof Map) for (const [key, value] of record) yield* textsOf([key, value]);
  else if (typeof record === 'object' && record !== null && !ArrayBuffer.isView(record)) {
    for (const value of Object.values(record)) yield* textsOf(value);
  }
}

type Integer = readonly [what: string, value: number, least: number];

function* integersOf(model: Model): Generator<Integer> {
  yield ['source opset', model.provenance.sourceOpset, 0];
  for (const step of model.recipe?.steps ?? []) yield ['seed', step.seed, -Number.MAX_SAFE_INTEGER];
  for (const [name, tensor] of model.tensors) yield* integersOfTensor(name, tensor);
  for (const layer of model.layers) {
    for (const [name, attribute] of layer.attributes) {
      if (attribute.type === 'int') yield [name, attribute.value, -Number.MAX_SAFE_INTEGER];
      if (attribute.type === 'ints') for (const value of attribute.value) yield [name, value, -Number.MAX_SAFE_INTEGER];
      if (attribute.type === 'tensor') yield* integersOfTensor(name, attribute.value);
    }
    for (const value of [...(layer.tuning?.tile ?? []), ...(layer.tuning?.unroll ?? [])]) yield ['tuning', value, 0];
  }
}

function* integersOfTensor(name: string, tensor: Tensor): Generator<Integer> {
  for (const size of tensor.shape) yield [`shape of ${name}`, size, 0];
  if (tensor.kind === 'dense') return;
  const { count, rows, columns, kernel } = tensor.view;
  for (const value of [count, rows, columns, kernel]) yield [`view of ${name}`, value, 0];
  for (const matrix of tensor.matrices) {
    const fields = matrix as unknown as Readonly<Record<string, number>>;
    for (const field of ['rows', 'columns', ...MATRIX_NUMBERS[matrix.encoding]]) yield [`${field} of ${name}`, fields[field]!, 0];
  }
}
