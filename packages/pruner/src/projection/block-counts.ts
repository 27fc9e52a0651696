import type { BcrScheme } from '@fretwork/format';
import { quota } from './allocate.js';
import type { Side } from './block-grid.js';

/**
 * What a block keeps: `fixed` lines of one side, and of the other (`varied`) side `count`, or in some blocks of a
 * balanced allocation one more.
 */
export interface BlockCounts {
  readonly varied: Side;
  readonly fixed: number;
  readonly count: number;
}

interface BlockSize {
  readonly rows: number;
  readonly columns: number;
}

/** The papers' rule, in each block by itself: never more rows (columns) go than asked. */
export function equalCounts(block: BlockSize, scheme: BcrScheme): BlockCounts {
  const rows = quota(block.rows, scheme.rate ** -scheme.rowShare);
  const columns = quota(block.columns, scheme.rate ** (scheme.rowShare - 1));
  return block.rows > block.columns
    ? { varied: 'rows', fixed: columns, count: rows }
    : { varied: 'columns', fixed: rows, count: columns };
}

/**
 * The shorter side keeps what its share of the rate asks for, by the papers' rule; the longer side, whose lines are the
 * finer step, varies to meet the rate: 4x16 at rate 10 and share 1/2 keeps 2 rows (4 · 10^-1/2 = 1.3) and 3.2 columns,
 * that is 3 or 4. Where that leaves less than one line of the longer side, lines of the shorter side go instead, down
 * to one; blocks that are too small even for that keep one line or nothing. Rows only and columns only vary the side
 * they are about.
 */
export function balancedCounts(block: BlockSize, scheme: BcrScheme): BlockCounts {
  const { rate, rowShare } = scheme;
  const oneSide = rowShare === 0 || rowShare === 1;
  const varied = rowShare === 1 || (!oneSide && block.rows > block.columns) ? 'rows' : 'columns';
  const [lines, places, share] = varied === 'columns'
    ? [block.rows, block.columns, rowShare]
    : [block.columns, block.rows, 1 - rowShare];
  const weights = (lines * places) / rate;
  let fixed = quota(lines, rate ** -share);
  if (!oneSide) while (fixed > 1 && weights < fixed) fixed--;
  return { varied, fixed, count: Math.min(Math.floor(weights / fixed + 1e-9), places - 1) };
}
