/**
 * Writes TensorFlow Lite models of one layer, for peers that read nothing else. The fields are those of the public schema
 * (tensorflow/compiler/mlir/lite/schema/schema.fbs, version 3); numbers below are its field and enumeration numbers.
 */
import type { Builder } from 'flatbuffers';

/** `CONV_2D`, `DEPTHWISE_CONV_2D`, `FULLY_CONNECTED`. */
export type TfliteOperator =
  | { readonly kind: 'conv' | 'depthwise'; readonly stride: number }
  | { readonly kind: 'full' };

export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Left out: a value that flows. */
  readonly data?: Float32Array;
}

export interface TfliteLayer {
  readonly operator: TfliteOperator;
  readonly input: TfliteTensor;
  /** Weights and bias. */
  readonly constants: readonly TfliteTensor[];
  readonly output: TfliteTensor;
}

const BUILTIN = { conv: 3, depthwise: 4, full: 9 } as const;
const OPTIONS_TYPE = { conv: 1, depthwise: 2, full: 8 } as const;
const SAME_PADDING = 0;

export type FlatBuffers = { readonly Builder: new (size?: number) => Builder };

/** Bytes of the model; convolutions are padded as SAME. */
export function writeTflite({ Builder: B }: FlatBuffers, { operator, input, constants, output }: TfliteLayer): Uint8Array {
  const builder = new B(4096 + constants.reduce((bytes, { data }) => bytes + (data?.byteLength ?? 0), 0));
  const tensors = [input, ...constants, output];
  // Buffer 0 is empty by convention: whatever flows points there.
  const buffers = [undefined, ...constants.map(({ data }) => data)].map((data) => writeBuffer(builder, data));
  const records = tensors.map((tensor, i) => writeTensor(builder, tensor, tensor.data === undefined ? 0 : i));
  const options = writeOptions(builder, operator);
  const operatorRecord = table(builder, 9, [
    (b) => b.addFieldInt32(0, 0, 0), offsetField(builder, 1, ints(builder, tensors.slice(0, -1).map((_, i) => i))), offsetField(builder, 2, ints(builder, [tensors.length - 1])),
    (b) => b.addFieldInt8(3, OPTIONS_TYPE[operator.kind], 0), (b) => b.addFieldOffset(4, options, 0),
  ]);
  const subgraph = table(builder, 5, [
    offsetField(builder, 0, offsets(builder, records)), offsetField(builder, 1, ints(builder, [0])), offsetField(builder, 2, ints(builder, [tensors.length - 1])),
    offsetField(builder, 3, offsets(builder, [operatorRecord])), offsetField(builder, 4, builder.createString('main')),
  ]);
  const code = table(builder, 4, [(b) => b.addFieldInt8(0, BUILTIN[operator.kind], 0), (b) => b.addFieldInt32(2, 1, 1), (b) => b.addFieldInt32(3, BUILTIN[operator.kind], 0)]);
  const model = table(builder, 8, [
    (b) => b.addFieldInt32(0, 3, 0), offsetField(builder, 1, offsets(builder, [code])), offsetField(builder, 2, offsets(builder, [subgraph])),
    offsetField(builder, 3, builder.createString('@fretwork/bench')), offsetField(builder, 4, offsets(builder, buffers)),
  ]);
  builder.finish(model, 'TFL3');
  return builder.asUint8Array();
}

type Field = (builder: Builder) => void;

/** Children are written before their table, so fields come as functions. */
function table(builder: Builder, fields: number, write: readonly Field[]): number {
  builder.startObject(fields);
  for (const field of write) field(builder);
  return builder.endObject();
}

const offsetField = (_: Builder, at: number, offset: number): Field => (builder) => builder.addFieldOffset(at, offset, 0);

function ints(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4);
  for (const value of [...values].reverse()) builder.addInt32(value);
  return builder.endVector();
}

function offsets(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4);
  for (const value of [...values].reverse()) builder.addOffset(value);
  return builder.endVector();
}

function writeBuffer(builder: Builder, data: Float32Array | undefined): number {
  if (data === undefined) return table(builder, 1, []);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  // The schema wants the payload on 16 bytes, which createByteVector does not see to.
  builder.prep(16, bytes.length);
  const vector = builder.createByteVector(bytes);
  return table(builder, 1, [(b) => b.addFieldOffset(0, vector, 0)]);
}

function writeTensor(builder: Builder, { name, shape }: TfliteTensor, buffer: number): number {
  const [dimensions, label] = [ints(builder, shape), builder.createString(name)];
  return table(builder, 9, [(b) => b.addFieldOffset(0, dimensions, 0), (b) => b.addFieldInt8(1, 0, 0), (b) => b.addFieldInt32(2, buffer, 0), (b) => b.addFieldOffset(3, label, 0)]);
}

function writeOptions(builder: Builder, operator: TfliteOperator): number {
  if (operator.kind === 'full') return table(builder, 4, []);
  const { kind, stride } = operator;
  return table(builder, 7, [
    (b) => b.addFieldInt8(0, SAME_PADDING, 0), (b) => b.addFieldInt32(1, stride, 0), (b) => b.addFieldInt32(2, stride, 0),
    ...(kind === 'depthwise' ? [(b: Builder) => b.addFieldInt32(3, 1, 0)] : []),
  ]);
}
