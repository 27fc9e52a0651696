/** What a tensor line says of a tensor: everything but its arrays. */
import type { DType, Encoding, MatrixView, SparseMatrix, Tensor } from '../contract.js';
import type { Cursor } from './cursor.js';
import { printNumber } from './words.js';

/** A matrix line. Fields that an encoding has not are left out. */
export interface MatrixFacts {
  readonly encoding: Encoding;
  readonly rows: number;
  readonly columns: number;
  /** bcr: block size. */
  readonly block?: readonly [rows: number, columns: number];
  /** pattern: positions per kernel, bits per id. */
  readonly kernel?: number;
  readonly idBits?: number;
  /** Stored weights. */
  readonly kept: number;
}

export interface TensorFacts {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Left out: dense. */
  readonly view?: MatrixView;
  readonly matrices: readonly MatrixFacts[];
}

/** How an array is held: `index` is u16 or u32, `payload` as the tensor's type says. */
export type ArrayHeld = 'u8' | 'u32' | 'index' | 'payload';

export interface ArrayRow {
  readonly key: string;
  readonly held: ArrayHeld;
  readonly optional?: true;
}

const row = (key: string, held: ArrayHeld): ArrayRow => ({ key, held });

/** The arrays of each encoding, in the order they are printed. */
export const ARRAYS: Readonly<Record<Encoding, readonly ArrayRow[]>> = {
  csr: [row('rowOffset', 'u32'), row('column', 'index'), row('payload', 'payload')],
  bcrc: [
    row('reorder', 'index'), row('rowOffset', 'u32'), row('occurrence', 'u32'), row('columnStride', 'u32'),
    row('compactColumn', 'index'), row('payload', 'payload'),
  ],
  bcr: [
    { ...row('present', 'u8'), optional: true }, { ...row('rowMask', 'u8'), optional: true }, { ...row('columnMask', 'u8'), optional: true },
    row('payload', 'payload'),
  ],
  pattern: [row('patterns', 'u32'), row('ids', 'u8'), row('payload', 'payload')],
};

const ENCODINGS = Object.keys(ARRAYS) as Encoding[];

export function factsOf(tensor: Tensor): TensorFacts {
  const { dtype, shape } = tensor;
  return tensor.kind === 'dense' ? { dtype, shape, matrices: [] } : { dtype, shape, view: tensor.view, matrices: tensor.matrices.map(matrixFacts) };
}

function matrixFacts(matrix: SparseMatrix): MatrixFacts {
  const { encoding, rows, columns } = matrix;
  const kept = matrix.payload.length;
  if (encoding === 'bcr') return { encoding, rows, columns, block: [matrix.blockRows, matrix.blockColumns], kept };
  if (encoding === 'pattern') return { encoding, rows, columns, kernel: matrix.kernel, idBits: matrix.idBits, kept };
  return { encoding, rows, columns, kept };
}

/** `f32 [64, 256] sparse 1 of 64x256 row-major kernel 1` */
export function printTensorFacts({ dtype, shape, view }: TensorFacts): string {
  const head = `${dtype} [${shape.map(printNumber).join(', ')}]`;
  return view === undefined ? head : `${head} sparse ${view.count} of ${view.rows}x${view.columns} ${view.order} kernel ${view.kernel}`;
}

/** `bcr 64x256 block 4x16 kept 1638`, and the share as a comment. */
export function printMatrixFacts(m: MatrixFacts): string {
  const block = m.block === undefined ? '' : ` block ${m.block[0]}x${m.block[1]}`;
  const pattern = m.kernel === undefined ? '' : ` kernel ${m.kernel} bits ${m.idBits}`;
  const all = m.rows * m.columns;
  const share = all === 0 ? '' : `  # ${((100 * m.kept) / all).toFixed(1)} % kept`;
  return `${m.encoding} ${m.rows}x${m.columns}${block}${pattern} kept ${m.kept}${share}`;
}

export function readTensorFacts(at: Cursor): TensorFacts {
  const dtype = at.dtype();
  const shape = at.shape();
  if (!at.take('sparse')) return { dtype, shape, matrices: [] };
  const count = at.integer('how many matrices');
  at.expect('of');
  const [rows, columns] = at.size('rows x columns');
  const order = at.choice(['row-major', 'column-major'] as const, 'order');
  at.expect('kernel');
  return { dtype, shape, view: { count, rows, columns, order, kernel: at.integer() }, matrices: [] };
}

export function readMatrixFacts(at: Cursor): MatrixFacts {
  const encoding = at.choice(ENCODINGS, 'encoding');
  const [rows, columns] = at.size('rows x columns');
  let facts = {};
  if (encoding === 'bcr') {
    at.expect('block');
    facts = { block: at.size() };
  } else if (encoding === 'pattern') {
    at.expect('kernel');
    const kernel = at.integer();
    at.expect('bits');
    facts = { kernel, idBits: Number(at.choice(['4', '8'], 'number of bits')) };
  }
  at.expect('kept');
  return { encoding, rows, columns, ...facts, kept: at.integer('how many weights are stored') };
}
