import { describe, expect, it } from 'vitest';
import { bcrMask, channelMask, filterMask, Random, weightsUnder, type Mask } from '../../test/masks.js';
import { encodeBcr } from './bcr.js';
import { decodeMatrix } from './decode.js';
import { indexBytes, payloadBytes } from './measure.js';
import { measureCsr } from './csr.js';
import { keptOf } from './kept.js';

describe('encodeBcr', () => {
  it('packs the masks of stored blocks without gaps', () => {
    // Blocks of 2x3 over 2x6: the left keeps row 1, columns 0 and 2, the right keeps both rows, column 4.
    const matrix = encodeBcr(Float32Array.of(0, 0, 0, 0, 5, 0, 1, 0, 3, 0, 6, 0), 2, 6, { block: [2, 3] });
    expect({ ...matrix }).toEqual({
      encoding: 'bcr', rows: 2, columns: 6, blockRows: 2, blockColumns: 3,
      rowMask: Uint8Array.of(0b1110), columnMask: Uint8Array.of(0b010101), payload: Float32Array.of(1, 3, 5, 6),
    });
  });

  it('stores zeros where a block is no exact product, -0 as +0', () => {
    const matrix = encodeBcr(Float32Array.of(1, -0, -0, 2), 2, 2, { block: [2, 2] });
    expect({ ...matrix }).toEqual({
      encoding: 'bcr', rows: 2, columns: 2, blockRows: 2, blockColumns: 2, payload: Float32Array.of(1, 0, 0, 2),
    });
    expect(Array.from(decodeMatrix(matrix) as Float32Array, (x) => Object.is(x, -0))).toEqual([false, false, false, false]);
  });

  it('leaves out masks that say nothing', () => {
    const random = new Random(3);
    const encoded = (mask: Mask, block: readonly [number, number]) => {
      const { rowMask, columnMask, present } = encodeBcr(weightsUnder(random, mask), 64, 72, { block });
      return [rowMask !== undefined, columnMask !== undefined, present !== undefined];
    };
    expect(encoded(bcrMask(random, 64, 72, 4, 12, 3, 0), [4, 12]), 'columns only').toEqual([false, true, false]);
    expect(encoded(bcrMask(random, 64, 72, 8, 12, 2, 1), [8, 12]), 'rows only').toEqual([true, false, false]);
    expect(encoded(bcrMask(random, 64, 72, 8, 12, 4, 0.5), [8, 12]), 'both').toEqual([true, true, false]);
    expect(encoded(new Uint8Array(64 * 72).fill(1), [8, 12]), 'nothing gone').toEqual([false, false, false]);
    expect(encoded(filterMask(random, 64, 72, 4), [1, 72]), 'whole blocks gone').toEqual([false, false, true]);
    expect(encoded(channelMask(random, 64, 72, 9, 4), [64, 9]), 'whole blocks gone').toEqual([false, false, true]);
    expect(encoded(new Uint8Array(64 * 72), [8, 12]), 'all gone').toEqual([false, false, true]);
  });

  it('takes presence bits only where they pay', () => {
    const random = new Random(4);
    const mask = bcrMask(random, 32, 64, 4, 16, 4, 0.5);
    const columns = 64;
    const clear = (block: number): void => {
      const top = Math.floor(block / 4) * 4;
      for (let r = top; r < top + 4; r++) mask.fill(0, r * columns + (block % 4) * 16, r * columns + (block % 4) * 16 + 16);
    };
    clear(0);
    // 32 blocks: presence costs 4 bytes, an empty block 20 bits of masks.
    expect(encodeBcr(weightsUnder(random, mask), 32, 64, { block: [4, 16] }).present).toBeUndefined();
    [1, 2, 3].forEach(clear);
    expect(encodeBcr(weightsUnder(random, mask), 32, 64, { block: [4, 16] }).present).toHaveLength(4);
  });

  it('takes blocks larger than the matrix for the whole matrix', () => {
    expect(encodeBcr(Float32Array.of(1, 0, 1, 0), 2, 2, { block: [1024, 256] })).toMatchObject({
      blockRows: 2, blockColumns: 2, columnMask: Uint8Array.of(1),
    });
  });

  it('stores a matrix without rows or without columns', () => {
    for (const [rows, columns] of [[0, 0], [0, 7], [7, 0]] as const) {
      const matrix = encodeBcr(new Float32Array(0), rows, columns);
      expect(matrix).toMatchObject({ rows, columns, blockRows: Math.max(1, rows), blockColumns: Math.max(1, columns) });
      expect(indexBytes(matrix) + payloadBytes(matrix)).toBe(0);
    }
  });

  it('finds the block of the mask among its candidates, and one that is not, through the scheme', () => {
    const random = new Random(5);
    const found = encodeBcr(weightsUnder(random, bcrMask(random, 256, 256, 8, 32, 10, 0.3)), 256, 256);
    expect([found.blockRows, found.blockColumns]).toEqual([8, 32]);
    const values = weightsUnder(random, bcrMask(random, 240, 300, 12, 20, 10, 0.3));
    const own = encodeBcr(values, 240, 300, { scheme: { kind: 'bcr', rate: 10, blockRows: 12, blockColumns: 20, rowShare: 0.3 } });
    expect([own.blockRows, own.blockColumns]).toEqual([12, 20]);
  });
});

describe('index bytes of BCR masks, 512x4608 float32, a tenth kept', () => {
  const random = new Random(42);
  const ratio = (blockRows: number, blockColumns: number, rowShare: number): number => {
    const mask = bcrMask(random, 512, 4608, blockRows, blockColumns, 10, rowShare);
    const values = weightsUnder(random, mask);
    const kept = keptOf(values, 512, 4608);
    expect(kept.nnz / values.length).toBeCloseTo(0.1, 2);
    const matrix = encodeBcr(values, 512, 4608, { block: [blockRows, blockColumns] });
    expect(matrix.payload).toHaveLength(kept.nnz);
    const csr = measureCsr(kept, 2);
    expect(csr.ok && indexBytes(matrix) < csr.indexBytes).toBe(true);
    return indexBytes(matrix) / payloadBytes(matrix);
  };

  it('are at most 0.20 of the payload at 4x16, rows and columns pruned', () => {
    expect(ratio(4, 16, 0.5)).toBeLessThanOrEqual(0.2);
  });

  it('are at most 0.08 of the payload at 8x32, rows and columns pruned', () => {
    expect(ratio(8, 32, 0.5)).toBeLessThanOrEqual(0.08);
  });

  it('are at most 0.12 of the payload at 4x16, columns pruned', () => {
    expect(ratio(4, 16, 0)).toBeLessThanOrEqual(0.12);
  });
});
