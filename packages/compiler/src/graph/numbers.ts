/** Elements of constants as numbers, and back. */
import {
  attribute, bfloatToNumber, dense, DTYPES, halfToNumber, numberToBfloat, numberToHalf,
  type DenseTensor, type DType, type Layer, type TensorData,
} from '@fretwork/format';
import type { Draft } from './draft.js';

export const isFloat = (dtype: DType | undefined): dtype is 'f32' | 'f16' | 'bf16' | 'f64' => dtype !== undefined && DTYPES[dtype].kind === 'float';

/** Float elements as float64; `undefined` for other types. */
export function floatsOf(dtype: DType, data: TensorData): Float64Array | undefined {
  if (!isFloat(dtype)) return undefined;
  const numbers = data as ArrayLike<number>;
  if (dtype === 'f16') return Float64Array.from(numbers, halfToNumber);
  if (dtype === 'bf16') return Float64Array.from(numbers, bfloatToNumber);
  return Float64Array.from(numbers);
}

/** Numbers rounded to elements of a float type. */
export function floatData(dtype: DType, numbers: Float64Array): TensorData {
  const data = DTYPES[dtype].make(numbers.length);
  const round = dtype === 'f16' ? numberToHalf : dtype === 'bf16' ? numberToBfloat : (x: number): number => x;
  numbers.forEach((x, i) => { data[i] = round(x); });
  return data;
}

export const floatTensor = (dtype: DType, shape: readonly number[], numbers: Float64Array): DenseTensor =>
  dense(dtype, shape, floatData(dtype, numbers));

/** Elements of a dense float constant. */
export function floatsOfConstant(draft: Draft, name: string): Float64Array | undefined {
  const tensor = draft.dense(name);
  return tensor === undefined ? undefined : floatsOf(tensor.dtype, tensor.data);
}

/** Elements of a small dense constant of any type. Integers beyond 2^53 are rounded: enough for places and sizes. */
export function numbersOfConstant(draft: Draft, name: string): readonly number[] | undefined {
  const tensor = draft.dense(name);
  if (tensor === undefined || tensor.data.length > 4096) return undefined;
  return Array.from(floatsOf(tensor.dtype, tensor.data) ?? (tensor.data as ArrayLike<number | bigint>), Number);
}

/** The element of a constant that has one. */
export function scalarOfConstant(draft: Draft, name: string): number | undefined {
  const numbers = numbersOfConstant(draft, name);
  return numbers?.length === 1 ? numbers[0] : undefined;
}

/** Input `i` of `layer`, `''` where it is left out. */
export const inputOf = (layer: Layer, i: number): string => layer.inputs[i] ?? '';

/** The axes that input `i` lists, counted from the front: all, in order, where it is left out; `undefined` where they are not known. */
export function axesOf(draft: Draft, layer: Layer, i: number, rank: number): readonly number[] | undefined {
  if (inputOf(layer, i) === '') return Array.from({ length: rank }, (_, axis) => axis);
  return numbersOfConstant(draft, inputOf(layer, i))?.map((axis) => (axis < 0 ? axis + rank : axis));
}

export const intOf = (layer: Layer, name: string, otherwise: number): number => attribute(layer, name, 'int', otherwise);
export const floatOf = (layer: Layer, name: string, otherwise: number): number => attribute(layer, name, 'float', otherwise);
