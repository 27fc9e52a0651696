import { bfloatToNumber, decode, dense, DTYPES, halfToNumber, numberToBfloat, numberToHalf, type DenseTensor, type DType, type Tensor } from '@fretwork/format';

/** Element types of weights that can be ranked and trained, and what their elements are worth. */
export const VALUES: Partial<Record<DType, { readonly read: (element: number) => number; readonly write: (value: number) => number }>> = {
  f32: { read: (element) => element, write: (value) => value },
  f64: { read: (element) => element, write: (value) => value },
  f16: { read: halfToNumber, write: numberToHalf },
  bf16: { read: bfloatToNumber, write: numberToBfloat },
};

export const canRank = (dtype: DType): boolean => VALUES[dtype] !== undefined;

/** What holds them. */
export type Numbers = Exclude<DenseTensor['data'], BigInt64Array | BigUint64Array>;

/** A copy of the elements of a float tensor, in its layout, as f32 (f64 is rounded). */
export function toFloats(tensor: Tensor): Float32Array {
  const { data, dtype } = decode(tensor);
  return data instanceof Float32Array ? data.slice() : Float32Array.from(data as Numbers, VALUES[dtype]!.read);
}

/** A tensor of the same type and shape with these elements. */
export function fromFloats({ dtype, shape }: Tensor, values: Float32Array): DenseTensor {
  const data = DTYPES[dtype].make(values.length) as Numbers;
  const { write } = VALUES[dtype]!;
  for (let i = 0; i < values.length; i++) data[i] = write(values[i]!);
  return dense(dtype, shape, data);
}
