import type { BcrMatrix } from '../contract.js';
import type { Rule } from '../rules/rule.js';
import { bitAt, bytesForBits, countBits, paddingIsZero } from './bits.js';
import { gridOf } from './block.js';
import { lengthIs, rulesOf, type Finding, type SparseSubject } from './subject.js';

const rule = rulesOf('bcr');

export const BCR_RULES: readonly Rule<SparseSubject>[] = [
  rule('block-size', (m) =>
    sizeIs(m.blockRows, m.rows, 'rows') ?? sizeIs(m.blockColumns, m.columns, 'columns')),
  rule('present-length', (m) =>
    m.present === undefined ? undefined : lengthIs(m.present.length, bytesForBits(blocksOf(m)), 'present')),
  rule('present-padding', (m) => padding(m.present, blocksOf(m))),
  rule('row-mask-length', (m) =>
    m.rowMask === undefined ? undefined : lengthIs(m.rowMask.length, bytesForBits(storedBlocks(m) * m.blockRows), 'rowMask')),
  rule('row-mask-padding', (m) => padding(m.rowMask, storedBlocks(m) * m.blockRows)),
  rule('column-mask-length', (m) =>
    m.columnMask === undefined ? undefined : lengthIs(m.columnMask.length, bytesForBits(storedBlocks(m) * m.blockColumns), 'columnMask')),
  rule('column-mask-padding', (m) =>
    padding(m.columnMask, storedBlocks(m) * m.blockColumns)),
  rule('row-mask-edge', (m) =>
    m.rowMask === undefined ? undefined : eachStored(m, (k, height) =>
      pastEdge(m.rowMask!, k * m.blockRows + height, m.blockRows - height, k, 'row'))),
  rule('column-mask-edge', (m) =>
    m.columnMask === undefined ? undefined : eachStored(m, (k, _height, width) =>
      pastEdge(m.columnMask!, k * m.blockColumns + width, m.blockColumns - width, k, 'column'))),
  rule('payload-length', (m) =>
    lengthIs(m.payload.length, storedWeights(m), 'payload')),
];

const blocksOf = (m: BcrMatrix): number => {
  const [gridRows, gridColumns] = gridOf([m.blockRows, m.blockColumns], m.rows, m.columns);
  return gridRows * gridColumns;
};

const storedBlocks = (m: BcrMatrix): number => (m.present === undefined ? blocksOf(m) : countBits(m.present, 0, blocksOf(m)));

function sizeIs(size: number, limit: number, of: string): Finding {
  if (Number.isInteger(size) && size >= 1 && size <= Math.max(1, limit)) return undefined;
  return { expected: `1 to ${Math.max(1, limit)} ${of} per block`, actual: `${size}` };
}

const padding = (bytes: Uint8Array | undefined, bits: number): Finding =>
  bytes === undefined || paddingIsZero(bytes, bits) ? undefined
    : { expected: `0 bits past bit ${bits - 1}`, actual: `last byte ${bytes[bytes.length - 1]}` };

const pastEdge = (mask: Uint8Array, from: number, length: number, k: number, of: string): Finding =>
  countBits(mask, from, length) === 0 ? undefined
    : { expected: `no ${of} of stored block ${k} past the edge of the matrix`, actual: `${countBits(mask, from, length)}` };

/**
 * Calls `visit` with place, height and width of each stored block until it finds something. Only called when `present`
 * or a mask has as many bits as there are blocks, so that the grid is no larger than the bytes at hand.
 */
function eachStored(m: BcrMatrix, visit: (k: number, height: number, width: number) => Finding): Finding {
  const [gridRows, gridColumns] = gridOf([m.blockRows, m.blockColumns], m.rows, m.columns);
  let k = 0;
  for (let i = 0; i < gridRows; i++) {
    const height = Math.min(m.blockRows, m.rows - i * m.blockRows);
    for (let j = 0; j < gridColumns; j++) {
      if (m.present !== undefined && bitAt(m.present, i * gridColumns + j) === 0) continue;
      const found = visit(k++, height, Math.min(m.blockColumns, m.columns - j * m.blockColumns));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function storedWeights(m: BcrMatrix): number {
  if (m.present === undefined && m.rowMask === undefined && m.columnMask === undefined) return m.rows * m.columns;
  let weights = 0;
  eachStored(m, (k, height, width) => {
    const rows = m.rowMask === undefined ? height : countBits(m.rowMask, k * m.blockRows, height);
    const columns = m.columnMask === undefined ? width : countBits(m.columnMask, k * m.blockColumns, width);
    weights += rows * columns;
    return undefined;
  });
  return weights;
}
