/**
 * A schedule as the product kernels read it.
 *
 *     program: [first integer, first weight] of each group, [places of the cells of a kernel] (dense alone), then per group
 *              [rows, -1 where there are fewer than `height`] and [segments] [2^height · columns + mask] [columns] …,
 *              in a dense program in their place the place of the group's first column
 *     weights: per group [biases of its rows], then column after column, in each its rows
 *
 * By waves, in the place of [segments] …: [columns] [three zeros] [columns that one of the rows keeps], the last one repeated until there
 * are a multiple of four; weights are those of all rows, zeros among them.
 */
import type { RowGroup, Schedule, Segment } from '@fretwork/compiler';
import { PIECES } from '../kernels/manifest.js';
import { CODE_BITS, SLOT_BITS } from '../kernels/panels.js';
import { rowsOf } from '../kernels/segments.js';
import { ROW_BITS } from '../kernels/tiles.js';

export interface Places {
  /** Elements from what the first position of the first column reads to what that of column `column` does, for the rows of a group of which `row` is one. */
  readonly column: (column: number, row: number) => number;
  readonly bias: (row: number) => number;
}

export interface Program {
  readonly program: readonly number[];
  readonly weights: readonly number[];
}

/** `packed`: what `packWeights` gives for `schedule`, whose groups are of `height` rows at most. */
export const laySegments = (schedule: Schedule, height: number, packed: ArrayLike<number>, places: Places): Program =>
  layGroups(schedule, height, places, [], ({ segments }, first, program, weights) => {
    program.push(segments.length);
    for (const { mask, count, columns, weights: from } of segments) {
      program.push(columns.length * 2 ** height + mask);
      for (const c of columns) program.push(places.column(c, first));
      for (let i = 0; i < count * columns.length; i++) weights.push(packed[from + i]!);
    }
  });

/** The same for panels, whose `[segments]` are pieces: [code and rows] [columns] …; those of one shape come one after another. */
export const layPanels = (schedule: Schedule, height: number, packed: ArrayLike<number>, places: Places): Program =>
  layGroups(schedule, height, places, [], ({ segments }, first, program, weights) => {
    const pieces = segments.flatMap((segment) => piecesOf(segment, bitsOf(rowsOf(segment.mask, height), SLOT_BITS, CODE_BITS))).sort((a, b) => b.code - a.code);
    program.push(pieces.length);
    for (const { code, own, columns, first: from, count } of pieces) {
      program.push(code + own, ...Array.from(columns, (c) => places.column(c, first)));
      for (let i = 0; i < count; i++) weights.push(packed[from + i]!);
    }
  });

/** Some groups that read the same columns, and their rows. */
interface TileItem {
  readonly groups: RowGroup[];
  readonly rows: number[];
}

/** Which groups an item of a kernel by tiles does, which has `itemRows` rows at most. */
export function tileItems(schedule: Schedule, groupRows: number, itemRows: number): readonly TileItem[] {
  const items: TileItem[] = [];
  for (const group of schedule.groups) {
    const rows = Array.from({ length: group.height }, (_, r) => schedule.order[group.start + r]!);
    const open = items.at(-1);
    if (open === undefined || open.rows.length + group.height > itemRows || Math.floor(open.rows[0]! / groupRows) !== Math.floor(rows[0]! / groupRows)) items.push({ groups: [group], rows });
    else {
      open.groups.push(group);
      open.rows.push(...rows);
    }
  }
  return items;
}

/**
 * For kernels by tiles, per item [rows] [each] [chunks], per chunk [columns] [places] [pieces], per piece, those of one shape one after another,
 * [code] [its rows, a byte each] [vectors from the first packed one to each of its columns]. `vectors`: of a packed column; undefined where none is
 * packed, so that there are no [columns] and the last words of a piece are their places.
 */
export function layTiles(items: readonly TileItem[], packed: ArrayLike<number>, { column, bias }: Places, vectors: number | undefined): Program {
  const starts: number[] = [];
  const program: number[] = [];
  const weights: number[] = [];
  for (const { groups, rows } of items) {
    starts.push(2 * items.length + program.length, weights.length);
    weights.push(...rows.map(bias));
    const chunks = new Map<number, Piece[]>();
    let before = 0;
    for (const { height, segments } of groups) {
      for (const segment of segments) {
        const pieces = chunks.get(segment.chunk) ?? [];
        pieces.push(...piecesOf(segment, bitsOf(rowsOf(segment.mask, height).map((r) => before + r), ROW_BITS)));
        chunks.set(segment.chunk, pieces);
      }
      before += height;
    }
    program.push(rows.length, ...rows, chunks.size);
    for (const [, pieces] of [...chunks].sort(([a], [b]) => a - b)) {
      const columns = [...new Set(pieces.flatMap((piece) => [...piece.columns]))].sort((a, b) => a - b);
      const places = columns.map((c) => column(c, rows[0]!));
      const placeOf = new Map(columns.map((c, i) => [c, vectors === undefined ? places[i]! : i * vectors]));
      program.push(...(vectors === undefined ? [] : [columns.length, ...places]), pieces.length);
      for (const { code, own, columns: its, first, count } of pieces.sort((a, b) => b.code - a.code)) {
        program.push(code, own, ...Array.from(its, (c) => placeOf.get(c)!));
        for (let i = 0; i < count; i++) weights.push(packed[first + i]!);
      }
    }
  }
  return { program: [...starts, ...program], weights };
}

