import { describe, expect, it } from 'vitest';
import { patternMask, Random, weightsUnder } from '../../test/masks.js';
import { decodeMatrix } from './decode.js';
import { indexBytes } from './measure.js';
import { encodePattern } from './pattern.js';
import { tiles } from './tiles.js';

describe('encodePattern', () => {
  it('orders the payload by channel, pattern, row, position', () => {
    // 3 filters x 2 channels of 1x3 kernels.
    const values = Float32Array.of(
      1, 2, 0, 0, 3, 4,
      0, 5, 6, 0, 0, 0,
      7, 8, 0, 0, 9, 10,
    );
    const matrix = encodePattern(values, 3, 6, 3);
    expect({ ...matrix }).toEqual({
      encoding: 'pattern', rows: 3, columns: 6, kernel: 3, patterns: Uint32Array.of(0b011, 0b110), idBits: 4,
      ids: Uint8Array.of(0x21, 0x02, 0x21), payload: Float32Array.of(1, 2, 7, 8, 5, 6, 3, 4, 9, 10),
    });
    expect(Array.from(tiles(matrix), (t) => [Array.from(t.rows), Array.from(t.columns)])).toEqual([
      [[0, 2], [0, 1]], [[1], [1, 2]], [[0, 2], [4, 5]],
    ]);
  });

  it('costs one half byte per kernel for eight patterns, nothing per weight', () => {
    const random = new Random(6);
    const values = weightsUnder(random, patternMask(random, 64, 32 * 9, 4));
    expect(indexBytes(encodePattern(values, 64, 32 * 9, 9))).toBe(8 * 4 + (64 * 32) / 2);
  });

  it('takes a byte per id from 16 patterns on', () => {
    const values = Uint8Array.from({ length: 16 * 5 }, (_, i) => ((Math.floor(i / 5) + 1) >> (i % 5)) & 1);
    expect(encodePattern(values.subarray(0, 75), 15, 5, 5).idBits).toBe(4);
    expect(encodePattern(values, 16, 5, 5)).toMatchObject({ idBits: 8, ids: Uint8Array.from({ length: 16 }, (_, i) => i + 1) });
  });

  it('holds kernels of 32 positions, the sign bit of the pattern included', () => {
    const values = new Float32Array(64);
    values[31] = 1;
    values[32] = 2;
    const matrix = encodePattern(values, 1, 64, 32);
    expect(Array.from(matrix.patterns)).toEqual([1, 0x80000000]);
    expect(decodeMatrix(matrix)).toEqual(values);
  });

  it('needs no pattern where nothing is kept', () => {
    expect(encodePattern(new Float32Array(9), 1, 9, 9)).toMatchObject({ patterns: new Uint32Array(0), ids: Uint8Array.of(0), payload: new Float32Array(0) });
    expect(encodePattern(new Float32Array(0), 0, 9, 9).ids).toHaveLength(0);
    expect(encodePattern(new Float32Array(0), 4, 0, 9).ids).toHaveLength(0);
  });

  it.each([
    ['a kernel past 32 positions', 33, 33],
    ['a kernel of no positions', 0, 9],
    ['a kernel that does not divide the columns', 4, 9],
  ])('refuses %s', (_, kernel, columns) => {
    expect(() => encodePattern(new Float32Array(columns), 1, columns, kernel)).toThrow(expect.objectContaining({ code: 'encode.impossible' }));
  });

  it('refuses more than 255 patterns', () => {
    const values = Uint8Array.from({ length: 256 * 9 }, (_, i) => ((Math.floor(i / 9) + 1) >> (i % 9)) & 1);
    expect(encodePattern(values.subarray(0, 255 * 9), 255, 9, 9).patterns).toHaveLength(255);
    expect(() => encodePattern(values, 256, 9, 9)).toThrow(/more than 255 patterns/);
  });
});
