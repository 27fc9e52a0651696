import type { BcrcMatrix, TensorData, Tile } from '../contract.js';
import { fill, type Measure, type Unfilled } from './fill.js';
import { countRow, indexWidth, keptOf, makeIndex, writeColumns, type Kept, type ValueOptions } from './kept.js';

/** Rows that keep the same columns, ascending. */
interface RowGroup {
  readonly rows: number[];
  /** Columns each of them keeps. */
  readonly width: number;
}

/**
 * GRIM's compact storage (papers.md 1.6) of `values` `[rows, columns]`. Rows with the same kept columns form a group.
 * Order, so that equal matrices give equal bytes and the worked example comes out as printed: groups with more
 * columns first, among equals the one whose first row comes first; rows inside a group ascend. Empty rows are the last group.
 * Throws `encode.length`.
 */
export function encodeBcrc(values: TensorData, rows: number, columns: number, options: ValueOptions = {}): BcrcMatrix {
  const kept = keptOf(values, rows, columns, options.dtype);
  return fill(bcrcIndex(kept), bcrcTiles, values, kept);
}

export function bcrcIndex(kept: Kept): Unfilled<BcrcMatrix> {
  const { rows, columns, nnz } = kept;
  const groups = groupRows(kept);
  const reorder = makeIndex(rows, rows);
  const rowOffset = new Uint32Array(rows + 1);
  const occurrence = new Uint32Array(groups.length + 1);
  const columnStride = new Uint32Array(groups.length + 1);
  const compactColumn = makeIndex(columns, sumOfWidths(groups));
  let stored = 0;
  groups.forEach((group, g) => {
    for (const row of group.rows) {
      reorder[stored] = row;
      rowOffset[stored + 1] = rowOffset[stored]! + group.width;
      stored++;
    }
    occurrence[g + 1] = stored;
    columnStride[g + 1] = writeColumns(kept, group.rows[0]!, compactColumn, columnStride[g]!);
  });
  return { encoding: 'bcrc', rows, columns, reorder, rowOffset, occurrence, columnStride, compactColumn, payloadLength: nnz };
}

export function measureBcrc(kept: Kept): Measure {
  if (kept.nnz > 0xffffffff) return { ok: false, reason: 'more than 2^32 - 1 weights do not fit a row offset' };
  const groups = groupRows(kept);
  const perRow = kept.rows * indexWidth(kept.rows) + (kept.rows + 1) * 4;
  const perGroup = 2 * (groups.length + 1) * 4 + sumOfWidths(groups) * indexWidth(kept.columns);
  return { ok: true, indexBytes: perRow + perGroup, payloadLength: kept.nnz };
}

/** One tile per group that keeps something. */
export function* bcrcTiles(matrix: BcrcMatrix): Generator<Tile> {
  const { reorder, rowOffset, occurrence, columnStride, compactColumn, payload } = matrix;
  for (let g = 0; g + 1 < occurrence.length; g++) {
    const rows = reorder.subarray(occurrence[g]!, occurrence[g + 1]!);
    const columns = compactColumn.subarray(columnStride[g]!, columnStride[g + 1]!);
    if (rows.length === 0 || columns.length === 0) continue;
    yield { rows, columns, payload: payload.subarray(rowOffset[occurrence[g]!]!, rowOffset[occurrence[g + 1]!]!) };
  }
}

const sumOfWidths = (groups: readonly RowGroup[]): number => groups.reduce((sum, group) => sum + group.width, 0);

function groupRows(kept: Kept): RowGroup[] {
  const byHash = new Map<number, RowGroup[]>();
  const groups: RowGroup[] = [];
  for (let r = 0; r < kept.rows; r++) {
    const hash = hashRow(kept, r);
    let alike = byHash.get(hash);
    if (alike === undefined) byHash.set(hash, (alike = []));
    const group = alike.find((g) => sameColumns(kept, g.rows[0]!, r));
    if (group !== undefined) {
      group.rows.push(r);
      continue;
    }
    const made = { rows: [r], width: countRow(kept, r) };
    alike.push(made);
    groups.push(made);
  }
  // Groups were found by first row, and the sort is stable: that is the tie rule.
  return groups.sort((a, b) => b.width - a.width);
}

function hashRow(kept: Kept, row: number): number {
  let hash = 0x811c9dc5;
  for (let w = row * kept.stride, end = w + kept.stride; w < end; w++) {
    hash = Math.imul(hash ^ kept.words[w]!, 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash;
}

function sameColumns(kept: Kept, a: number, b: number): boolean {
  for (let w = 0; w < kept.stride; w++) {
    if (kept.words[a * kept.stride + w] !== kept.words[b * kept.stride + w]) return false;
  }
  return true;
}
