/** Dense literals, and the arrays of the `data` lines. */
import type { DenseTensor, DType, SparseMatrix, TensorData } from '../contract.js';
import { bytesOf, dense, DTYPES, elementCount } from '../dtype.js';
import { FretworkError, quote } from '../error.js';
import { printBase64, readBase64 } from './base64.js';
import type { Cursor } from './cursor.js';
import { ELEMENTS, printElements } from './elements.js';
import { ARRAYS, type ArrayRow } from './facts.js';
import type { TextPlace } from './text-error.js';

/** Dense tensors up to this many elements are printed as numbers. */
export const MAX_INLINE = 16;

export const isInline = (tensor: DenseTensor): boolean => tensor.data.length <= MAX_INLINE;

/** `[1, 2]`, or base64 in parentheses for more than `MAX_INLINE` elements. */
export const printLiteral = (tensor: DenseTensor): string =>
  (isInline(tensor) ? `[${printElements(tensor)}]` : printArray(tensor.data));

/** `(`, lines of base64, `)`. */
export const printArray = (data: TensorData): string =>
  `(${printBase64(bytesOf(data))}${data.length === 0 ? '' : '\n'})`;

/** Elements counted before anything is allocated for them. */
export function readLiteral(at: Cursor, dtype: DType, shape: readonly number[]): DenseTensor {
  const place = at.peek;
  if (place.kind === '(') return tensorOf(at, place, dtype, shape, readArray(at, dtype));
  if (place.kind !== '[') at.unexpected(place, '"[" with elements or "(" with base64');
  const words = at.list(() => at.word('an element'));
  const data = DTYPES[dtype].make(words.length);
  words.forEach((word, i) => {
    if (!ELEMENTS[dtype].read(data, i, word.text)) {
      at.fail('text.number', word, `this is no ${dtype}`, { expected: `an element of type ${dtype}`, actual: quote(word.text) });
    }
  });
  return tensorOf(at, place, dtype, shape, data);
}

/** `dense`, with the place of the text for what is wrong. */
export function tensorOf(at: Cursor, place: TextPlace, dtype: DType, shape: readonly number[], data: TensorData): DenseTensor {
  const wrong = shape.find((d) => d < 0);
  if (wrong !== undefined) at.fail('text.data', place, 'a size is negative', { expected: '0 or more', actual: String(wrong) });
  const count = countOf(at, place, shape);
  if (data.length !== count) {
    at.fail('text.data', place, 'the elements do not fill the shape', {
      expected: `${count} elements`, actual: `${data.length}`, hint: 'change the shape together with the elements',
    });
  }
  return dense(dtype, shape, data);
}

function countOf(at: Cursor, place: TextPlace, shape: readonly number[]): number {
  try {
    return elementCount(shape);
  } catch (error) {
    if (!(error instanceof FretworkError)) throw error;
    return at.fail('text.data', place, 'the shape is too large', { expected: 'below 2^53 elements', actual: `[${shape.join(', ')}]` });
  }
}

/** Base64 in parentheses as elements of `dtype`. */
export function readArray(at: Cursor, dtype: DType): TensorData {
  const place = at.peek;
  at.expect('(');
  const words: string[] = [];
  while (!at.take(')')) words.push(at.word('base64 or ")"').text);
  const bytes = readBase64(words);
  if (bytes === undefined) {
    at.fail('text.data', place, 'this is no base64', { expected: 'A-Z a-z 0-9 + / without padding', actual: 'other characters, or a cut end' });
  }
  const { bytes: size, view } = DTYPES[dtype];
  if (bytes.length % size !== 0) {
    at.fail('text.data', place, `the bytes are no whole elements of type ${dtype}`, { expected: `a multiple of ${size}`, actual: `${bytes.length} bytes` });
  }
  return view(bytes.buffer, 0, bytes.length / size);
}

/** An array of a sparse matrix as it stands in a `data` line. */
export interface MatrixArray {
  readonly key: string;
  readonly type: DType;
  readonly data: TensorData;
}

/** The arrays of a matrix that are there, in the order of the table. */
export function arraysOf(matrix: SparseMatrix, dtype: DType): readonly MatrixArray[] {
  const held = new Map<string, unknown>(Object.entries(matrix));
  return ARRAYS[matrix.encoding].flatMap((row): MatrixArray[] => {
    const data = held.get(row.key) as TensorData | undefined;
    return data === undefined ? [] : [{ key: row.key, type: typeOf(row, data, dtype), data }];
  });
}

function typeOf(row: ArrayRow, data: TensorData, dtype: DType): DType {
  if (row.held === 'payload') return dtype;
  if (row.held !== 'index') return row.held;
  return data instanceof Uint16Array ? 'u16' : 'u32';
}

/** Element types that an array may be printed with. */
export function typesOf(row: ArrayRow, dtype: DType): readonly DType[] {
  if (row.held === 'index') return ['u16', 'u32'];
  return [row.held === 'payload' ? dtype : row.held];
}
