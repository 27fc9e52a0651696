import type { BcrcMatrix } from '../contract.js';
import type { Rule } from '../rules/rule.js';
import { bitAt, bytesForBits, setBit } from './bits.js';
import { below, lengthIs, risesInside, risesTo, rulesOf, widthIs, type Finding, type SparseSubject } from './subject.js';

const rule = rulesOf('bcrc');

export const BCRC_RULES: readonly Rule<SparseSubject>[] = [
  rule('index-width', (m) => widthIs(m.reorder, m.rows, 'row ids') ?? widthIs(m.compactColumn, m.columns, 'column ids')),
  rule('reorder-length', (m) => lengthIs(m.reorder.length, m.rows, 'reorder')),
  rule('reorder-permutation', eachRowOnce),
  rule('occurrence', (m) => risesTo(m.occurrence, m.rows, 'occurrence', true)),
  rule('column-stride-length', (m) => lengthIs(m.columnStride.length, m.occurrence.length, 'columnStride')),
  rule('column-stride-order', (m) => risesTo(m.columnStride, m.compactColumn.length, 'columnStride')),
  rule('row-order', (m) => risesInside(m.reorder, m.occurrence, 'reorder')),
  rule('column-range', (m) => below(m.compactColumn, m.columns, 'compactColumn')),
  rule('column-order', (m) => risesInside(m.compactColumn, m.columnStride, 'compactColumn')),
  rule('row-offset-length', (m) => lengthIs(m.rowOffset.length, m.rows + 1, 'rowOffset')),
  rule('row-offset', rowsAreAsLongAsTheirGroup),
  rule('payload-length', (m) => lengthIs(m.payload.length, m.rowOffset[m.rows]!, 'payload')),
];

function eachRowOnce(m: BcrcMatrix): Finding {
  const seen = new Uint8Array(bytesForBits(m.rows));
  for (let p = 0; p < m.rows; p++) {
    const row = m.reorder[p]!;
    if (row >= m.rows) return { expected: `reorder[${p}] below ${m.rows}`, actual: `${row}` };
    if (bitAt(seen, row) === 1) return { expected: 'each row once', actual: `row ${row} again at reorder[${p}]` };
    setBit(seen, row);
  }
  return undefined;
}

function rowsAreAsLongAsTheirGroup(m: BcrcMatrix): Finding {
  if (m.rowOffset[0] !== 0) return { expected: 'rowOffset from 0', actual: `${m.rowOffset[0]}` };
  for (let g = 0; g + 1 < m.occurrence.length; g++) {
    const width = m.columnStride[g + 1]! - m.columnStride[g]!;
    for (let p = m.occurrence[g]!; p < m.occurrence[g + 1]!; p++) {
      const length = m.rowOffset[p + 1]! - m.rowOffset[p]!;
      if (length !== width) return { expected: `${width} weights in stored row ${p} of group ${g}`, actual: `${length}` };
    }
  }
  return undefined;
}
