import { dense, OPERATOR_FORM, type Attribute, type DType, type Layer, type Model, type Tensor } from '@fretwork/format';
import { normal, random } from './random.js';

export interface LayerSpec {
  readonly name: string;
  readonly operator: string;
  /** Names of tensors, in the places after the first input. */
  readonly weights?: readonly string[];
  readonly attributes?: Readonly<Record<string, number>>;
}

/** A chain of layers, each reading the one before. Good enough to be pruned; nobody runs it. */
export function modelOf(layers: readonly LayerSpec[], tensors: Readonly<Record<string, Tensor>>): Model {
  return {
    name: 'test', inputs: [{ name: 'v0', dtype: 'f32' }], outputs: [{ name: `v${layers.length}`, dtype: 'f32' }], values: [],
    layers: layers.map(({ name, operator, weights = [], attributes = {} }, i): Layer => ({
      name, operator, domain: '', inputs: [`v${i}`, ...weights], outputs: [`v${i + 1}`],
      attributes: new Map(Object.entries(attributes).map(([key, value]): [string, Attribute] => [key, { type: 'int', value }])),
    })),
    tensors: new Map(Object.entries(tensors)),
    provenance: { producer: 'test', producerVersion: '', sourceOpset: OPERATOR_FORM, doc: '', metadata: [] },
  };
}

/** Normal weights of `shape`; integer types get whole numbers. */
export function weight(seed: number, shape: readonly number[], dtype: DType = 'f32'): Tensor {
  const next = random(seed);
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: count }, () => normal(next));
  if (dtype === 'f64') return dense(dtype, shape, Float64Array.from(values));
  if (dtype === 'i8') return dense(dtype, shape, Int8Array.from(values, (v) => v * 30));
  return dense('f32', shape, Float32Array.from(values));
}
