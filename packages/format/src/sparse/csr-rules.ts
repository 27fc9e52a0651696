import type { Rule } from '../rules/rule.js';
import { below, lengthIs, risesInside, risesTo, rulesOf, widthIs, type SparseSubject } from './subject.js';

const rule = rulesOf('csr');

export const CSR_RULES: readonly Rule<SparseSubject>[] = [
  rule('index-width', (m) => widthIs(m.column, m.columns, 'column ids')),
  rule('row-offset-length', (m) => lengthIs(m.rowOffset.length, m.rows + 1, 'rowOffset')),
  rule('row-offset-order', (m) => risesTo(m.rowOffset, m.column.length, 'rowOffset')),
  rule('payload-length', (m) => lengthIs(m.payload.length, m.column.length, 'payload')),
  rule('column-range', (m) => below(m.column, m.columns, 'column')),
  rule('column-order', (m) => risesInside(m.column, m.rowOffset, 'column')),
];
