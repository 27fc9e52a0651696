/**
 * A schedule as the stream kernels read it. Segments are sorted into lists by chunk and row count, so that a kernel does a
 * whole list at once. Of each segment there are
 *
 *     program: [4·columns + 2·last + first] [row offsets] [column offsets]     all in bytes, from the tile's first position
 *     weights: [biases, where first] [column after column, in each its rows]
 *
 * `first`: no segment before it touched any of its rows, so sums start at the biases and what lies in memory is not read.
 * `last`: none after it will, so what is added to the product (at the end: sums of halves keep more digits while they are small) and the activation's
 * bounds come now. Where only some rows of a segment are first or last,
 * segments without columns, of one row, do that for them: in a list before all others, or after them.
 */
import type { Schedule } from '@fretwork/compiler';

export interface StreamPlaces {
  /** Bytes from the first position of the output to that of row `row`. */
  readonly row: (row: number) => number;
  /** Bytes from the first position of the input to that of column `column`, for the rows of a group of which `row` is one. */
  readonly column: (column: number, row: number) => number;
  readonly bias: (row: number) => number;
}

/** Segments of one row count, in the arrays of a program. */
export interface StreamList {
  readonly rows: number;
  readonly segments: number;
  readonly program: Int32Array;
  readonly weights: Float32Array;
  /** Columns of all segments: loads per vector of positions. */
  readonly columns: number;
}

/** A segment with its row numbers. */
export interface Piece {
  readonly rows: readonly number[];
  readonly columns: Uint32Array;
  readonly weights: number;
  first: boolean;
  last: boolean;
}

const NONE = new Uint32Array(0);

/** `packed`: what `packWeights` gives for `schedule`. `ends`: there is something to add at the end, or bounds to apply. Groups `[from, to)`. */
export function layStream(schedule: Schedule, packed: Float32Array, places: StreamPlaces, ends: boolean, from = 0, to: number = schedule.groups.length): readonly StreamList[] {
  const lists = listsOf(schedule, from, to);
  mark(lists, rowsOfGroups(schedule, from, to), ends);
  return lists.filter((list) => list.length > 0).map((list) => layList(list, packed, places));
}

/** The lists of groups `[from, to)` in order, with what is first of its rows. */
export function markedLists(schedule: Schedule, from = 0, to: number = schedule.groups.length): readonly (readonly Piece[])[] {
  const lists = listsOf(schedule, from, to);
  mark(lists, rowsOfGroups(schedule, from, to), false);
  return lists.filter((list) => list.length > 0);
}

const rowsOfGroups = (schedule: Schedule, from: number, to: number): number[] =>
  schedule.groups.slice(from, to).flatMap(({ start, height }) => Array.from(schedule.order.subarray(start, start + height)));

/** By chunk, then most rows first; the order of the groups inside. */
function listsOf(schedule: Schedule, from: number, to: number): Piece[][] {
  const lists = new Map<number, Piece[]>();
  for (const { start, segments } of schedule.groups.slice(from, to)) {
    for (const { mask, count, chunk, columns, weights } of segments) {
      const rows: number[] = [];
      for (let bits = mask, r = 0; bits !== 0; bits >>>= 1, r++) if ((bits & 1) === 1) rows.push(schedule.order[start + r]!);
      const key = chunk * 64 - count;
      const list = lists.get(key);
      const piece: Piece = { rows, columns, weights, first: false, last: false };
      if (list === undefined) lists.set(key, [piece]);
      else list.push(piece);
    }
  }
  return [...lists].sort(([a], [b]) => a - b).map(([, list]) => list);
}

/** Says which segments are the first and last of all their rows, and adds segments without columns where rows disagree. */
function mark(lists: Piece[][], rows: readonly number[], ends: boolean): void {
  const [firsts, lasts] = [new Map<number, Piece>(), new Map<number, Piece>()];
  for (const piece of lists.flat()) {
    for (const row of piece.rows) {
      if (!firsts.has(row)) firsts.set(row, piece);
      lasts.set(row, piece);
    }
  }
  for (const piece of lists.flat()) {
    piece.first = piece.rows.every((row) => firsts.get(row) === piece);
    piece.last = ends && piece.rows.every((row) => lasts.get(row) === piece);
  }
  const empty = (row: number, first: boolean, last: boolean): Piece => ({ rows: [row], columns: NONE, weights: 0, first, last });
  lists.unshift(rows.filter((row) => firsts.get(row)?.first !== true).map((row) => empty(row, true, ends && !firsts.has(row))));
  if (ends) lists.push(rows.filter((row) => lasts.get(row)?.last === false).map((row) => empty(row, false, true)));
}

function layList(list: readonly Piece[], packed: Float32Array, places: StreamPlaces): StreamList {
  const rows = list[0]!.rows.length;
  const columns = list.reduce((sum, piece) => sum + piece.columns.length, 0);
  const program = new Int32Array(columns + list.length * (rows + 1));
  const weights = new Float32Array(columns * rows + list.filter(({ first }) => first).length * rows);
  let [p, w] = [0, 0];
  for (const piece of list) {
    program[p++] = 4 * piece.columns.length + (piece.last ? 2 : 0) + (piece.first ? 1 : 0);
    for (const row of piece.rows) program[p++] = places.row(row);
    if (piece.first) for (const row of piece.rows) weights[w++] = places.bias(row);
    for (const column of piece.columns) program[p++] = places.column(column, piece.rows[0]!);
    weights.set(packed.subarray(piece.weights, piece.weights + piece.columns.length * rows), w);
    w += piece.columns.length * rows;
  }
  return { rows, segments: list.length, program, weights, columns };
}
