import {
  dense, inferShapes, type Attribute, type DenseTensor, type Dimension, type DType, type Layer, type Model, type ShapeTable,
} from '@fretwork/format';

/** An input of a case: a value of a shape (float32 unless said), or a constant. */
export type CaseInput = readonly Dimension[] | { readonly dtype: DType; readonly shape?: readonly Dimension[] } | DenseTensor | '';

export interface ShapeCase {
  readonly operator: string;
  readonly says?: string;
  readonly inputs: readonly CaseInput[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[] | DenseTensor>>;
  readonly outputs?: number;
  /** Per output its shape (`null`: unknown), or the code of the contradiction. */
  readonly gives: readonly (readonly Dimension[] | null)[] | string;
  readonly dtypes?: readonly DType[];
  /** Known elements of output 0. */
  readonly elements?: readonly (number | string)[];
}

export const i64 = (...elements: readonly number[]): DenseTensor =>
  dense('i64', [elements.length], BigInt64Array.from(elements, BigInt));
export const scalar = (value: number): DenseTensor => dense('i64', [], BigInt64Array.of(BigInt(value)));
export const f32 = (...elements: readonly number[]): DenseTensor => dense('f32', [elements.length], Float32Array.from(elements));

export function attributeOf(name: string, value: number | string | readonly number[] | DenseTensor): Attribute {
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'number') return name === 'value_float' ? { type: 'float', value } : { type: 'int', value };
  if (Array.isArray(value)) return name === 'value_floats' ? { type: 'floats', value } : { type: 'ints', value };
  return { type: 'tensor', value: value as DenseTensor };
}

export function layer(
  operator: string, inputs: readonly string[], outputs: readonly string[], attributes: ShapeCase['attributes'] = {},
): Layer {
  return {
    name: `${operator}-${outputs.join('-')}`, operator, domain: '', inputs, outputs,
    attributes: new Map(Object.entries(attributes).map(([name, value]) => [name, attributeOf(name, value)])),
  };
}

export function model(parts: Partial<Model>): Model {
  return {
    name: 'm', inputs: [], outputs: [], values: [], layers: [], tensors: new Map(),
    provenance: { producer: '', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
    ...parts,
  };
}

const isDense = (input: CaseInput): input is DenseTensor => typeof input === 'object' && 'kind' in input;

export function inferCase(c: ShapeCase): ShapeTable {
  const outputs = Array.from({ length: c.outputs ?? (typeof c.gives === 'string' ? 1 : c.gives.length) }, (_, i) => `y${i}`);
  const names = c.inputs.map((input, i) => (input === '' ? '' : `x${i}`));
  const inputs = c.inputs.flatMap((input, i) => {
    if (input === '' || isDense(input)) return [];
    return [Array.isArray(input)
      ? { name: `x${i}`, dtype: 'f32' as const, shape: input as readonly Dimension[] }
      : { name: `x${i}`, ...(input as { dtype: DType; shape?: readonly Dimension[] }) }];
  });
  const tensors = new Map(c.inputs.flatMap((input, i) => (isDense(input) ? [[`x${i}`, input] as const] : [])));
  return inferShapes(model({ inputs, tensors, layers: [layer(c.operator, names, outputs, c.attributes)] }));
}
