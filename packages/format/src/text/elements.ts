/** Elements of tensors as words: shortest decimals that come back as the same bits. */
import type { DenseTensor, DType, TensorData } from '../contract.js';
import { bfloatToNumber, halfToNumber, numberToBfloat, numberToHalf } from '../half.js';
import { readNumber, shortest } from './words.js';

interface ElementForm {
  readonly print: (data: TensorData, i: number) => string;
  /** Puts the element at place `i`; false where the word is none of this type. */
  readonly read: (data: TensorData, i: number, word: string) => boolean;
}

const BITS = /^0x[0-9a-f]{1,16}$/;

const integer: ElementForm = {
  print: (data, i) => String(data[i]),
  read: (data, i, word) => {
    if (!/^-?\d{1,20}$/.test(word)) return false;
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
      data[i] = BigInt(word);
      return data[i] === BigInt(word);
    }
    data[i] = Number(word);
    return data[i] === Number(word);
  },
};

/** Floats held as they are. Which NaN it is shows in its bits alone, so odd ones are printed as those. */
const float = (digits: number, canonical: bigint, bitsOf: (data: TensorData) => BigUint64Array | Uint32Array): ElementForm => ({
  print: (data, i) => {
    const value = Number(data[i]);
    const bits = BigInt(bitsOf(data)[i]!);
    if (Number.isNaN(value)) return bits === canonical ? 'NaN' : `0x${bits.toString(16)}`;
    return shortest(value, digits, (candidate) => Object.is(data instanceof Float32Array ? Math.fround(candidate) : candidate, value));
  },
  read: (data, i, word) => {
    const target = bitsOf(data);
    if (BITS.test(word) || word === 'NaN') {
      const bits = word === 'NaN' ? canonical : BigInt(word);
      if (target instanceof BigUint64Array) target[i] = bits;
      else target[i] = Number(bits);
      return BigInt(target[i]!) === bits;
    }
    const value = readNumber(word);
    data[i] = value ?? 0;
    return value !== undefined && (Number.isFinite(Number(data[i])) || word.endsWith('y'));
  },
});

/** Floats held as 16 bits. */
const half = (digits: number, toNumber: (bits: number) => number, toBits: (value: number) => number): ElementForm => ({
  print: (data, i) => {
    const bits = Number(data[i]);
    const value = toNumber(bits);
    if (Number.isNaN(value)) return bits === toBits(NaN) ? 'NaN' : `0x${bits.toString(16)}`;
    return shortest(value, digits, (candidate) => toBits(candidate) === bits);
  },
  read: (data, i, word) => {
    if (BITS.test(word)) {
      data[i] = Number(word);
      return data[i] === Number(word);
    }
    const value = readNumber(word);
    data[i] = value === undefined ? 0 : toBits(value);
    return value !== undefined && (Number.isNaN(value) || Number.isFinite(toNumber(Number(data[i]))) || word.endsWith('y'));
  },
});

const words32 = (data: TensorData): Uint32Array => new Uint32Array(data.buffer, data.byteOffset, data.length);
const words64 = (data: TensorData): BigUint64Array => new BigUint64Array(data.buffer, data.byteOffset, data.length);

export const ELEMENTS: Readonly<Record<DType, ElementForm>> = {
  f32: float(9, 0x7fc00000n, words32),
  f64: float(17, 0x7ff8000000000000n, words64),
  f16: half(5, halfToNumber, numberToHalf),
  bf16: half(4, bfloatToNumber, numberToBfloat),
  i8: integer, u8: integer, i16: integer, u16: integer, i32: integer, u32: integer, i64: integer, u64: integer, bool: integer,
};

export const printElements = ({ dtype, data }: DenseTensor): string =>
  Array.from({ length: data.length }, (_, i) => ELEMENTS[dtype].print(data, i)).join(', ');

