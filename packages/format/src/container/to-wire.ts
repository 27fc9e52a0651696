import type { Activation, Attribute, Layer, Model, Scheme, SparseMatrix, Tensor, TensorData, ValueInfo } from '../contract.js';
import { bytesOf } from '../dtype.js';
import type * as wire from '../schema/bcr.pb.js';
import { compareCodePoints } from './code-points.js';
import { crc32 } from './crc32.js';
import { ACTIVATION, ELEMENT, indexElement, SCHEME } from './element.js';
import { MATRIX_ARRAYS, MATRIX_NUMBERS } from './matrix-arrays.js';

/** A header ready to be encoded, and the bytes of its sections, shared with the model. */
export interface WireModel {
  readonly header: wire.Header;
  readonly sections: readonly Uint8Array[];
}

/** Gives an array its place in the section table. */
type Store = (data: TensorData, element: number) => number;

/** The records of the schema for `model`, which is trusted to keep the rules. */
export function toWire(model: Model): WireModel {
  const table: wire.Section[] = [];
  const sections: Uint8Array[] = [];
  const store: Store = (data, element) => {
    const bytes = bytesOf(data);
    table.push({ element, length: data.length, crc32: crc32(bytes) });
    return sections.push(bytes) - 1;
  };
  const header: wire.Header = {
    name: model.name,
    inputs: model.inputs.map(value),
    outputs: model.outputs.map(value),
    values: model.values.map(value),
    tensors: [...model.tensors].map(([name, t]) => ({ name, tensor: tensor(t, store) })),
    layers: model.layers.map((l) => layer(l, store)),
    provenance: { ...model.provenance, metadata: model.provenance.metadata.map(pair) },
    plan: model.plan === undefined ? null : {
      target: model.plan.target,
      mapper: model.plan.mapper,
      entries: model.plan.entries.map((entry) => ({
        layer: entry.layer, scheme: scheme(entry.scheme), reason: entry.reason, predictedMs: entry.predictedMs ?? null,
      })),
    },
    recipe: model.recipe === undefined ? null : { steps: model.recipe.steps, hashes: model.recipe.hashes.map(pair) },
    sections: table,
  };
  return { header, sections };
}

const pair = ([key, value]: readonly [string, string]): wire.Pair => ({ key, value });

const value = (info: ValueInfo): wire.Value => ({
  name: info.name,
  element: ELEMENT[info.dtype],
  shape: info.shape === undefined ? null
    : { dimensions: info.shape.map((d) => (typeof d === 'number' ? { size: d } : { symbol: d })) },
});

function tensor(source: Tensor, store: Store): wire.Tensor {
  const element = ELEMENT[source.dtype];
  if (source.kind === 'dense') return { element, shape: source.shape, denseSection: store(source.data, element) };
  const { order, ...view } = source.view;
  return {
    element,
    shape: source.shape,
    sparse: {
      view: { ...view, columnMajor: order === 'column-major' },
      matrices: source.matrices.map((m) => matrix(m, element, store)),
    },
  };
}

function matrix(source: SparseMatrix, element: number, store: Store): wire.Matrix {
  const fields = source as unknown as Readonly<Record<string, number | TensorData | undefined>>;
  const encoded: Record<string, number> = {};
  for (const name of MATRIX_NUMBERS[source.encoding]) encoded[name] = fields[name] as number;
  for (const name of MATRIX_ARRAYS[source.encoding]) {
    const data = fields[name] as TensorData | undefined;
    if (data === undefined) continue;
    encoded[`${name}Section`] = store(data, name === 'payload' ? element : ELEMENT[indexElement(data)]);
  }
  return { rows: source.rows, columns: source.columns, [source.encoding]: encoded };
}

function layer(source: Layer, store: Store): wire.Layer {
  const { activation: activated, scheme: pruned, tuning, origin } = source;
  return {
    name: source.name,
    operator: source.operator,
    domain: source.domain,
    inputs: source.inputs,
    outputs: source.outputs,
    attributes: [...source.attributes]
      .sort(([a], [b]) => compareCodePoints(a, b))
      .map(([name, attribute]) => ({ name, ...attributeValue(attribute, store) })),
    activation: activated === undefined ? null : activation(activated),
    scheme: pruned === undefined ? null : scheme(pruned),
    tuning: tuning === undefined ? null : {
      kernel: tuning.kernel ?? null,
      tile: tuning.tile === undefined ? null : { values: tuning.tile },
      unroll: tuning.unroll === undefined ? null : { values: tuning.unroll },
      permute: tuning.permute ?? null,
    },
    origin: origin === undefined ? null : { values: origin },
  };
}

function attributeValue(attribute: Attribute, store: Store): Omit<wire.NamedAttribute, 'name'> {
  switch (attribute.type) {
    case 'int': return { int: attribute.value };
    case 'float': return { float: attribute.value };
    case 'string': return { string: attribute.value };
    case 'ints': return { ints: { values: attribute.value } };
    case 'floats': return { floats: { values: attribute.value } };
    case 'strings': return { strings: { values: attribute.value } };
    case 'tensor': return { tensor: tensor(attribute.value, store) };
  }
}

const activation = (source: Activation): wire.Activation => ({
  kind: ACTIVATION[source.kind], alpha: source.alpha ?? null, beta: source.beta ?? null,
});

/** Fields of a scheme have the names of the schema's. */
function scheme(source: Scheme): wire.Scheme {
  const { kind, ...fields } = source;
  return { kind: SCHEME[kind], ...fields };
}
