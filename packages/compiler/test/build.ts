import { dense, OPERATOR_FORM, type Attribute, type Dimension, type DType, type Layer, type Model, type Tensor } from '@fretwork/format';

export type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

/** A model under construction: every call adds a layer and gives back the name of what it makes. */
export class Build {
  readonly layers: Layer[] = [];
  readonly tensors = new Map<string, Tensor>();
  readonly inputs: Model['inputs'][number][] = [];
  readonly outputs: Model['outputs'][number][] = [];
  #count = 0;

  input(name: string, shape: readonly Dimension[], dtype: DType = 'f32'): string {
    this.inputs.push({ name, dtype, shape });
    return name;
  }

  output(name: string, dtype: DType = 'f32'): void {
    this.outputs.push({ name, dtype });
  }

  tensor(name: string, tensor: Tensor): string {
    this.tensors.set(name, tensor);
    return name;
  }

  floats(name: string, shape: readonly number[], values: readonly number[]): string {
    return this.tensor(name, dense('f32', shape, Float32Array.from(values)));
  }

  ints(name: string, values: readonly number[]): string {
    return this.tensor(name, dense('i64', [values.length], BigInt64Array.from(values, BigInt)));
  }

  /** Numbers named in `FLOATS` become float attributes, others integers. */
  layer(operator: string, inputs: readonly string[], attributes: Attributes = {}, more: Partial<Layer> = {}): string {
    const name = more.name ?? `${operator.toLowerCase()}${this.#count++}`;
    const outputs = more.outputs ?? [`${name}_out`];
    this.layers.push({ domain: '', ...more, name, operator, inputs, outputs, attributes: new Map(Object.entries(attributes).map(([key, value]) => [key, attributeOf(key, value)])) });
    return outputs[0]!;
  }

  model(): Model {
    return {
      name: 'test', inputs: this.inputs, outputs: this.outputs, values: [], layers: this.layers, tensors: this.tensors,
      provenance: { producer: 'test', producerVersion: '', sourceOpset: OPERATOR_FORM, doc: '', metadata: [] },
    };
  }
}

const FLOATS = ['alpha', 'beta', 'epsilon', 'momentum'];

function attributeOf(name: string, value: number | string | readonly number[]): Attribute {
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value !== 'number') return { type: 'ints', value };
  return { type: FLOATS.includes(name) ? 'float' : 'int', value: FLOATS.includes(name) ? Math.fround(value) : value };
}
