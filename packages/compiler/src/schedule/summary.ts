import type { Schedule, ScheduleSummary } from './contract.js';

/** `schedule` in numbers. */
export function summariseSchedule(schedule: Schedule): ScheduleSummary {
  const { rows, columns, nnz, groups, parts, balance, unbalanced } = schedule;
  const sharedBy: number[] = [];
  let segments = 0;
  let loads = 0;
  for (const group of groups) {
    segments += group.segments.length;
    for (const { count, columns } of group.segments) {
      while (sharedBy.length < count) sharedBy.push(0);
      sharedBy[count - 1]! += columns.length;
      loads += columns.length;
    }
  }
  return {
    rows, columns, nnz, groups: groups.length, segments, loads, loadsPerRow: nnz, loadsSaved: nnz - loads,
    sharedBy, partsNnz: parts.map((part) => part.nnz), balance, ...(unbalanced === undefined ? {} : { unbalanced }),
  };
}
