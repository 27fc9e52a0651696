import { FretworkError, type Scheme } from '@fretwork/format';
import type { Matrix } from '../contract.js';

const ALL = {
  rate: (v: number): boolean => v >= 1 && Number.isFinite(v),
  whole: (v: number): boolean => v >= 1 && Number.isSafeInteger(v),
  share: (v: number): boolean => v >= 0 && v <= 1,
} as const;

/** The numbers of a scheme: field, what it must be. */
const FIELDS: readonly { readonly field: string; readonly code: string; readonly says: string; readonly good: (v: number) => boolean }[] = [
  { field: 'rate', code: 'scheme.rate', says: 'a number of at least 1 (10 keeps one weight in ten)', good: ALL.rate },
  { field: 'keep', code: 'scheme.keep', says: 'a whole number of at least 1', good: ALL.whole },
  { field: 'patterns', code: 'scheme.patterns', says: 'a whole number of at least 1', good: ALL.whole },
  { field: 'blockFilters', code: 'scheme.block', says: 'a whole number of at least 1', good: ALL.whole },
  { field: 'blockChannels', code: 'scheme.block', says: 'a whole number of at least 1', good: ALL.whole },
  { field: 'blockRows', code: 'scheme.block', says: 'a whole number of at least 1', good: ALL.whole },
  { field: 'blockColumns', code: 'scheme.block', says: 'a whole number of at least 1', good: ALL.whole },
  { field: 'rowShare', code: 'scheme.share', says: 'a number from 0 (columns only) to 1 (rows only)', good: ALL.share },
];

/** Throws `scheme.*` where a number of `scheme` makes no sense for any matrix. */
export function checkScheme(scheme: Scheme): void {
  const numbers = new Map<string, unknown>(Object.entries(scheme));
  for (const { field, code, says, good } of FIELDS) {
    const value = numbers.get(field);
    if (value === undefined || (typeof value === 'number' && good(value))) continue;
    throw new FretworkError(code, `${field} of a ${scheme.kind} scheme is out of range`, { expected: says, actual: String(value) });
  }
}

/** Throws `matrix.shape`, `matrix.kernel` or `matrix.value`. */
export function checkMatrix(matrix: Matrix): void {
  const { rows, columns, kernel, values } = matrix;
  if (!Number.isSafeInteger(rows) || !Number.isSafeInteger(columns) || rows < 0 || columns < 0 || values.length !== rows * columns) {
    throw new FretworkError('matrix.shape', 'values do not fill the matrix', {
      expected: `${rows} x ${columns}`, actual: `${values.length} values`,
    });
  }
  if (!Number.isSafeInteger(kernel) || kernel < 1 || columns % kernel !== 0) {
    throw new FretworkError('matrix.kernel', 'kernel must divide columns', { expected: `a divisor of ${columns}`, actual: String(kernel) });
  }
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new FretworkError('matrix.value', 'weights must be finite to be ranked', {
      actual: `${values[i]} at row ${Math.floor(i / columns)}, column ${i % columns}`,
      hint: 'the network did not train well, or its file is damaged',
    });
  }
}

/** Throws `projection.patterns` where a pattern does not keep `keep` of `kernel` positions. */
export function checkPatterns(patterns: readonly number[], keep: number, count: number, kernel: number): void {
  const good = (mask: number): boolean => Number.isSafeInteger(mask) && mask > 0 && mask < 2 ** kernel && ones(mask) === keep;
  const bad = patterns.find((mask) => !good(mask));
  if (bad === undefined && patterns.length >= 1 && patterns.length <= count) return;
  throw new FretworkError('projection.patterns', 'the patterns given do not fit the scheme', {
    expected: `1 to ${count} masks with ${keep} of ${kernel} bits set`,
    actual: bad === undefined ? `${patterns.length} patterns` : `mask ${bad}`,
    hint: 'take them from choosePatterns with the same keep and count',
  });
}

function ones(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
