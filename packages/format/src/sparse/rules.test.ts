import { describe, expect, it } from 'vitest';
import type { BcrMatrix, BcrcMatrix, CsrMatrix, PatternMatrix, SparseMatrix } from '../contract.js';
import { FretworkError } from '../error.js';
import { enforce } from '../rules/rule.js';
import { Random } from '../../test/masks.js';
import { encodeBcr } from './bcr.js';
import { encodeBcrc } from './bcrc.js';
import { encodeCsr } from './csr.js';
import { decodeMatrix } from './decode.js';
import { encodePattern } from './pattern.js';
import { SPARSE_RULES } from './rules.js';

/** Two rows alike, one shorter, one empty; 6 columns. */
const values = Float32Array.of(
  1, 0, 2, 0, 0, 3,
  4, 0, 5, 0, 0, 6,
  0, 7, 0, 8, 0, 0,
  0, 0, 0, 0, 0, 0,
  0, 0, 9, 0, 0, 0,
);
const csr = (): CsrMatrix => encodeCsr(values, 5, 6);
const bcrc = (): BcrcMatrix => encodeBcrc(values, 5, 6);
/** 3 x 2 blocks, of which those at the right and below are cut by the edge; with both masks and `present`. */
const bcr = (): BcrMatrix => encodeBcr(values, 5, 6, { block: [2, 4] });
/** 8 x 2 blocks of which one is stored. */
const sparseBcr = (): BcrMatrix => {
  const one = new Float32Array(30 * 32);
  one[5] = 1;
  one[6] = 2;
  return encodeBcr(one, 30, 32, { block: [4, 16] });
};
/** 15 kernels of 2 positions: patterns {0}, {1} and both. */
const pattern = (): PatternMatrix => encodePattern(values, 5, 6, 2);

const change = <M extends SparseMatrix>(make: () => M, changes: (matrix: M) => Partial<M>): SparseMatrix => {
  const matrix = make();
  return { ...matrix, ...changes(matrix) };
};

/** A copy of `array` with some places changed. */
const put = <A extends Uint8Array | Uint16Array | Uint32Array>(array: A, places: Record<number, number>): A => {
  const copy = array.slice() as A;
  for (const [place, value] of Object.entries(places)) copy[Number(place)] = value;
  return copy;
};

