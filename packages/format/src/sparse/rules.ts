import { ENCODINGS } from '../container/matrix-arrays.js';
import type { Rule } from '../rules/rule.js';
import { BCR_RULES } from './bcr-rules.js';
import { BCRC_RULES } from './bcrc-rules.js';
import { CSR_RULES } from './csr-rules.js';
import { PATTERN_RULES } from './pattern-rules.js';
import type { SparseSubject } from './subject.js';

const isSize = (size: number): boolean => Number.isInteger(size) && size >= 0 && size <= 0xffffffff;

/** The structure of each encoding, for matrices that have one and a size: those of a model are held against its schema and their view first. */
export const ENCODING_RULES: readonly Rule<SparseSubject>[] = [...CSR_RULES, ...BCRC_RULES, ...BCR_RULES, ...PATTERN_RULES];

/**
 * The structure of any matrix: a matrix that keeps these rules can be walked, measured and decoded without a
 * further check. Lengths are judged before contents, and no rule takes more time or memory than the arrays at hand justify.
 * That the payload has the dtype of its tensor, and the matrix the size its tensor declares, is judged by the rules of tensors.
 */
export const SPARSE_RULES: readonly Rule<SparseSubject>[] = [
  {
    code: 'sparse.encoding',
    check: ({ matrix, tensor }) => ENCODINGS.includes(matrix.encoding) ? undefined
      : { tensor, expected: ENCODINGS.join(', '), actual: `${String((matrix as { encoding: unknown }).encoding)}` },
  },
  {
    code: 'sparse.size',
    check: ({ matrix: { rows, columns }, tensor }) =>
      isSize(rows) && isSize(columns) && Number.isSafeInteger(rows * columns) ? undefined
        : { tensor, expected: 'sizes below 2^32 with a product below 2^53', actual: `${rows} x ${columns}` },
  },
  ...ENCODING_RULES,
];
