/**
 * How a pruned matrix falls into runs: rectangles of columns that the same rows of a panel keep, which kernels take one at a time
 * (GRIM's matrix reorder, papers.md 1.5, inside a panel). Masks are not known here, so these are expected numbers: a scheme says
 * which rows a block can keep, chance which of its choices coincide.
 */
import type { Scheme } from '@fretwork/format';
import type { WeightSize } from '../query/kind.js';

/** `count` runs of `rows` rows and `columns` columns each; `columns` and `count` are means. */
export interface RunClass {
  readonly rows: number;
  readonly columns: number;
  readonly count: number;
}

/** Panels are no higher. */
const HIGHEST = 32;

const whole = (value: number): number => Math.max(1, Math.round(value));

/** Ways to choose `k` of `n`. */
function choices(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return result;
}

/** Expected number of different things drawn when `draws` are drawn of `kinds` equally likely ones. */
const distinct = (kinds: number, draws: number): number => kinds * -Math.expm1(draws * Math.log1p(-1 / Math.max(1 + 1e-9, kinds)));

/** Panels of `height` in which all kept columns are kept by the same `kept` rows. */
function even(rows: number, height: number, kept: number, columns: number): readonly RunClass[] {
  const panels = rows / height;
  return kept < 1 ? [] : [{ rows: whole(kept), columns, count: panels }];
}

/** Each weight stays with chance `density`, whatever the others do. */
function scattered(rows: number, columns: number, density: number, height: number): readonly RunClass[] {
  const classes: RunClass[] = [];
  for (let kept = 1; kept <= height; kept++) {
    const chance = density ** kept * (1 - density) ** (height - kept);
    const sets = choices(height, kept);
    const found = sets * -Math.expm1(columns * Math.log1p(-Math.min(chance, 1 - 1e-12)));
    if (found > 1e-6) classes.push({ rows: kept, columns: (sets * columns * chance) / found, count: (found * rows) / height });
  }
  return classes;
}

/** What a block keeps, as the pruner's balanced counts have it (papers.md 1.1): of the finer side a mean. */
export function blockCounts(blockRows: number, blockColumns: number, rate: number, rowShare: number): { readonly rows: number; readonly columns: number } {
  const oneSide = rowShare === 0 || rowShare === 1;
  const variesRows = rowShare === 1 || (!oneSide && blockRows > blockColumns);
  const [lines, share] = variesRows ? [blockColumns, 1 - rowShare] : [blockRows, rowShare];
  const weights = (blockRows * blockColumns) / rate;
  let fixed = lines - Math.floor(lines * (1 - rate ** -share) + 1e-9);
  if (!oneSide) while (fixed > 1 && weights < fixed) fixed--;
  const varied = weights / fixed;
  return variesRows ? { rows: varied, columns: fixed } : { rows: fixed, columns: varied };
}

function blocked(rows: number, columns: number, [blockRows, blockColumns]: readonly [number, number], rate: number, rowShare: number): readonly (readonly RunClass[])[] {
  const [height, width] = [Math.min(blockRows, rows), Math.min(blockColumns, columns)];
  const kept = blockCounts(height, width, rate, rowShare);
  const blocks = columns / width;
  const panel = Math.min(HIGHEST, height);
  // In panels lower than a block the kept rows fall where they fall.
  const keptRows = (kept.rows * panel) / height;
  const low = Math.max(0, Math.floor(keptRows));
  const byPanel = ([[low, 1 - (keptRows - low)], [low + 1, keptRows - low]] as const).flatMap(([p, share]): readonly RunClass[] => {
    if (share < 1e-6 || p < 1) return [];
    if (p >= panel) return even(rows, panel, panel, blocks * share * kept.columns);
    const sets = distinct(choices(panel, p), blocks * share);
    return [{ rows: p, columns: (blocks * share * kept.columns) / sets, count: (sets * rows) / panel }];
  });
  // Where hardly a row of a panel stays, most panels have none.
  const scale = keptRows < 1 ? keptRows : 1;
  const byRow: readonly RunClass[] = [{ rows: 1, columns: (blocks * kept.columns * kept.rows) / height, count: rows }];
  return [keptRows < 1 ? [{ rows: 1, columns: blocks * kept.columns * scale, count: rows / panel }] : byPanel, ...(height === 1 ? [] : [byRow])];
}

/**
 * The ways in which a matrix can be cut into runs, panel by panel or row by row: a backend takes the one that costs it least.
 * `density` is the kept share; where the scheme's rate says another, the columns are scaled to it.
 */
export function waysToRun({ rows, columns }: WeightSize, scheme: Scheme, density: number): readonly (readonly RunClass[])[] {
  const rate = 1 / Math.max(density, 1e-9);
  switch (scheme.kind) {
    case 'dense': return [even(rows, Math.min(HIGHEST, rows), Math.min(HIGHEST, rows), columns)];
    case 'filter': return [even(Math.max(1, rows / rate), 1, 1, columns), even(Math.max(1, rows / rate), Math.min(HIGHEST, rows), Math.min(HIGHEST, rows), columns)];
    case 'channel': return [even(rows, Math.min(HIGHEST, rows), Math.min(HIGHEST, rows), columns / rate)];
    case 'unstructured': case 'pattern': return [1, 2, 4, 8].filter((height) => height <= rows).map((height) => scattered(rows, columns, density, height));
    case 'block-punched': {
      const height = Math.min(HIGHEST, scheme.blockFilters, rows);
      return [even(rows, height, height, columns / rate)];
    }
    case 'bcr': return blocked(rows, columns, [scheme.blockRows, scheme.blockColumns], rate, scheme.rowShare).map((classes) => classes.filter(({ count }) => count > 0));
  }
}
