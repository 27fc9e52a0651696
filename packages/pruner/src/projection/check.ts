import { FretworkError, type Scheme, type SchemeKind } from '@fretwork/format';
import type { Matrix } from '../contract.js';

interface NumberRule {
  readonly code: string;
  readonly says: string;
  readonly good: (value: number) => boolean;
}

/** The same codes as the rules of `@fretwork/format` have for files. */
const RATE: NumberRule = { code: 'scheme.rate', says: 'a number of at least 1 (10 keeps one weight in ten)', good: (v) => v >= 1 && Number.isFinite(v) };
const COUNT: NumberRule = { code: 'scheme.count', says: 'a whole number of at least 1', good: (v) => v >= 1 && Number.isSafeInteger(v) };
const SHARE: NumberRule = { code: 'scheme.row-share', says: 'a number from 0 (columns only) to 1 (rows only)', good: (v) => v >= 0 && v <= 1 };

/** The numbers of each kind of scheme. */
const NUMBERS: { readonly [K in SchemeKind]: { readonly [F in Exclude<keyof Extract<Scheme, { kind: K }>, 'kind'>]: NumberRule } } = {
  dense: {},
  unstructured: { rate: RATE },
  filter: { rate: RATE },
  channel: { rate: RATE },
  pattern: { rate: RATE, keep: COUNT, patterns: COUNT },
  'block-punched': { rate: RATE, blockFilters: COUNT, blockChannels: COUNT },
  bcr: { rate: RATE, blockRows: COUNT, blockColumns: COUNT, rowShare: SHARE },
};

/** Throws `scheme.*` where `scheme` is of no known kind, or one of its numbers makes no sense for any matrix. */
export function checkScheme(scheme: Scheme): void {
  if (!Object.hasOwn(NUMBERS, scheme.kind)) {
    throw new FretworkError('scheme.kind', 'there is no such scheme', { expected: Object.keys(NUMBERS).join(', '), actual: String(scheme.kind) });
  }
  const given = new Map<string, unknown>(Object.entries(scheme));
  for (const [field, { code, says, good }] of Object.entries<NumberRule>(NUMBERS[scheme.kind])) {
    const value = given.get(field);
    if (typeof value === 'number' && good(value)) continue;
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
