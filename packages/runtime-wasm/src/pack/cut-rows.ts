import { firstRowOf, type Runs } from './runs.js';

/** Rows, or whatever else is cut, `[from, to)`. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

export interface RowPart extends Part {
  /** Of its runs together. */
  readonly cost: number;
}

/** `rows` rows as at most `count` parts; no run reaches across. `cost`: of a run. `upTo`: share of all cost that so many parts have together, about; left out: parts are equal. */
export function cutRows(runs: Runs, rows: number, count: number, cost: (run: number) => number, upTo = (parts: number): number => parts / count): readonly RowPart[] {
  const before = new Float64Array(rows + 1);
  const across = new Int32Array(rows + 1);
  for (let i = 0; i < runs.count; i++) {
    const [low, high] = [firstRowOf(runs, i), runs.rows[runs.rowAt[i + 1]! - 1]!];
    // A run counts where its rows end, so that a cut behind it has all of it on one side.
    before[high + 1]! += cost(i);
    across[low + 1]!++;
    across[high + 1]!--;
  }
  for (let r = 1; r <= rows; r++) {
    before[r]! += before[r - 1]!;
    across[r]! += across[r - 1]!;
  }
  const parts: RowPart[] = [];
  const cut = (to: number): void => {
    const from = parts.at(-1)?.to ?? 0;
    if (to > from) parts.push({ from, to, cost: before[to]! - before[from]! });
  };
  for (let part = 1; part < count; part++) {
    const wanted = before[rows]! * upTo(part);
    let best = parts.at(-1)?.to ?? 0;
    for (let r = best + 1; r < rows; r++) if (across[r] === 0 && Math.abs(before[r]! - wanted) < Math.abs(before[best]! - wanted)) best = r;
    cut(best);
  }
  cut(rows);
  return parts;
}
