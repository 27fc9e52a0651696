import type { Rule } from '../rules/rule.js';
import { below, lengthIs, risesInside, risesTo, rulesOf, widthIs, type SparseSubject } from './subject.js';

const rule = rulesOf('csr');

export const CSR_RULES: readonly Rule<SparseSubject>[] = [
  rule('index-width', 'Column ids take two bytes where the matrix allows it, else four.',
    (m) => widthIs(m.column, m.columns, 'column ids')),
  rule('row-offset-length', 'There is one row offset per row and one more.',
    (m) => lengthIs(m.rowOffset.length, m.rows + 1, 'rowOffset')),
  rule('row-offset-order', 'Row offsets start at 0, never fall and end at the number of column ids.',
    (m) => risesTo(m.rowOffset, m.column.length, 'rowOffset')),
  rule('payload-length', 'There is one weight per column id.',
    (m) => lengthIs(m.payload.length, m.column.length, 'payload')),
  rule('column-range', 'Column ids are below the number of columns.',
    (m) => below(m.column, m.columns, 'column')),
  rule('column-order', 'Column ids rise strictly inside a row.',
    (m) => risesInside(m.column, m.rowOffset, 'column')),
];
