import {
  bfloatToNumber, dense, DTYPES, elementCount, halfToNumber, numberToBfloat, numberToHalf,
  type DenseTensor, type DType, type TensorData,
} from '@fretwork/format';
import { Fault } from '../fault.js';

/** Elements as numbers: all element types but the 64-bit integers. */
export type Numbers =
  | Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

export type Bigints = BigInt64Array | BigUint64Array;

export const isFloat = (dtype: DType): boolean => DTYPES[dtype].kind === 'float';
export const isWide = (dtype: DType): boolean => dtype === 'i64' || dtype === 'u64';

/** `data` of `dtype` as numbers: itself, or decoded where it holds the bits of `f16` or `bf16`. Throws `run.dtype`. */
export function toNumbers(dtype: DType, data: TensorData): Numbers {
  if (isWide(dtype)) throw new Fault('run.dtype', '64-bit integers are no numbers here', { actual: dtype });
  if (dtype !== 'f16' && dtype !== 'bf16') return data as Numbers;
  const decode = dtype === 'f16' ? halfToNumber : bfloatToNumber;
  const numbers = new Float64Array(data.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = decode((data as Uint16Array)[i]!);
  return numbers;
}

export const numbersOf = (tensor: DenseTensor): Numbers => toNumbers(tensor.dtype, tensor.data);

/** As `numbersOf`, for operators that exist on floats only. Throws `run.dtype`. */
export function floatsOf(tensor: DenseTensor): Numbers {
  if (!isFloat(tensor.dtype)) {
    throw new Fault('run.dtype', 'this operator computes floats', { expected: 'f32, f16, bf16 or f64', actual: tensor.dtype });
  }
  return numbersOf(tensor);
}

/** Elements in float64, free to be written to. 64-bit integers are rounded. */
export function toDoubles(tensor: DenseTensor): Float64Array {
  const doubles = new Float64Array(tensor.data.length);
  if (isWide(tensor.dtype)) {
    for (let i = 0; i < doubles.length; i++) doubles[i] = Number((tensor.data as Bigints)[i]!);
  } else doubles.set(numbersOf(tensor));
  return doubles;
}

/** Elements as BigInt, free to be written to. */
export function toBigints(tensor: DenseTensor): bigint[] {
  if (isWide(tensor.dtype)) return Array.from(tensor.data as Bigints);
  return Array.from(numbersOf(tensor), (v) => BigInt(Math.trunc(v)));
}

/** The tensor of `values`, rounded to `dtype`; integers are cut and wrap around, NaN becomes 0 there. */
export function fromNumbers(dtype: DType, shape: readonly number[], values: Numbers): DenseTensor {
  const data = DTYPES[dtype].make(values.length);
  if (dtype === 'f16' || dtype === 'bf16') {
    const encode = dtype === 'f16' ? numberToHalf : numberToBfloat;
    for (let i = 0; i < values.length; i++) data[i] = encode(values[i]!);
  } else if (isWide(dtype)) {
    for (let i = 0; i < values.length; i++) data[i] = Number.isFinite(values[i]!) ? BigInt(Math.trunc(values[i]!)) : 0n;
  } else if (dtype === 'bool') {
    for (let i = 0; i < values.length; i++) data[i] = values[i] === 0 ? 0 : 1;
  } else (data as Numbers).set(values);
  return dense(dtype, shape, data);
}

/** The tensor of `values`, which wrap around in the integer type `dtype`. */
export function fromBigints(dtype: DType, shape: readonly number[], values: readonly bigint[]): DenseTensor {
  const data = DTYPES[dtype].make(values.length);
  if (isWide(dtype)) for (let i = 0; i < values.length; i++) data[i] = values[i]!;
  else for (let i = 0; i < values.length; i++) data[i] = Number(BigInt.asIntN(32, values[i]!));
  return dense(dtype, shape, data);
}

/** Indices, axes, sizes: any integer tensor as safe integers. Throws `run.dtype`. */
export function integersOf(tensor: DenseTensor): number[] {
  if (isFloat(tensor.dtype)) throw new Fault('run.dtype', 'integers are needed here', { actual: tensor.dtype });
  const integers = Array.from(tensor.data as ArrayLike<number | bigint>, Number);
  if (!integers.every(Number.isSafeInteger)) {
    // INT64_MAX stands for "to the end" in Slice: clamping keeps its meaning.
    return integers.map((v) => Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, v)));
  }
  return integers;
}

/** The one element of a scalar or one-element tensor. Throws `run.shape`. */
export function scalarOf(tensor: DenseTensor): number {
  if (tensor.data.length !== 1) {
    throw new Fault('run.shape', 'a single value is needed here', { expected: '1 element', actual: `[${tensor.shape.join(', ')}]` });
  }
  return toDoubles(tensor)[0]!;
}

/** The element type and shape with other dimensions over the same elements. */
export const reshaped = (tensor: DenseTensor, shape: readonly number[]): DenseTensor => dense(tensor.dtype, shape, tensor.data);

/** `i64` tensor of `values`. */
export const int64 = (shape: readonly number[], values: readonly number[]): DenseTensor =>
  dense('i64', shape, BigInt64Array.from(values, BigInt));

/**
 * Element `i` of the result is element `source[i]` of `tensor`; where that is -1, the first element of `fill` (zero
 * where left out). Every operator that only moves elements is one such list.
 */
export function take(tensor: DenseTensor, shape: readonly number[], source: ArrayLike<number>, fill?: DenseTensor): DenseTensor {
  const data = DTYPES[tensor.dtype].make(elementCount(shape));
  const from = tensor.data as Uint8Array;
  const empty = fill === undefined ? DTYPES[tensor.dtype].make(1)[0] : fill.data[0];
  const to = data as Uint8Array;
  for (let i = 0; i < to.length; i++) {
    const at = source[i]!;
    to[i] = at < 0 ? empty as number : from[at]!;
  }
  return dense(tensor.dtype, shape, data);
}

/** Throws `run.dtype` where the tensors do not all have one element type; returns it. */
export function commonDType(tensors: readonly DenseTensor[]): DType {
  const first = tensors[0]!.dtype;
  const other = tensors.find((t) => t.dtype !== first);
  if (other !== undefined) throw new Fault('run.dtype', 'inputs must have one element type', { expected: first, actual: other.dtype });
  return first;
}