/** The same for kernels by waves: a weight of each row for each column that one of them keeps. */
export const layWaves = (schedule: Schedule, height: number, packed: ArrayLike<number>, places: Places): Program =>
  layGroups(schedule, height, places, [], ({ segments }, first, program, weights) => {
    const kept = segments.flatMap(({ mask, count, columns, weights: from }) => Array.from(columns, (column, i) => ({ column, mask, from: from + i * count }))).sort((a, b) => a.column - b.column);
    program.push(kept.length, 0, 0, 0, ...kept.map(({ column }) => places.column(column, first)));
    for (const { mask, from } of kept) for (let r = 0, at = from; r < height; r++) weights.push(((mask >>> r) & 1) === 1 ? packed[at++]! : 0);
    for (; program.length % 4 !== 0; program.push(program.at(-1)!)) for (let r = 0; r < height; r++) weights.push(0);
  }, 4);

/** The same for a matrix in which every weight is there. `cells`: where those of a channel lie. */
export const layDense = (schedule: Schedule, height: number, packed: ArrayLike<number>, cells: readonly number[], places: Places): Program =>
  layGroups(schedule, height, places, cells.length === 1 ? [] : cells, ({ height: own, segments }, first, program, weights) => {
    program.push(places.column(0, first));
    const [only] = segments;
    for (let c = 0; c < schedule.columns; c++) for (let r = 0; r < height; r++) weights.push(r < own ? packed[only!.weights + c * own + r]! : 0);
  });

/** What all have: `shared` before the groups, and the rows of each and their biases, behind which `body` writes the rest. `first`: a row of the group. Groups begin at multiples of `multiple`, where their bodies end at such. */
function layGroups(schedule: Schedule, height: number, { bias }: Places, shared: readonly number[], body: (group: RowGroup, first: number, program: number[], weights: number[]) => void, multiple = 1): Program {
  const starts: number[] = [];
  const program: number[] = [];
  const weights: number[] = [];
  const before = [...shared];
  while ((2 * schedule.groups.length + before.length) % multiple !== 0) before.push(0);
  const head = 2 * schedule.groups.length + before.length;
  for (const group of schedule.groups) {
    starts.push(head + program.length, weights.length);
    const rows = Array.from({ length: height }, (_, r) => (r < group.height ? schedule.order[group.start + r]! : -1));
    program.push(...rows);
    weights.push(...rows.map((row) => (row < 0 ? 0 : bias(row))));
    body(group, rows[0]!, program, weights);
  }
  return { program: [...starts, ...before, ...program], weights };
}

interface Piece {
  readonly code: number;
  /** Which rows it has, as its kernel reads them. */
  readonly own: number;
  readonly columns: Uint32Array;
  /** Its first weight, and how many it has. */
  readonly first: number;
  readonly count: number;
}

/** Numbers side by side in a word, so many bits each, from bit `from` on. */
const bitsOf = (numbers: readonly number[], each: number, from = 0): number => numbers.reduce((word, number, k) => word | (number << (from + each * k)), 0);

/** As few pieces as there can be, of about one size. */
function piecesOf({ count: rows, columns, weights }: Segment, own: number): Piece[] {
  const most = Math.max(...PIECES.filter(([height]) => height === rows).map(([, size]) => size));
  const pieces: Piece[] = [];
  for (let c = 0, left = Math.ceil(columns.length / most); left > 0; left--) {
    const size = Math.ceil((columns.length - c) / left);
    pieces.push({ code: PIECES.findIndex(([height, width]) => height === rows && width === size), own, columns: columns.subarray(c, c + size), first: weights + c * rows, count: size * rows });
    c += size;
  }
  return pieces;
}

/** The masks of a schedule, ascending. */
export const masksOf = ({ groups }: Schedule): readonly number[] => [...new Set(groups.flatMap(({ segments }) => segments.map(({ mask }) => mask)))].sort((a, b) => a - b);

/** Is every weight there, so that each group is one segment of all columns? */
export const isWhole = ({ nnz, rows, columns }: { readonly nnz: number; readonly rows: number; readonly columns: number }): boolean => nnz === rows * columns && columns > 0;
