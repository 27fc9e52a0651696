import type { BcrcMatrix, BcrMatrix, CsrMatrix, PatternMatrix } from '../../src/contract.js';
import { encodeBcr } from '../../src/sparse/bcr.js';
import { WEIGHTS_5X6 } from '../../test/sample-model.js';
import { attack, otherMatrix, put, withMatrix, type Attack } from './attack.js';

const csr = (change: (matrix: CsrMatrix) => Partial<CsrMatrix>) => withMatrix<CsrMatrix>('fc1.weight', change);
const bcrc = (change: (matrix: BcrcMatrix) => Partial<BcrcMatrix>) => withMatrix<BcrcMatrix>('fc2.weight', change);
const bcr = (change: (matrix: BcrMatrix) => Partial<BcrMatrix>) => withMatrix<BcrMatrix>('fc3.weight', change);
const pattern = (change: (matrix: PatternMatrix) => Partial<PatternMatrix>) => withMatrix<PatternMatrix>('conv.weight', change);

/** The 5 x 6 weights in other blocks, for masks that have bits to spare at their end. */
const blocks = (rows: number, columns: number): BcrMatrix => encodeBcr(WEIGHTS_5X6, 5, 6, { block: [rows, columns] });

/** What the arrays of an encoding can break: all sections and checksums are right. */
export const SPARSE_ATTACKS: readonly Attack[] = [
  attack('csr.index-width', 'has ids of 4 bytes where 2 do', csr((m) => ({ column: Uint32Array.from(m.column) }))),
  attack('csr.row-offset-length', 'has an offset for 4 of 5 rows', csr((m) => ({ rowOffset: m.rowOffset.slice(0, -1) }))),
  attack('csr.row-offset-order', 'has offsets that fall', csr((m) => ({ rowOffset: put(m.rowOffset, { 1: 7 }) }))),
  attack('csr.payload-length', 'has one weight less than ids', csr((m) => ({ payload: m.payload.slice(1) }))),
  attack('csr.column-range', 'has column 65,535 of 6', csr((m) => ({ column: put(m.column as Uint16Array, { 2: 65535 }) }))),
  attack('csr.column-order', 'has a column twice in a row', csr((m) => ({ column: put(m.column as Uint16Array, { 1: 0 }) }))),

  attack('bcrc.index-width', 'has ids of 4 bytes where 2 do', bcrc((m) => ({ reorder: Uint32Array.from(m.reorder) }))),
  attack('bcrc.reorder-length', 'orders 4 of 5 rows', bcrc((m) => ({ reorder: m.reorder.slice(1) }))),
  attack('bcrc.reorder-permutation', 'has one row twice and one not at all', bcrc((m) => ({ reorder: put(m.reorder as Uint16Array, { 1: 0 }) }))),
  attack('bcrc.occurrence', 'has an empty group', bcrc((m) => ({ occurrence: put(m.occurrence, { 1: 0 }) }))),
  attack('bcrc.column-stride-length', 'has a stride less than groups', bcrc((m) => ({ columnStride: m.columnStride.slice(0, -1) }))),
  attack('bcrc.column-stride-order', 'has strides that fall', bcrc((m) => ({ columnStride: put(m.columnStride, { 1: 6 }) }))),
  attack('bcrc.row-order', 'has falling rows in a group', bcrc((m) => ({ reorder: put(m.reorder as Uint16Array, { 0: 1, 1: 0 }) }))),
  attack('bcrc.column-range', 'has column 65,535 of 6', bcrc((m) => ({ compactColumn: put(m.compactColumn as Uint16Array, { 2: 65535 }) }))),
  attack('bcrc.column-order', 'has a column twice in a group', bcrc((m) => ({ compactColumn: put(m.compactColumn as Uint16Array, { 0: 2, 1: 2 }) }))),
  attack('bcrc.row-offset-length', 'has an offset too many', bcrc((m) => ({ rowOffset: Uint32Array.of(...m.rowOffset, 9) }))),
  attack('bcrc.row-offset', 'has a row that is longer than the columns of its group', bcrc((m) => ({ rowOffset: put(m.rowOffset, { 1: 4 }) }))),
  attack('bcrc.payload-length', 'has one weight too many', bcrc((m) => ({ payload: Float32Array.of(...(m.payload as Float32Array), 1) }))),

  attack('bcr.block-size', 'has blocks of 0 rows', bcr(() => ({ blockRows: 0 }))),
  attack('bcr.present-length', 'has 2 bytes for the presence of 6 blocks', otherMatrix('fc3.weight', { ...blocks(5, 1), present: Uint8Array.of(0b00101111, 0) })),
  attack('bcr.present-padding', 'has a seventh block of six', otherMatrix('fc3.weight', { ...blocks(5, 1), present: Uint8Array.of(0b01101111) })),
  attack('bcr.row-mask-length', 'has a byte too many in its row mask', bcr((m) => ({ rowMask: Uint8Array.of(...m.rowMask!, 0) }))),
  attack('bcr.row-mask-padding', 'has a bit behind its row mask', otherMatrix('fc3.weight', blocksWithMasks({ row: 0x04 }))),
  attack('bcr.column-mask-length', 'lacks a byte of its column mask', bcr((m) => ({ columnMask: m.columnMask!.slice(1) }))),
  attack('bcr.column-mask-padding', 'has a bit behind its column mask', otherMatrix('fc3.weight', blocksWithMasks({ column: 0x40 }))),
  attack('bcr.row-mask-edge', 'keeps a row below the matrix', bcr((m) => ({ rowMask: put(m.rowMask!, { 0: m.rowMask![0]! | 0x80 }) }))),
  attack('bcr.column-mask-edge', 'keeps a column right of the matrix', bcr((m) => ({ columnMask: put(m.columnMask!, { 0: m.columnMask![0]! | 0x80 }) }))),
  attack('bcr.payload-length', 'has one weight less than its masks keep', bcr((m) => ({ payload: m.payload.slice(1) }))),

  attack('pattern.kernel', 'has kernels of 4 positions in 6 columns', pattern(() => ({ kernel: 4 }))),
  attack('pattern.id-bits', 'has ids of 2 bits', pattern(() => ({ idBits: 2 as 4 }))),
  attack('pattern.patterns-count', 'has 16 patterns for ids of 4 bits', pattern(() => ({ patterns: Uint32Array.from({ length: 16 }, (_, i) => i + 1) }))),
  attack('pattern.patterns-range', 'has a pattern that keeps nothing', pattern((m) => ({ patterns: put(m.patterns, { 0: 0 }) }))),
  attack('pattern.patterns-order', 'has patterns that fall', pattern(() => ({ patterns: Uint32Array.of(2, 1) }))),
  attack('pattern.ids-length', 'lacks a byte of ids', pattern((m) => ({ ids: m.ids.slice(1) }))),
  attack('pattern.ids-padding', 'has a half byte behind its last id', pattern((m) => ({ ids: put(m.ids, { 7: m.ids[7]! | 0x10 }) }))),
  attack('pattern.ids-range', 'has a kernel with pattern 9 of 3', pattern((m) => ({ ids: put(m.ids, { 0: 9 }) }))),
  attack('pattern.payload-length', 'has one weight less than its patterns keep', pattern((m) => ({ payload: m.payload.slice(1) }))),
];

function blocksWithMasks(extra: { readonly row?: number; readonly column?: number }): BcrMatrix {
  const good = blocks(5, 3);
  return {
    ...good,
    rowMask: put(good.rowMask!, { 1: good.rowMask![1]! | (extra.row ?? 0) }),
    columnMask: put(good.columnMask!, { 0: good.columnMask![0]! | (extra.column ?? 0) }),
  };
}
