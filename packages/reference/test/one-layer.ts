/** Models of one layer, made by hand: what most tests of operators need. */
import {
  dense, type Activation, type Attribute, type DenseTensor, type DType, type Layer, type Model, type Tensor, type TensorData,
} from '@fretwork/format';
import { createInterpreter } from '../src/index.js';

export const tensor = (dtype: DType, shape: readonly number[], values: readonly (number | bigint)[]): DenseTensor => {
  const wide = dtype === 'i64' || dtype === 'u64';
  const make: Record<DType, (v: readonly (number | bigint)[]) => TensorData> = {
    f32: (v) => Float32Array.from(v, Number), f64: (v) => Float64Array.from(v, Number),
    f16: (v) => Uint16Array.from(v, Number), bf16: (v) => Uint16Array.from(v, Number),
    i8: (v) => Int8Array.from(v, Number), u8: (v) => Uint8Array.from(v, Number), bool: (v) => Uint8Array.from(v, Number),
    i16: (v) => Int16Array.from(v, Number), u16: (v) => Uint16Array.from(v, Number),
    i32: (v) => Int32Array.from(v, Number), u32: (v) => Uint32Array.from(v, Number),
    i64: (v) => BigInt64Array.from(v as bigint[]), u64: (v) => BigUint64Array.from(v as bigint[]),
  };
  return dense(dtype, shape, make[dtype](wide ? values.map(BigInt) : values));
};

export const f32 = (shape: readonly number[], values: readonly number[]): DenseTensor => tensor('f32', shape, values);
export const i64 = (shape: readonly number[], values: readonly (number | bigint)[]): DenseTensor => tensor('i64', shape, values);

/** 1-D i64. */
export const list = (...values: number[]): DenseTensor => i64([values.length], values);

/** start, start + 1, … */
export const counting = (shape: readonly number[], start = 0): DenseTensor => {
  const count = shape.reduce((a, b) => a * b, 1);
  return f32(shape, Array.from({ length: count }, (_, i) => start + i));
};

export const int = (value: number): Attribute => ({ type: 'int', value });
export const float = (value: number): Attribute => ({ type: 'float', value });
export const ints = (...value: number[]): Attribute => ({ type: 'ints', value });
export const floats = (...value: number[]): Attribute => ({ type: 'floats', value });
export const string = (value: string): Attribute => ({ type: 'string', value });
export const strings = (...value: string[]): Attribute => ({ type: 'strings', value });

export interface OneLayer {
  readonly outputs?: number;
  readonly activation?: Activation;
  readonly domain?: string;
}

export const layerOf = (
  operator: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, { outputs = 1, activation, domain = '' }: OneLayer = {},
): Layer => ({
  name: `the ${operator}`, operator, domain, inputs,
  outputs: Array.from({ length: outputs }, (_, o) => `out${o}`),
  attributes: new Map(Object.entries(attributes)),
  ...(activation === undefined ? {} : { activation }),
});

export const modelOf = (layers: readonly Layer[], parts: Partial<Model> = {}): Model => ({
  name: 'made by hand', inputs: [], outputs: [], values: [], tensors: new Map(), layers,
  provenance: { producer: 'test', producerVersion: '0', sourceOpset: 0, doc: '', metadata: [] },
  ...parts,
});

/** Runs one layer; every input is a tensor of the model, `undefined` one that is left out. */
export function runLayer(
  operator: string, inputs: readonly (Tensor | undefined)[], attributes: Readonly<Record<string, Attribute>> = {}, options: OneLayer = {},
): DenseTensor[] {
  const names = inputs.map((t, i) => (t === undefined ? '' : `in${i}`));
  const layer = layerOf(operator, names, attributes, options);
  const tensors = new Map(inputs.flatMap((t, i) => (t === undefined ? [] : [[`in${i}`, t] as const])));
  const outputs = layer.outputs.map((name) => ({ name, dtype: 'f32' as const }));
  const results = createInterpreter(modelOf([layer], { tensors, outputs })).run({});
  return outputs.map(({ name }) => results[name]!);
}

/** Elements of the first output, as numbers; 64-bit integers too. */
export const valuesOf = (...args: Parameters<typeof runLayer>): number[] => Array.from(runLayer(...args)[0]!.data as ArrayLike<number | bigint>, Number);

/** Largest difference of two tensors of numbers. */
export function distance(a: DenseTensor, b: DenseTensor): number {
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return Infinity;
  return Math.max(0, ...Array.from(a.data as ArrayLike<number>, (v, i) => Math.abs(v - (b.data[i] as number))));
}