/** One matrix per rule, which breaks that rule and none before it. */
const BROKEN: Record<string, () => SparseMatrix> = {
  'sparse.encoding': () => ({ ...csr(), encoding: 'coo' }) as unknown as SparseMatrix,
  'sparse.size': () => change(csr, () => ({ rows: -1 })),

  'csr.index-width': () => change(csr, (m) => ({ column: Uint32Array.from(m.column) })),
  'csr.row-offset-length': () => change(csr, (m) => ({ rowOffset: m.rowOffset.slice(0, -1) })),
  'csr.row-offset-order': () => change(csr, (m) => ({ rowOffset: put(m.rowOffset, { 1: 7 }) })),
  'csr.payload-length': () => change(csr, (m) => ({ payload: m.payload.slice(1) })),
  'csr.column-range': () => change(csr, (m) => ({ column: put(m.column as Uint16Array, { 2: 6 }) })),
  'csr.column-order': () => change(csr, (m) => ({ column: put(m.column as Uint16Array, { 1: 0 }) })),

  'bcrc.index-width': () => change(bcrc, (m) => ({ reorder: Uint32Array.from(m.reorder) })),
  'bcrc.reorder-length': () => change(bcrc, (m) => ({ reorder: m.reorder.slice(1) })),
  'bcrc.reorder-permutation': () => change(bcrc, (m) => ({ reorder: put(m.reorder as Uint16Array, { 1: 0 }) })),
  'bcrc.occurrence': () => change(bcrc, (m) => ({ occurrence: put(m.occurrence, { 1: 0 }) })),
  'bcrc.column-stride-length': () => change(bcrc, (m) => ({ columnStride: m.columnStride.slice(0, -1) })),
  'bcrc.column-stride-order': () => change(bcrc, (m) => ({ columnStride: put(m.columnStride, { 1: 6 }) })),
  'bcrc.row-order': () => change(bcrc, (m) => ({ reorder: put(m.reorder as Uint16Array, { 0: 1, 1: 0 }) })),
  'bcrc.column-range': () => change(bcrc, (m) => ({ compactColumn: put(m.compactColumn as Uint16Array, { 2: 9 }) })),
  'bcrc.column-order': () => change(bcrc, (m) => ({ compactColumn: put(m.compactColumn as Uint16Array, { 0: 2, 1: 2 }) })),
  'bcrc.row-offset-length': () => change(bcrc, (m) => ({ rowOffset: Uint32Array.of(...m.rowOffset, 9) })),
  'bcrc.row-offset': () => change(bcrc, (m) => ({ rowOffset: put(m.rowOffset, { 1: 4 }) })),
  'bcrc.payload-length': () => change(bcrc, (m) => ({ payload: Float32Array.of(...(m.payload as Float32Array), 1) })),

  'bcr.block-size': () => change(bcr, () => ({ blockRows: 0 })),
  'bcr.present-length': () => change(sparseBcr, (m) => ({ present: m.present!.slice(1) })),
  'bcr.present-padding': () => change(
    () => encodeBcr(values, 5, 6, { block: [5, 1] }), () => ({ present: Uint8Array.of(0b01101111) })),
  'bcr.row-mask-length': () => change(bcr, (m) => ({ rowMask: Uint8Array.of(...m.rowMask!, 0) })),
  'bcr.row-mask-padding': () => change(
    () => encodeBcr(values, 5, 6, { block: [5, 3] }), (m) => ({ rowMask: put(m.rowMask!, { 1: m.rowMask![1]! | 0x04 }) })),
  'bcr.column-mask-length': () => change(bcr, (m) => ({ columnMask: m.columnMask!.slice(1) })),
  'bcr.column-mask-padding': () => change(
    () => encodeBcr(values, 5, 6, { block: [5, 3] }), (m) => ({ columnMask: put(m.columnMask!, { 0: m.columnMask![0]! | 0x40 }) })),
  'bcr.row-mask-edge': () => change(bcr, (m) => ({ rowMask: put(m.rowMask!, { 0: m.rowMask![0]! | 0x80 }) })),
  'bcr.column-mask-edge': () => change(bcr, (m) => ({ columnMask: put(m.columnMask!, { 0: m.columnMask![0]! | 0x80 }) })),
  'bcr.payload-length': () => change(bcr, (m) => ({ payload: m.payload.slice(1) })),

  'pattern.kernel': () => change(pattern, () => ({ kernel: 4 })),
  'pattern.id-bits': () => change(pattern, () => ({ idBits: 2 as 4 })),
  'pattern.patterns-count': () => change(pattern, () => ({ patterns: Uint32Array.from({ length: 16 }, (_, i) => i + 1) })),
  'pattern.patterns-range': () => change(pattern, (m) => ({ patterns: put(m.patterns, { 0: 0 }) })),
  'pattern.patterns-order': () => change(pattern, () => ({ patterns: Uint32Array.of(2, 1) })),
  'pattern.ids-length': () => change(pattern, (m) => ({ ids: m.ids.slice(1) })),
  'pattern.ids-padding': () => change(pattern, (m) => ({ ids: put(m.ids, { 7: m.ids[7]! | 0x10 }) })),
  'pattern.ids-range': () => change(pattern, (m) => ({ ids: put(m.ids, { 0: 9 }) })),
  'pattern.payload-length': () => change(pattern, (m) => ({ payload: m.payload.slice(1) })),
};

const judge = (matrix: SparseMatrix): string => {
  try {
    enforce(SPARSE_RULES, { matrix, tensor: 'w' });
    return 'accepted';
  } catch (error) {
    if (!(error instanceof FretworkError)) throw error;
    return error.code;
  }
};

