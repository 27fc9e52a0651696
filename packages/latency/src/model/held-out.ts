import type { LatencyTable, LayerKind, TableEntry } from '../contract.js';
import { kindOf } from '../query/kind.js';
import { median, quantile } from '../table/statistics.js';
import { fitLatency } from './fit.js';
import { spread } from '../design/spread.js';

/** How well the layers of one kind were predicted by a model that had not seen them. */
export interface HeldOutRow {
  readonly kind: LayerKind | 'all';
  readonly layers: number;
  /** |predicted / measured - 1|: the median, and what nine in ten are within. */
  readonly median: number;
  readonly ninety: number;
  /** Rank correlation of predicted and measured (Spearman's ρ); 1 for fewer than three layers. */
  readonly rank: number;
  /** Share of the layers that lie between `low` and `high`. */
  readonly covered: number;
}

export interface HeldOut {
  readonly seed: number;
  readonly share: number;
  /** How many parts of the table were left out, one after the other. */
  readonly turns: number;
  readonly rows: readonly HeldOutRow[];
  readonly layers: readonly { readonly entry: TableEntry; readonly ms: number; readonly low: number; readonly high: number }[];
}

/**
 * Fits a model without a share of the entries, which the seed chooses, and holds its answers against them; then without as many
 * others, `turns` times: by default until every entry was left out once. Few layers at a time would leave their median uncertain.
 */
export function testHeldOut(
  table: LatencyTable,
  { seed = 1, share = 0.2, turns = Math.floor(1 / share + 1e-9) }: { readonly seed?: number; readonly share?: number; readonly turns?: number } = {},
): HeldOut {
  const places = shuffledPlaces(table.entries.length, seed);
  const turnOf = (i: number): number => Math.floor(places[i]! / (share * table.entries.length));
  const layers = Array.from({ length: turns }, (_, turn) => {
    const model = fitLatency({ ...table, entries: table.entries.filter((_entry, i) => turnOf(i) !== turn) });
    return table.entries.filter((_entry, i) => turnOf(i) === turn).map((entry) => {
      const { ms, low, high } = model.predict(entry.query);
      return { entry, ms, low, high };
    });
  }).flat();
  const kinds = [...new Set(layers.map(({ entry }) => kindOf(entry.query)))].sort();
  const row = (kind: HeldOutRow['kind'], of: typeof layers): HeldOutRow => {
    const errors = of.map(({ entry, ms }) => Math.abs(ms / entry.ms - 1));
    return {
      kind, layers: of.length, median: median(errors), ninety: quantile(errors, 0.9), rank: rankCorrelation(of.map(({ ms }) => ms), of.map(({ entry }) => entry.ms)),
      covered: of.filter(({ entry, low, high }) => entry.ms >= low && entry.ms <= high).length / of.length,
    };
  };
  return { seed, share, turns, layers, rows: [...kinds.map((kind) => row(kind, layers.filter(({ entry }) => kindOf(entry.query) === kind))), row('all', layers)] };
}

/** Where each of `count` things goes when the seed shuffles them. */
function shuffledPlaces(count: number, seed: number): readonly number[] {
  const { point } = spread(seed, 1);
  const order = Array.from({ length: count }, (_, i) => ({ i, at: (point(i)[0]! * 7919.37 + i * 0.7548776662) % 1 })).sort((a, b) => a.at - b.at);
  const places = Array.from({ length: count }, () => 0);
  order.forEach(({ i }, place) => { places[i] = place; });
  return places;
}

/** Spearman's ρ; ties get the mean of their ranks. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  if (a.length < 3) return 1;
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (a.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((rank, i) => {
    xy += (rank - mean) * (y[i]! - mean);
    xx += (rank - mean) ** 2;
    yy += (y[i]! - mean) ** 2;
  });
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}

function ranks(values: readonly number[]): readonly number[] {
  const order = values.map((value, i) => ({ value, i })).sort((p, q) => p.value - q.value);
  const found = values.map(() => 0);
  for (let at = 0; at < order.length;) {
    let end = at;
    while (end < order.length && order[end]!.value === order[at]!.value) end++;
    for (let k = at; k < end; k++) found[order[k]!.i] = (at + end - 1) / 2;
    at = end;
  }
  return found;
}
