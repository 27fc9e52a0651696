import { DTYPES, elementCount, type DType, type MatrixView, type TensorData } from '../src/index.js';
import {
  bcrMask, channelMask, filterMask, patternMask, punchedMask, unstructuredMask, type Mask, type Random,
} from './masks.js';

/** One random matrix: weights of any dtype under a mask of any scheme. */
export interface MatrixCase {
  readonly name: string;
  readonly dtype: DType;
  readonly rows: number;
  readonly columns: number;
  readonly kernel: number;
  readonly values: TensorData;
  /** What a decoder must give back: the values with +0 for -0. */
  readonly expected: TensorData;
  readonly nnz: number;
}

const NAMES = Object.keys(DTYPES) as DType[];
const BITS: Readonly<Record<number, number>> = { 1: 0xff, 2: 0xffff, 4: 0xffffffff };

/** Random shapes, some of size 0 or 1, some with blocks that do not divide them, some rows, columns and blocks empty. */
export function randomCase(random: Random): MatrixCase {
  const dtype = random.pick(NAMES);
  const kernel = random.pick([1, 1, 4, 9, 9, 25, 32, 33]);
  const rows = random.pick([0, 1, random.integer(2, 9), random.integer(10, 40)]);
  const columns = kernel * random.pick([0, 1, random.integer(2, 6), random.integer(7, 20)]);
  const [scheme, mask] = maskOf(random, rows, columns, kernel);
  const values = DTYPES[dtype].make(rows * columns);
  const expected = DTYPES[dtype].make(rows * columns);
  let nnz = 0;
  mask.forEach((kept, i) => {
    if (kept === 1) {
      setBits(values, i, nonZeroBits(random, dtype));
      setBits(expected, i, bitsOf(values, i));
      nnz++;
    } else if (random.next() < 0.1) setBits(values, i, negativeZero(dtype));
  });
  return { name: `${dtype} ${rows}x${columns} kernel ${kernel} ${scheme}`, dtype, rows, columns, kernel, values, expected, nnz };
}

/** A random tensor of one or more matrices in either order. */
export function randomTensor(random: Random): { name: string; view: MatrixView; shape: number[]; dtype: DType; data: TensorData } {
  const { name, dtype, rows, columns, kernel, values } = randomCase(random);
  const order = random.pick(['row-major', 'column-major'] as const);
  const count = rows % 3 === 0 ? 3 : rows % 2 === 0 ? 2 : 1;
  const view: MatrixView = { count, rows: rows / count, columns, order, kernel };
  const shape = order === 'row-major' ? [count, rows / count, columns] : [count, columns, rows / count];
  if (elementCount(shape) !== values.length) throw new Error('a case is wrong');
  return { name: `${name} as ${count} ${order}`, view, shape, dtype, data: values };
}

/** The bits of an element: what `toEqual` cannot tell of NaN and of zeros. */
export const rawBytes = (data: TensorData): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();

function maskOf(random: Random, rows: number, columns: number, kernel: number): readonly [string, Mask] {
  const rate = random.pick([1.5, 3, 10, 40]);
  const block = [random.integer(1, 12), random.integer(1, 40)] as const;
  const kinds: readonly (() => readonly [string, Mask])[] = [
    () => ['unstructured', unstructuredMask(random, rows, columns, rate)],
    () => ['all kept', new Uint8Array(rows * columns).fill(1)],
    () => ['all gone', new Uint8Array(rows * columns)],
    () => [`bcr ${block.join('x')}`, bcrMask(random, rows, columns, block[0], block[1], rate, random.pick([0, 0.5, 1]))],
    () => ['punched', punchedMask(random, rows, columns, kernel, random.integer(1, 8), random.integer(1, 4), rate)],
  ];
  const some = rows === 0 || columns === 0 ? kinds : [
    ...kinds,
    () => ['filter', filterMask(random, rows, columns, rate)] as const,
    () => ['channel', channelMask(random, rows, columns, kernel, rate)] as const,
    ...(kernel === 9 ? [() => ['pattern', patternMask(random, rows, columns, rate)] as const] : []),
  ];
  return random.pick(some)();
}

function nonZeroBits(random: Random, dtype: DType): number | bigint {
  const bytes = DTYPES[dtype].bytes;
  if (dtype === 'bool') return 1;
  const word = (): number => Math.floor(random.next() * 2 ** 32);
  if (random.next() < 0.05) {
    // A signalling NaN with a payload: a copy through a float register would change it.
    if (dtype === 'f32') return 0x7f800123;
    if (dtype === 'f64') return 0x7ff0000000000123n;
    if (dtype === 'f16') return 0x7c12;
    if (dtype === 'bf16') return 0x7f85;
  }
  if (bytes === 8) return (BigInt(word()) << 32n) | BigInt(word()) | 1n;
  return ((word() & BITS[bytes]!) | 1) >>> 0;
}

const SIGNED: Partial<Record<DType, number | bigint>> = { f32: 0x80000000, f64: 0x8000000000000000n, f16: 0x8000, bf16: 0x8000 };
const negativeZero = (dtype: DType): number | bigint => SIGNED[dtype] ?? (DTYPES[dtype].bytes === 8 ? 0n : 0);

const viewOf = (data: TensorData): DataView => new DataView(data.buffer, data.byteOffset, data.byteLength);

function bitsOf(data: TensorData, i: number): number | bigint {
  const view = viewOf(data);
  switch (data.BYTES_PER_ELEMENT) {
    case 1: return view.getUint8(i);
    case 2: return view.getUint16(i * 2, true);
    case 4: return view.getUint32(i * 4, true);
    default: return view.getBigUint64(i * 8, true);
  }
}

function setBits(data: TensorData, i: number, bits: number | bigint): void {
  const view = viewOf(data);
  if (typeof bits === 'bigint') view.setBigUint64(i * 8, bits, true);
  else if (data.BYTES_PER_ELEMENT === 1) view.setUint8(i, bits);
  else if (data.BYTES_PER_ELEMENT === 2) view.setUint16(i * 2, bits, true);
  else view.setUint32(i * 4, bits, true);
}
