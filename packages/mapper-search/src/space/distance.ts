import type { Scheme } from '@fretwork/format';

const ratio = (a: number, b: number): number => Math.abs(Math.log2(a / b));
const rateOf = (scheme: Scheme): number => (scheme.kind === 'dense' ? 1 : scheme.rate);
const isBlock = ({ kind }: Scheme): boolean => kind === 'bcr' || kind === 'block-punched';

/** Rows and columns that share their fate. */
function blockOf(scheme: Scheme): readonly [number, number] {
  switch (scheme.kind) {
    case 'bcr': return [scheme.blockRows, scheme.blockColumns];
    case 'block-punched': return [scheme.blockFilters, scheme.blockChannels];
    default: return [1, 1];
  }
}

/** How unlike two schemes are, to find the nearest of a list: kinds first, then rates, then blocks. 0 for equal ones. */
export function schemeDistance(a: Scheme, b: Scheme): number {
  const kinds = a.kind === b.kind ? 0 : isBlock(a) && isBlock(b) ? 4 : 20;
  const [[rowsA, columnsA], [rowsB, columnsB]] = [blockOf(a), blockOf(b)];
  const shares = a.kind === 'bcr' && b.kind === 'bcr' ? Math.abs(a.rowShare - b.rowShare) : 0;
  return kinds + 2 * ratio(rateOf(a), rateOf(b)) + ratio(rowsA, rowsB) / 2 + ratio(columnsA, columnsB) / 2 + shares;
}
