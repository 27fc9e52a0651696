import type { PatternMatrix, TensorData, Tile } from '../contract.js';
import { FretworkError } from '../error.js';
import { lowestBit } from './bits.js';
import { fill, type Measure, type Unfilled } from './fill.js';
import { bitsAt, keptOf, type Kept, type ValueOptions } from './kept.js';

/** The most positions a kernel may have: a pattern is one 32-bit word. */
export const MAX_KERNEL = 32;
/** The most patterns: ids take a byte, and 0 means removed. */
export const MAX_PATTERNS = 255;

/**
 * Kernel patterns of `values` `[rows, channels·kernel]`: no index per weight, one id of 4 or 8 bits per kernel.
 * Throws `encode.length`, and `encode.impossible` where the kernel has more than 32 positions or does not divide the
 * columns, or more than 255 patterns are kept.
 */
export function encodePattern(
  values: TensorData, rows: number, columns: number, kernel: number, options: ValueOptions = {},
): PatternMatrix {
  const kept = keptOf(values, rows, columns, options.dtype);
  return fill(patternIndex(kept, kernel), patternTiles, values, kept);
}

type Patterns = { readonly ok: true; readonly patterns: Uint32Array } | { readonly ok: false; readonly reason: string };

/** The distinct patterns that are kept, ascending. */
export function patternsOf(kept: Kept, kernel: number): Patterns {
  if (!(Number.isInteger(kernel) && kernel >= 1 && kernel <= MAX_KERNEL)) {
    return { ok: false, reason: `a kernel of ${kernel} positions is not 1 to ${MAX_KERNEL}` };
  }
  if (kept.columns % kernel !== 0) return { ok: false, reason: `kernels of ${kernel} do not divide ${kept.columns} columns` };
  const seen = new Set<number>();
  let previous = 0;
  for (let r = 0; r < kept.rows; r++) {
    for (let c = 0; c < kept.columns; c += kernel) {
      const bits = bitsAt(kept, r, c, kernel);
      if (bits === previous || bits === 0) continue;
      previous = bits;
      seen.add(bits);
      if (seen.size > MAX_PATTERNS) return { ok: false, reason: `more than ${MAX_PATTERNS} patterns` };
    }
  }
  return { ok: true, patterns: Uint32Array.from(seen).sort() };
}

const idBitsFor = (patterns: number): 4 | 8 => (patterns <= 15 ? 4 : 8);
const idBytes = (kernels: number, idBits: 4 | 8): number => Math.ceil((kernels * idBits) / 8);

export function measurePattern(kept: Kept, kernel: number): Measure {
  const found = patternsOf(kept, kernel);
  if (!found.ok) return found;
  const count = found.patterns.length;
  const ids = idBytes(kept.rows * (kept.columns / kernel), idBitsFor(count));
  return { ok: true, indexBytes: count * 4 + ids, payloadLength: kept.nnz };
}

/** Throws `encode.impossible`. */
export function patternIndex(kept: Kept, kernel: number): Unfilled<PatternMatrix> {
  const found = patternsOf(kept, kernel);
  if (!found.ok) {
    throw new FretworkError('encode.impossible', `these weights have no pattern encoding: ${found.reason}`, {
      hint: 'let encode() choose the encoding',
    });
  }
  const { rows, columns, nnz } = kept;
  const { patterns } = found;
  const channels = columns / kernel;
  const idBits = idBitsFor(patterns.length);
  const idOf = new Map<number, number>([[0, 0]]);
  patterns.forEach((pattern, p) => idOf.set(pattern, p + 1));
  const ids = new Uint8Array(idBytes(rows * channels, idBits));
  for (let r = 0, place = 0; r < rows; r++) {
    for (let channel = 0; channel < channels; channel++, place++) {
      const id = idOf.get(bitsAt(kept, r, channel * kernel, kernel))!;
      if (idBits === 8) ids[place] = id;
      else ids[Math.floor(place / 2)] = ids[Math.floor(place / 2)]! | (id << ((place % 2) * 4));
    }
  }
  return { encoding: 'pattern', rows, columns, kernel, patterns, idBits, ids, payloadLength: nnz };
}

/** Id of the kernel at `place`. */
export const idAt = (ids: Uint8Array, idBits: 4 | 8, place: number): number =>
  idBits === 8 ? ids[place]! : (ids[Math.floor(place / 2)]! >>> ((place % 2) * 4)) & 15;

/** One tile per channel and pattern: the rows that use it, its positions in the channel. */
export function* patternTiles(matrix: PatternMatrix): Generator<Tile> {
  const { rows, kernel, patterns, idBits, ids, payload } = matrix;
  if (payload.length === 0) return;
  const channels = matrix.columns / kernel;
  const positions = Array.from(patterns, positionsOf);
  const columnIds = positions.map((list) => new Uint32Array(list.length));
  const rowIds = new Uint32Array(rows);
  const end = new Uint32Array(patterns.length + 1);
  let at = 0;
  for (let channel = 0; channel < channels; channel++) {
    sortRowsById(channel);
    for (let p = 0; p < patterns.length; p++) {
      const first = end[p]!;
      const last = end[p + 1]!;
      if (first === last) continue;
      const columns = columnIds[p]!;
      positions[p]!.forEach((position, i) => { columns[i] = channel * kernel + position; });
      const stop = at + (last - first) * columns.length;
      yield { rows: rowIds.subarray(first, last), columns, payload: payload.subarray(at, stop) };
      at = stop;
    }
  }

  /** Counting sort; afterwards the rows with id p + 1 stand from `end[p]` to `end[p + 1]`, those removed before them. */
  function sortRowsById(channel: number): void {
    end.fill(0);
    for (let r = 0; r < rows; r++) {
      const id = idAt(ids, idBits, r * channels + channel);
      end[id] = end[id]! + 1;
    }
    for (let id = 1; id < end.length; id++) end[id] = end[id]! + end[id - 1]!;
    // From the back, so that rows with one id ascend; each count walks down to where its id starts.
    for (let r = rows - 1; r >= 0; r--) {
      const id = idAt(ids, idBits, r * channels + channel);
      const place = end[id]! - 1;
      rowIds[place] = r;
      end[id] = place;
    }
    // end[id] is now where id starts: shift so that end[p] is where id p + 1 starts.
    for (let id = 1; id < end.length; id++) end[id - 1] = end[id]!;
    end[end.length - 1] = rows;
  }
}

/** Places of the bits set, ascending. */
export function positionsOf(pattern: number): number[] {
  const positions: number[] = [];
  for (let rest = pattern; rest !== 0; rest &= rest - 1) positions.push(lowestBit(rest));
  return positions;
}
