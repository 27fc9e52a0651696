import { onnx } from '../src/schema/onnx.pb.js';

/** A value to declare: its name, sizes, and ONNX's number of its element type (1: float). */
export type Declared = readonly [name: string, shape: readonly (number | string)[] | undefined, type?: number];

/** A small ONNX file; what is left out is empty. */
export interface Recipe {
  readonly opset?: number;
  readonly inputs?: readonly Declared[];
  readonly outputs?: readonly Declared[];
  readonly values?: readonly Declared[];
  readonly nodes?: readonly onnx.NodeFields[];
  readonly weights?: readonly onnx.TensorFields[];
  readonly sparse?: readonly onnx.SparseTensorFields[];
  readonly model?: Partial<onnx.ModelFields>;
}

const declare = ([name, shape, type = 1]: Declared): onnx.ValueInfoFields => ({
  name,
  type: { tensorType: {
    elemType: type,
    ...(shape === undefined ? {} : { shape: { dim: shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })) } }),
  } },
});

export function fileOf({ opset = 13, inputs = [], outputs = [], values = [], nodes = [], weights = [], sparse = [], model = {} }: Recipe): Uint8Array {
  return new Uint8Array(onnx.ModelProto.encode({
    irVersion: 7,
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name: 'g', node: [...nodes], initializer: [...weights], sparseInitializer: [...sparse],
      input: inputs.map(declare), output: outputs.map(declare), valueInfo: values.map(declare),
    },
    ...model,
  }).finish());
}

const text = new TextEncoder();

/** A node; attributes by value: bigints are integers, numbers floats. */
export function node(opType: string, input: string[], output: string[], attributes: Readonly<Record<string, unknown>> = {}, name = ''): onnx.NodeFields {
  return { opType, input, output, name, attribute: Object.entries(attributes).map(([key, value]) => ({ name: key, ...written(value) })) };
}

function written(value: unknown): onnx.AttributeFields {
  if (typeof value === 'bigint') return { type: 2, i: int64(value) };
  if (typeof value === 'number') return { type: 1, f: value };
  if (typeof value === 'string') return { type: 3, s: text.encode(value) };
  if (!Array.isArray(value)) return { type: 4, t: value as onnx.TensorFields };
  return typeof value[0] === 'bigint' ? { type: 7, ints: (value as bigint[]).map(int64) } : { type: 6, floats: value as number[] };
}

const int64 = (value: bigint): { low: number; high: number; unsigned: boolean } =>
  ({ low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)), unsigned: false });

export const floats = (name: string, dims: number[], floatData: number[]): onnx.TensorFields => ({ name, dataType: 1, dims, floatData });
export const ints = (name: string, dims: number[], int64Data: number[]): onnx.TensorFields => ({ name, dataType: 7, dims, int64Data });
