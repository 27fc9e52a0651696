import { FretworkError, type DType, type SparseMatrix } from '@fretwork/format';
import { dealGroups, dealNeighbours } from './balance.js';
import type { Part, RowGroup, Schedule, ScheduleOptions, Segment } from './contract.js';
import { groupRows } from './reorder.js';
import { rowsOf, stackOf } from './rows.js';
import { Segments } from './segments.js';

/** A mask is one 32-bit word. */
const TALLEST = 32;

/**
 * The schedule of `matrices`, stacked: they have equal columns and read the same activations, as the gates of a
 * recurrent layer do. Pure. `dtype` says how elements are to be read; left out: as numbers.
 * Throws `schedule.options` for options that make no sense, `schedule.columns` where the matrices do not stack.
 */
export function planSchedule(matrices: readonly SparseMatrix[], options: ScheduleOptions, dtype?: DType): Schedule {
  const rows = rowsOf(stackOf(matrices), dtype);
  const { columns } = rows;
  const { height, rowCounts, chunk, reorder = 'by-columns', sharing = 'by-mask', threads = 1, balance: wanted = 1.05, fence } = checked(options, rows.rows);
  const grouping = groupRows(rows, { rows: rows.rows, groupRows: fence }, height, reorder);
  const weightOf = (row: number): number => rows.start[row + 1]! - rows.start[row]!;
  const { parts: dealt, balance, unbalanced } = (reorder === 'as-stored' ? dealNeighbours : dealGroups)(grouping, weightOf, threads, wanted);
  const segments = new Segments(rows, chunk === 0 ? Math.max(1, columns) : chunk, sharing, rowCounts);

  const order = new Uint32Array(rows.rows);
  const groups: RowGroup[] = [];
  const parts: Part[] = [];
  let start = 0;
  let weights = 0;
  for (const part of dealt) {
    const from = groups.length;
    let partNnz = 0;
    for (const group of part) {
      order.set(group, start);
      const first = weights;
      const own = segments.of(group).map((segment): Segment => {
        const at = weights;
        weights += segment.count * segment.columns.length;
        return { ...segment, weights: at };
      });
      groups.push({ start, height: group.length, nnz: weights - first, weights: first, segments: own });
      start += group.length;
      partNnz += weights - first;
    }
    parts.push({ from, to: groups.length, nnz: partNnz });
  }
  return { rows: rows.rows, columns, nnz: rows.nnz, order, groups, parts, balance, ...(unbalanced === undefined ? {} : { unbalanced }) };
}

function checked(options: ScheduleOptions, rows: number): ScheduleOptions & { readonly chunk: number; readonly rowCounts: readonly number[]; readonly fence: number } {
  const { height, chunk = 0, threads = 1 } = options;
  const fence = options.groupRows ?? Math.max(1, rows);
  const rowCounts = [...options.rowCounts ?? Array.from({ length: height }, (_, i) => i + 1)].sort((a, b) => b - a);
  const whole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;
  const wrong = !whole(height, 1) || height > TALLEST ? `height ${height}, which is not 1 to ${TALLEST}`
    : !whole(chunk, 0) ? `chunk ${chunk}`
      : !whole(threads, 1) ? `threads ${threads}`
        : !whole(fence, 1) || rows % fence !== 0 ? `groupRows ${fence} of ${rows} rows`
          : !rowCounts.every((count) => whole(count, 1)) || !rowCounts.includes(1) ? `rowCounts ${rowCounts.join(', ')}, which must be positive with 1 among them`
            : undefined;
  if (wrong !== undefined) throw new FretworkError('schedule.options', 'a schedule cannot be planned like this', { actual: wrong, hint: 'see ScheduleOptions' });
  return { ...options, chunk, rowCounts, fence };
}
