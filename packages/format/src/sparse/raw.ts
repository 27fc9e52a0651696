import type { DType, TensorData } from '../contract.js';

/**
 * Elements as unsigned words of the same width. Copies between them keep every bit: a float copy may quieten a
 * signalling NaN. (8-byte elements are BigUint64Array underneath; copying does not care, so one type serves.)
 */
export type Words = Uint32Array;

/** The same bytes as words: shared, not copied. */
export function wordsOf(data: TensorData): Words {
  const { buffer, byteOffset, length } = data;
  switch (data.BYTES_PER_ELEMENT) {
    case 1: return new Uint8Array(buffer, byteOffset, length) as unknown as Words;
    case 2: return new Uint16Array(buffer, byteOffset, length) as unknown as Words;
    case 4: return new Uint32Array(buffer, byteOffset, length);
    default: return new BigUint64Array(buffer, byteOffset, length) as unknown as Words;
  }
}

/** `length` zero elements of the array type of `model`. */
export function zerosLike(model: TensorData, length: number): TensorData {
  const Maker = model.constructor as new (length: number) => TensorData;
  return new Maker(length);
}

/**
 * The bits that tell zero from not zero in one 4-byte (or narrower) word, and in the high word of an 8-byte element:
 * all but the sign bit of a float. Without `dtype` the array decides, which takes f16 and bf16 for integers.
 */
export function zeroMask(data: TensorData, dtype: DType | undefined): number {
  if (dtype === 'f16' || dtype === 'bf16') return 0x7fff;
  return data instanceof Float32Array || data instanceof Float64Array ? 0x7fffffff : 0xffffffff;
}