describe('SPARSE_RULES', () => {
  it('has codes that differ, each with a matrix here that breaks it', () => {
    const codes = SPARSE_RULES.map((rule) => rule.code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(Object.keys(BROKEN).sort()).toEqual([...codes].sort());
  });

  it.each(SPARSE_RULES.map((rule) => rule.code))('%s is broken by its own matrix, which keeps all rules before', (code) => {
    expect(judge(BROKEN[code]!())).toBe(code);
  });

  it.each([csr, bcrc, bcr, sparseBcr, pattern].map((make) => make()))('accepts $encoding before it was changed', (matrix) => {
    expect(judge(matrix)).toBe('accepted');
  });

  it('names the tensor, what was expected and what was found', () => {
    expect(() => enforce(SPARSE_RULES, { matrix: BROKEN['csr.column-range']!(), tensor: 'conv1.weight' }))
      .toThrow(/tensor "conv1\.weight".*expected column\[2\] below 6, found 6/);
  });

  it.each([NaN, 1.5, 2 ** 32, Infinity])('refuses %d rows', (rows) => {
    expect(judge({ ...csr(), rows })).toBe('sparse.size');
    expect(judge({ ...bcr(), blockColumns: rows })).toBe('bcr.block-size');
  });

  it('refuses sizes whose product is no safe integer', () => {
    expect(judge({ ...csr(), rows: 2 ** 32 - 1, columns: 2 ** 32 - 1 })).toBe('sparse.size');
  });

  it('judges huge declared sizes by the bytes at hand, at once', () => {
    const rows = 2 ** 31;
    const small = { rows, columns: 4096, payload: new Float32Array(1) };
    expect(judge({ ...small, encoding: 'csr', rowOffset: new Uint32Array(2), column: new Uint16Array(1) })).toBe('csr.row-offset-length');
    expect(judge({ ...small, encoding: 'bcr', blockRows: 1, blockColumns: 1 })).toBe('bcr.payload-length');
    expect(judge({ ...small, encoding: 'bcr', blockRows: 1, blockColumns: 1, present: new Uint8Array(9) })).toBe('bcr.present-length');
    expect(judge({ ...small, encoding: 'bcr', blockRows: 1, blockColumns: 1, rowMask: new Uint8Array(9) })).toBe('bcr.row-mask-length');
    expect(judge({ ...small, encoding: 'pattern', kernel: 1, patterns: Uint32Array.of(1), idBits: 4, ids: new Uint8Array(9) })).toBe('pattern.ids-length');
  });

  it('lets a block be declared far larger than what it holds, and walks it by what it holds', () => {
    const matrix: BcrMatrix = {
      encoding: 'bcr', rows: 2 ** 20 + 1, columns: 1, blockRows: 2 ** 20, blockColumns: 1, present: Uint8Array.of(0b10), payload: Float32Array.of(7),
    };
    expect(judge(matrix)).toBe('accepted');
    expect(decodeMatrix(matrix)[2 ** 20]).toBe(7);
  });

  it('decides about any change of any array without another error, and what it accepts can be decoded', () => {
    const seed = 20;
    const random = new Random(seed);
    const makers: readonly (() => SparseMatrix)[] = [csr, bcrc, bcr, sparseBcr, pattern];
    let refused = 0;
    for (let i = 0; i < 6000; i++) {
      const matrix = disturb(random.pick(makers)(), random);
      const verdict = judge(matrix);
      if (verdict !== 'accepted') refused++;
      else expect(decodeMatrix(matrix), `seed ${seed}, case ${i}`).toHaveLength(matrix.rows * matrix.columns);
    }
    expect(refused).toBeGreaterThan(3000);
  });
});

/** Changes one or two fields: an element, a length, a size. */
function disturb(matrix: SparseMatrix, random: Random): SparseMatrix {
  const record: Record<string, unknown> = { ...matrix };
  for (let times = random.integer(1, 2); times > 0; times--) {
    const name = random.pick(Object.keys(record).filter((key) => key !== 'encoding'));
    const field = record[name];
    if (typeof field === 'number') record[name] = random.pick([0, 1, field + 1, field - 1, 255, 70000, 2 ** 33, NaN]);
    else if (field instanceof Uint8Array || field instanceof Uint16Array || field instanceof Uint32Array || field instanceof Float32Array) {
      const copy = random.next() < 0.3 ? field.slice(0, random.integer(0, field.length)) : field.slice();
      if (copy.length > 0) copy[random.integer(0, copy.length - 1)] = random.pick([0, 1, 2, 5, 6, 128, 255, 0xffff]);
      record[name] = copy;
    }
  }
  return record as unknown as SparseMatrix;
}
