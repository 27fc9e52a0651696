import { describe, expect, it } from 'vitest';
import { encodeBcrc } from './bcrc.js';
import { decodeMatrix } from './decode.js';
import { tiles } from './tiles.js';

const rows = [
  [0, 1, 0, 1, 1, 0, 0, 1],
  [0, 1, 0, 1, 1, 0, 0, 1],
  [0, 0, 0, 0, 1, 0, 0, 1],
  [1, 0, 1, 0, 0, 1, 0, 0],
  [1, 0, 1, 0, 0, 1, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 0],
];
/** Weight (r, c) is 10·r + c + 1, so that the payload shows where each came from. */
const example = Float32Array.from(rows.flatMap((row, r) => row.map((kept, c) => kept * (10 * r + c + 1))));

describe('encodeBcrc', () => {
  it('reproduces the worked example of papers.md 1.6', () => {
    const matrix = encodeBcrc(example, 6, 8);
    expect({ ...matrix }).toEqual({
      encoding: 'bcrc', rows: 6, columns: 8,
      reorder: Uint16Array.of(0, 1, 3, 4, 2, 5),
      rowOffset: Uint32Array.of(0, 4, 8, 11, 14, 16, 16),
      occurrence: Uint32Array.of(0, 2, 4, 5, 6),
      columnStride: Uint32Array.of(0, 4, 7, 9, 9),
      compactColumn: Uint16Array.of(1, 3, 4, 7, 0, 2, 5, 4, 7),
      payload: Float32Array.of(2, 4, 5, 8, 12, 14, 15, 18, 31, 33, 36, 41, 43, 46, 25, 28),
    });
    expect(decodeMatrix(matrix)).toEqual(example);
  });

  it('has one tile per group that keeps something', () => {
    const seen = Array.from(tiles(encodeBcrc(example, 6, 8)), (t) => [Array.from(t.rows), Array.from(t.columns), Array.from(t.payload, Number)]);
    expect(seen).toEqual([
      [[0, 1], [1, 3, 4, 7], [2, 4, 5, 8, 12, 14, 15, 18]],
      [[3, 4], [0, 2, 5], [31, 33, 36, 41, 43, 46]],
      [[2], [4, 7], [25, 28]],
    ]);
  });

  it('breaks ties by the first row of a group', () => {
    const matrix = encodeBcrc(Float32Array.of(0, 1, 1, 0, 0, 1), 3, 2);
    expect(Array.from(matrix.reorder)).toEqual([0, 2, 1]);
    expect(Array.from(matrix.compactColumn)).toEqual([1, 0]);
  });

  it('takes four bytes per id only past 65,536 rows or columns', () => {
    const wide = new Float32Array(65537);
    wide[65536] = 1;
    expect(encodeBcrc(wide, 1, 65537).compactColumn).toBeInstanceOf(Uint32Array);
    expect(encodeBcrc(wide, 65537, 1).reorder).toBeInstanceOf(Uint32Array);
    expect(encodeBcrc(wide.subarray(1), 1, 65536).compactColumn).toBeInstanceOf(Uint16Array);
    expect(encodeBcrc(wide.subarray(1), 65536, 1).reorder).toBeInstanceOf(Uint16Array);
  });

  it('stores a matrix without rows or without columns', () => {
    expect(encodeBcrc(new Float32Array(0), 0, 5)).toMatchObject({ rowOffset: Uint32Array.of(0), occurrence: Uint32Array.of(0), columnStride: Uint32Array.of(0) });
    expect(encodeBcrc(new Float32Array(0), 2, 0)).toMatchObject({ rowOffset: Uint32Array.of(0, 0, 0), occurrence: Uint32Array.of(0, 2), columnStride: Uint32Array.of(0, 0) });
  });

  it('refuses values that do not fill the matrix', () => {
    expect(() => encodeBcrc(example, 6, 9)).toThrow(expect.objectContaining({ code: 'encode.length' }));
  });
});
