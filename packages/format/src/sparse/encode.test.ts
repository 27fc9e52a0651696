import { describe, expect, it } from 'vitest';
import type { MatrixView, Scheme } from '../contract.js';
import { dense, zeros } from '../dtype.js';
import { bcrMask, channelMask, patternMask, Random, unstructuredMask, weightsUnder } from '../../test/masks.js';
import { decode } from './decode.js';
import { encode } from './encode.js';
import { densityOf, indexBytes, nnzOf, payloadBytes } from './measure.js';
import { candidateName, OWN_TILES_SLACK, planEncoding } from './plan.js';

const matrixView = (rows: number, columns: number, kernel = 1): MatrixView => ({ count: 1, rows, columns, order: 'row-major', kernel });

describe('encode', () => {
  const random = new Random(8);

  it('chooses the block of the scheme, and says why in bytes', () => {
    const scheme: Scheme = { kind: 'bcr', rate: 10, blockRows: 6, blockColumns: 24, rowShare: 0.5 };
    const tensor = dense('f32', [96, 240], weightsUnder(random, bcrMask(random, 96, 240, 6, 24, 10, 0.5)));
    const { plan } = encode(tensor, matrixView(96, 240), { scheme });
    expect(candidateName(plan.chosen)).toBe('bcr 6x24');
    expect(plan.reason).toMatch(/^bcr 6x24: [\d,]+ bytes, (csr|bcrc) [\d,]+, /);
    expect(plan.reason).toContain('dense 92,160');
    expect(candidateName(plan.candidates[1]!)).toBe('bcr 6x24');
  });

  it('keeps the tiles of the scheme where smaller ones would save next to nothing', () => {
    const scheme: Scheme = { kind: 'bcr', rate: 10, blockRows: 4, blockColumns: 16, rowShare: 0 };
    const tensor = dense('f32', [128, 512], weightsUnder(random, bcrMask(random, 128, 512, 4, 16, 10, 0)));
    const least = planEncoding(tensor, matrixView(128, 512)).chosen;
    const { chosen } = planEncoding(tensor, matrixView(128, 512), { scheme });
    if (!least.ok || !chosen.ok) expect.fail('an encoding must be possible');
    expect(candidateName(least)).toBe('bcr 4x4');
    expect(candidateName(chosen)).toBe('bcr 4x16');
    expect(chosen.totalBytes).toBeLessThanOrEqual(least.totalBytes * (1 + OWN_TILES_SLACK));
  });

  it('counts the channels of a block-punched scheme in columns', () => {
    const plan = planEncoding(zeros('f32', [16, 8, 3, 3]), matrixView(16, 72, 9), {
      scheme: { kind: 'block-punched', rate: 2, blockFilters: 8, blockChannels: 4 },
    });
    expect(candidateName(plan.candidates[1]!)).toBe('bcr 8x36');
  });

  it('chooses patterns where a 3x3 layer has few', () => {
    const tensor = dense('f32', [32, 16, 3, 3], weightsUnder(random, patternMask(random, 32, 144, 4)));
    const { tensor: encoded, plan } = encode(tensor, matrixView(32, 144, 9));
    expect(plan.chosen.encoding).toBe('pattern');
    expect(decode(encoded)).toEqual(tensor);
  });

  it('gives the tensor itself back where dense is smallest, without elements too', () => {
    for (const [rows, columns] of [[8, 8], [0, 8], [8, 0]] as const) {
      const tensor = dense('f32', [rows, columns], new Float32Array(rows * columns).fill(1));
      const result = encode(tensor, matrixView(rows, columns));
      expect(result.tensor).toBe(tensor);
      expect(result.plan.chosen.encoding).toBe('dense');
    }
  });

  it('does not mix encodings between the matrices of a tensor', () => {
    const gates = [bcrMask(random, 64, 64, 4, 16, 8, 0), unstructuredMask(random, 64, 64, 20), channelMask(random, 64, 64, 1, 4)];
    const tensor = dense('f32', [1, 192, 64], weightsUnder(random, Uint8Array.from(gates.flatMap((mask) => Array.from(mask)))));
    const { tensor: encoded } = encode(tensor, { count: 3, rows: 64, columns: 64, order: 'row-major', kernel: 1 });
    if (encoded.kind !== 'sparse') throw new Error('expected to be sparse');
    expect(new Set(encoded.matrices.map((m) => m.encoding)).size).toBe(1);
    expect(decode(encoded)).toEqual(tensor);
  });

  it('reads a column-major view: [K, N] as N x K', () => {
    const tensor = dense('f32', [2, 3], Float32Array.of(0, 1, 0, 0, 2, 0));
    const { tensor: encoded } = encode(tensor, { count: 1, rows: 3, columns: 2, order: 'column-major', kernel: 1 }, { encodings: ['csr'] });
    if (encoded.kind !== 'sparse') throw new Error('expected to be sparse');
    expect(encoded.matrices[0]).toMatchObject({ rows: 3, columns: 2, rowOffset: Uint32Array.of(0, 0, 2, 2), column: Uint16Array.of(0, 1) });
    expect(decode(encoded)).toEqual(tensor);
  });

  it('keeps NaN, and takes both zeros of f16 and bf16 for zero, but not the same bits of u16', () => {
    const kept = (dtype: 'f16' | 'bf16' | 'u16') =>
      nnzOf(encode(dense(dtype, [1, 4], Uint16Array.of(0x8000, 0, 0x7e01, 0)), matrixView(1, 4), { encodings: ['csr'] }).tensor);
    expect([kept('f16'), kept('bf16'), kept('u16')]).toEqual([1, 1, 2]);
    const nan = encode(dense('f32', [1, 3], Float32Array.of(-0, NaN, 0)), matrixView(1, 3), { encodings: ['csr'] }).tensor;
    expect(decode(nan).data).toEqual(Float32Array.of(0, NaN, 0));
  });

  it('says of each candidate that is none why', () => {
    const plan = planEncoding(zeros('f32', [4, 2, 7, 7]), matrixView(4, 98, 49), { encodings: ['pattern', 'csr'] });
    const reasons = plan.candidates.flatMap((c) => (c.ok ? [] : [`${candidateName(c)}: ${c.reason}`]));
    expect(reasons).toContain('dense: a sparse encoding was asked for');
    expect(reasons).toContain('bcrc: not among the encodings asked for');
    expect(reasons).toContain('pattern: a kernel of 49 positions is not 1 to 32');
    expect(plan.chosen.encoding).toBe('csr');
  });

  it('throws where nothing that was asked for is possible, and where the view does not fit', () => {
    expect(() => encode(zeros('f32', [4, 2, 7, 7]), matrixView(4, 98, 49), { encodings: ['pattern'] }))
      .toThrow(expect.objectContaining({ code: 'encode.impossible', message: expect.stringContaining('a kernel of 49 positions') }));
    expect(() => encode(zeros('f32', [4, 2]), matrixView(4, 3))).toThrow(expect.objectContaining({ code: 'encode.view' }));
  });

  it('measures dense tensors by what is not zero', () => {
    const tensor = dense('f32', [2, 2], Float32Array.of(1, 0, -0, 2));
    expect([nnzOf(tensor), densityOf(tensor), indexBytes(tensor), payloadBytes(tensor)]).toEqual([2, 0.5, 0, 16]);
    expect(densityOf(zeros('f32', [0, 3]))).toBe(1);
  });
});
