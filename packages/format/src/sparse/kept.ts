import type { DType, IndexArray, TensorData } from '../contract.js';
import { mulChecked } from '../dtype.js';
import { FretworkError } from '../error.js';
import { lowestBit, popcount } from './bits.js';
import { wordsOf, zeroMask } from './raw.js';

/** Which weights of a row-major matrix are kept (do not equal 0), one bit each. All encoders and the recogniser read this. */
export interface Kept {
  readonly rows: number;
  readonly columns: number;
  /** 32-bit words per row; the bits past the last column are 0. */
  readonly stride: number;
  readonly words: Uint32Array;
  readonly nnz: number;
}

/** Says how the bits of the elements are to be read. */
export interface ValueOptions {
  /** Left out: the array type decides; then f16 and bf16, held as bits, count -0 as a weight. */
  readonly dtype?: DType;
}

/**
 * Kept weights of `values`, row-major `rows` x `columns`. Both zeros of a float are zero, NaN is not.
 * Throws `encode.length` where there are not rows·columns values.
 */
export function keptOf(values: TensorData, rows: number, columns: number, dtype?: DType): Kept {
  if (values.length !== mulChecked(rows, columns)) {
    throw new FretworkError('encode.length', 'the values do not fill the matrix', {
      expected: `${rows} x ${columns} values`, actual: `${values.length}`,
      hint: 'pass the matrix row-major and whole; matrices of a tensor are taken apart by encode()',
    });
  }
  const stride = Math.ceil(columns / 32);
  const words = new Uint32Array(rows * stride);
  const mask = zeroMask(values, dtype);
  const wide = values.BYTES_PER_ELEMENT === 8;
  const bits = wide ? new Uint32Array(values.buffer, values.byteOffset, values.length * 2) : wordsOf(values);
  let nnz = 0;
  let at = 0;
  for (let r = 0; r < rows; r++) {
    for (let w = 0; w < stride; w++) {
      const end = Math.min(32, columns - w * 32);
      let word = 0;
      if (wide) for (let i = 0; i < end; i++, at += 2) word |= (bits[at]! | (bits[at + 1]! & mask)) === 0 ? 0 : 1 << i;
      else for (let i = 0; i < end; i++, at++) word |= (bits[at]! & mask) === 0 ? 0 : 1 << i;
      words[r * stride + w] = word;
      nnz += popcount(word);
    }
  }
  return { rows, columns, stride, words, nnz };
}

export const isKept = (kept: Kept, row: number, column: number): boolean =>
  ((kept.words[row * kept.stride + (column >>> 5)]! >>> (column & 31)) & 1) === 1;

/** Kept weights of one row. */
export function countRow(kept: Kept, row: number): number {
  let count = 0;
  for (let w = row * kept.stride, end = w + kept.stride; w < end; w++) count += popcount(kept.words[w]!);
  return count;
}

/** Writes the kept columns of `row`, ascending, from place `at` of `out`; returns the place behind the last. */
export function writeColumns(kept: Kept, row: number, out: IndexArray, at: number): number {
  let next = at;
  for (let w = 0; w < kept.stride; w++) {
    for (let rest = kept.words[row * kept.stride + w]!; rest !== 0; rest &= rest - 1) out[next++] = w * 32 + lowestBit(rest);
  }
  return next;
}

/** The `length` (at most 32) bits of `row` from `column`, as an unsigned number. */
export function bitsAt(kept: Kept, row: number, column: number, length: number): number {
  const place = row * kept.stride + (column >>> 5);
  const shift = column & 31;
  let bits = kept.words[place]! >>> shift;
  if (shift + length > 32) bits |= kept.words[place + 1]! << (32 - shift);
  return length === 32 ? bits >>> 0 : bits & ((1 << length) - 1);
}

/** Bytes of one id of a matrix with `size` rows (columns): 2 where every id fits, else 4. */
export const indexWidth = (size: number): 2 | 4 => (size <= 0x10000 ? 2 : 4);

/** `length` ids, of the width of `indexWidth(size)`. */
export const makeIndex = (size: number, length: number): IndexArray =>
  indexWidth(size) === 2 ? new Uint16Array(length) : new Uint32Array(length);
