/**
 * Schedules as the kernels on bytes read them.
 *
 *     stream: program [4·quads + first] [row offsets, bytes of sums] [offsets of four columns per quad]
 *             weights per quad [row] [4 columns], filled up to whole vectors
 *     vector: [sixteens] [rows] [16 column numbers each]      run: [sixteens] [rows] [first column]
 *             weights per sixteen [row] [16 columns]
 *     window: [windows] [rows] [first column, sixteens each]
 *             weights per sixteen [16 distances from the first column] [row] [16 columns]
 */
import { kernelName, packWeights, type Schedule } from '@fretwork/compiler';
import type { SparseMatrix } from '@fretwork/format';
import { KERNELS } from '../kernels/manifest.js';
import { quadBytes, WINDOW } from '../kernels/int8.js';
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

/** A segment and how it is read. */
interface BytePiece {
  readonly operator: 'vector' | 'run' | 'window';
  readonly rows: readonly number[];
  readonly columns: Uint32Array;
  readonly weights: number;
  /** Columns `[from, to)` of each window. */
  readonly windows: readonly (readonly [from: number, to: number])[];
  /** Instructions, as counted in what clang 14 makes of the kernels. */
  readonly cost: number;
}

const sixteensOf = (columns: number): number => Math.ceil(columns / 16);

function windowsOf(columns: Uint32Array): readonly (readonly [number, number])[] {
  const windows: (readonly [number, number])[] = [];
  for (let from = 0; from < columns.length;) {
    let to = from + 1;
    while (to < columns.length && columns[to]! < columns[from]! + WINDOW) to++;
    windows.push([from, to]);
    from = to;
  }
  return windows;
}

function bytePieces(schedule: Schedule, from?: number, to?: number): BytePiece[] {
  return vectorPieces(schedule, 'f32', from, to).map(({ rows, columns, weights, isRun }): BytePiece => {
    const own = { rows, columns, weights };
    const [ends, dots] = [10 + 6 * rows.length, 2 * rows.length];
    if (isRun) return { ...own, operator: 'run', windows: [], cost: ends + sixteensOf(columns.length) * (5 + dots) };
    const windows = windowsOf(columns);
    const inWindows = ends + windows.reduce((sum, [first, last]) => sum + 11 + sixteensOf(last - first) * (7 + dots), 0);
    const gathered = ends + sixteensOf(columns.length) * (66 + dots);
    return inWindows <= gathered ? { ...own, operator: 'window', windows, cost: inWindows } : { ...own, operator: 'vector', windows: [], cost: gathered };
  });
}

const kernelOf = ({ operator, rows }: BytePiece): string => kernelName(KERNELS.select({ operator, type: 'i8', rows: rows.length })[0]!);

/** Instructions of all segments for one vector, and the kernel that does the largest of them. */
export function byteVectorCost(schedule: Schedule): { readonly cost: number; readonly kernel: string } {
  const pieces = bytePieces(schedule);
  const size = (piece: BytePiece): number => piece.rows.length * piece.columns.length;
  const largest = pieces.reduce<BytePiece | undefined>((a, b) => (a === undefined || size(b) > size(a) ? b : a), undefined);
  return { cost: pieces.reduce((sum, { cost }) => sum + cost, 0), kernel: largest === undefined ? kernelName(KERNELS.select({ operator: 'vector', type: 'i8', rows: 1 })[0]!) : kernelOf(largest) };
}

/** Groups `[from, to)`; left out: all. */
export function layByteVector(schedule: Schedule, packed: Int8Array, from?: number, to?: number): readonly ByteVectorList[] {
  const lists = new Map<string, { readonly index: number[]; readonly weights: number[]; segments: number }>();
  for (const piece of bytePieces(schedule, from, to)) {
    const { operator, rows, columns, weights, windows } = piece;
    const kernel = kernelOf(piece);
    const list = lists.get(kernel) ?? { index: [], weights: [], segments: 0 };
    lists.set(kernel, list);
    list.segments++;
    const sixteen = (first: number, last: number): void => {
      for (let r = 0; r < rows.length; r++) for (let c = first; c < first + 16; c++) list.weights.push(c < last ? packed[weights + c * rows.length + r]! : 0);
    };
    if (operator === 'window') {
      list.index.push(windows.length, ...rows);
      for (const [first, last] of windows) {
        list.index.push(columns[first]!, sixteensOf(last - first));
        for (let c = first; c < last; c += 16) {
          for (let k = c; k < c + 16; k++) list.weights.push(columns[Math.min(k, last - 1)]! - columns[first]!);
          sixteen(c, last);
        }
      }
      continue;
    }
    const count = 16 * sixteensOf(columns.length);
    list.index.push(count / 16, ...rows, ...(operator === 'run' ? [columns[0]!] : Array.from({ length: count }, (_, c) => columns[Math.min(c, columns.length - 1)]!)));
    for (let c = 0; c < count; c += 16) sixteen(c, columns.length);
  }
  return [...lists].map(([kernel, { index, weights, segments }]) => ({ kernel, segments, index: Uint16Array.from(index), weights: Int8Array.from(weights) }));
}
