/**
 * Schedules as the kernels on bytes read them.
 *
 *     stream: program [4·quads + first] [row offsets, bytes of sums] [offsets of four columns per quad]
 *             weights per quad [row] [4 columns], filled up to whole vectors
 *     vector: [sixteens] [rows] [16 column numbers each]      run: [sixteens] [rows] [first column]
 *             weights per sixteen [row] [16 columns]
 */
import { kernelName, packWeights, type Schedule } from '@fretwork/compiler';
import type { SparseMatrix } from '@fretwork/format';
import { KERNELS } from '../kernels/manifest.js';
import { quadBytes } from '../kernels/int8.js';
import { piecesOf as vectorPieces } from './vector-program.js';
import { markedLists, type StreamPlaces } from './stream-program.js';

export interface ByteStreamList {
  readonly rows: number;
  readonly segments: number;
  readonly program: Int32Array;
  readonly weights: Int8Array;
}

/** Schedules are made of floats; weights become bytes row by row. */
export interface ByteWeights {
  readonly weights: Int8Array;
  /** Per row. */
  readonly scales: Float32Array;
}

export function inBytes(matrices: readonly SparseMatrix[], schedule: Schedule): ByteWeights {
  const packed = packWeights(matrices, schedule) as Float32Array;
  const scales = rowScales(schedule, packed);
  return { weights: packedBytes(schedule, packed, scales), scales };
}

/** Weights of a row over the bytes that stand for them: the largest one becomes 127. */
function rowScales(schedule: Schedule, packed: Float32Array): Float32Array {
  const most = new Float32Array(schedule.rows);
  eachWeight(schedule, (row, _, at) => { most[row] = Math.max(most[row]!, Math.abs(packed[at]!)); });
  return most.map((value) => (value === 0 ? 1 : value / 127));
}

/** `packed` as bytes. */
function packedBytes(schedule: Schedule, packed: Float32Array, scales: Float32Array): Int8Array {
  const bytes = new Int8Array(packed.length);
  eachWeight(schedule, (row, _, at) => { bytes[at] = Math.round(packed[at]! / scales[row]!); });
  return bytes;
}

function eachWeight({ groups, order }: Schedule, visit: (row: number, column: number, at: number) => void): void {
  for (const { start, height, segments } of groups) {
    for (const { mask, columns, weights } of segments) {
      let at = weights;
      for (const column of columns) for (let r = 0; r < height; r++) if (((mask >>> r) & 1) === 1) visit(order[start + r]!, column, at++);
    }
  }
}

/** Groups `[from, to)`; left out: all. */
export function layByteStream(schedule: Schedule, packed: Int8Array, places: Pick<StreamPlaces, 'row' | 'column'>, from?: number, to?: number): readonly ByteStreamList[] {
  return markedLists(schedule, from, to).map((list): ByteStreamList => {
    const rows = list[0]!.rows.length;
    const quads = list.reduce((sum, { columns }) => sum + Math.ceil(columns.length / 4), 0);
    const program = new Int32Array(4 * quads + list.length * (rows + 1));
    const weights = new Int8Array(quads * quadBytes(rows));
    let [p, w] = [0, 0];
    for (const piece of list) {
      const count = Math.ceil(piece.columns.length / 4);
      program[p++] = 4 * count + (piece.first ? 1 : 0);
      for (const row of piece.rows) program[p++] = places.row(row);
      for (let q = 0; q < count; q++, w += quadBytes(rows)) {
        for (let c = 0; c < 4; c++) {
          const at = Math.min(4 * q + c, piece.columns.length - 1);
          program[p++] = places.column(piece.columns[at]!, piece.rows[0]!);
          if (4 * q + c === at) for (let r = 0; r < rows; r++) weights[w + 4 * r + c] = packed[piece.weights + at * rows + r]!;
        }
      }
    }
    return { rows, segments: list.length, program, weights };
  });
}

export interface ByteVectorList {
  readonly kernel: string;
  readonly segments: number;
  readonly index: Uint16Array;
  readonly weights: Int8Array;
}

/** Groups `[from, to)`; left out: all. */
export function layByteVector(schedule: Schedule, packed: Int8Array, from?: number, to?: number): readonly ByteVectorList[] {
  const lists = new Map<string, { readonly index: number[]; readonly weights: number[]; segments: number }>();
  for (const { rows, columns, weights, isRun } of vectorPieces(schedule, 'f32', from, to)) {
    const operator = isRun ? 'run' : 'vector';
    const kernel = kernelName(KERNELS.select({ operator, type: 'i8', rows: rows.length })[0]!);
    const list = lists.get(kernel) ?? { index: [], weights: [], segments: 0 };
    lists.set(kernel, list);
    list.segments++;
    const sixteens = Math.ceil(columns.length / 16);
    list.index.push(sixteens, ...rows, ...(isRun ? [columns[0]!] : Array.from({ length: 16 * sixteens }, (_, c) => columns[Math.min(c, columns.length - 1)]!)));
    for (let s = 0; s < sixteens; s++) {
      for (let r = 0; r < rows.length; r++) for (let c = 16 * s; c < 16 * s + 16; c++) list.weights.push(c < columns.length ? packed[weights + c * rows.length + r]! : 0);
    }
  }
  return [...lists].map(([kernel, { index, weights, segments }]) => ({ kernel, segments, index: Uint16Array.from(index), weights: Int8Array.from(weights) }));
}
