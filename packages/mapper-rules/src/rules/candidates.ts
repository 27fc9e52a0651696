import { attribute, type Scheme } from '@fretwork/format';
import type { Candidate, MappedLayer, RuleSubject, Thresholds } from '../contract.js';

/** Positions of a kernel that a pattern keeps, and patterns in the library (papers.md 3.1). */
const KEEP = 4;
const PATTERNS = 8;

/** Rows and columns of the matrices that a layer is pruned as: the largest of each, where they differ. A block that is larger than a matrix is all of it. */
export interface Extent {
  readonly rows: number;
  readonly columns: number;
  readonly kernel: number;
}

export function extentOf({ layer, weights }: MappedLayer): Extent {
  const groups = layer.operator === 'Conv' ? attribute(layer, 'group', 'int', 1) : 1;
  const views = weights.map(({ view }) => view);
  const most = (of: (view: typeof views[number]) => number): number => Math.max(...views.map(of));
  return { rows: most((v) => v.rows) / groups, columns: most((v) => v.columns), kernel: most((v) => v.kernel) };
}

export const is3x3 = ({ layer, weights }: Pick<MappedLayer, 'layer' | 'weights'>): boolean => {
  const shape = weights[0]?.tensor.shape;
  return layer.operator === 'Conv' && shape?.length === 4 && shape[2] === 3 && shape[3] === 3;
};

export const isConvolution = ({ layer }: Pick<MappedLayer, 'layer'>): boolean => layer.operator === 'Conv' || layer.operator === 'ConvTranspose';

/** Filters of each group read one channel alone. */
export const isDepthwise = ({ layer, weights }: MappedLayer): boolean =>
  isConvolution({ layer }) && attribute(layer, 'group', 'int', 1) > 1 && weights[0]?.tensor.shape[1] === 1;

/** Whether a rate can be met at all: patterns alone keep 4 of 9. */
export const patternFits = (rate: number): boolean => rate >= 9 / KEEP;

export const patternAt = (rate: number): Scheme => ({ kind: 'pattern', rate, keep: KEEP, patterns: PATTERNS });

/** Blocks of BCR at `rate` that fit into the matrices, with every row share. Those that reach beyond them are all the same, and one stands for them. */
export function bcrSchemes(layer: MappedLayer, rate: number, { blocks, rowShares }: Thresholds): readonly Scheme[] {
  const { rows, columns } = extentOf(layer);
  const seen = new Set<string>();
  return blocks.flatMap(([r, c]): readonly Scheme[] => {
    const [blockRows, blockColumns] = [Math.min(r, Math.max(1, rows)), Math.min(c, Math.max(1, columns))];
    const name = `${blockRows}x${blockColumns}`;
    if (seen.has(name)) return [];
    seen.add(name);
    return rowShares.map((rowShare): Scheme => ({ kind: 'bcr', rate, blockRows, blockColumns, rowShare }))
      // One row or column cannot be a part of itself.
      .filter((scheme) => scheme.kind !== 'bcr' || ((scheme.rowShare === 0 || blockRows > 1) && (scheme.rowShare === 1 || blockColumns > 1)));
  });
}

/** Blocks of filters x channels at `rate`. */
export function punchedSchemes(layer: MappedLayer, rate: number, { punchedBlocks }: Thresholds): readonly Scheme[] {
  const { rows, columns, kernel } = extentOf(layer);
  const channels = columns / kernel;
  const seen = new Set<string>();
  return punchedBlocks.flatMap(([f, c]): readonly Scheme[] => {
    const [blockFilters, blockChannels] = [Math.min(f, Math.max(1, rows)), Math.min(c, Math.max(1, channels))];
    const name = `${blockFilters}x${blockChannels}`;
    // What goes together goes whole: with fewer positions than the rate, nothing would be left.
    const positions = Math.ceil(rows / blockFilters) * Math.ceil(channels / blockChannels) * kernel;
    if (seen.has(name) || positions < rate) return [];
    seen.add(name);
    return [{ kind: 'block-punched', rate, blockFilters, blockChannels }];
  });
}

/** All that a layer could get at `rate`, whole filters aside. */
export const everyStructure = (layer: MappedLayer, rate: number, thresholds: Thresholds): readonly Scheme[] => [
  { kind: 'unstructured', rate }, ...(is3x3(layer) && patternFits(rate) ? [patternAt(rate)] : []), ...(layer.layer.operator === 'Conv' ? punchedSchemes(layer, rate, thresholds) : []), ...bcrSchemes(layer, rate, thresholds),
];

export const timed = ({ time }: Pick<RuleSubject, 'time'>, schemes: readonly Scheme[]): readonly Candidate[] => schemes.map((scheme) => ({ scheme, ms: time(scheme) }));

/** Larger than any matrix: a block of this size is all of it. */
const WHOLE = 4096;

/**
 * Structured pruning at `rate`, the faster of whole rows (filters) and whole columns: what blocks are held against. Asked for as one block, since
 * tables of latencies know those up to high rates.
 */
export function structuredMs({ time, rate, layer }: Pick<RuleSubject, 'time' | 'rate' | 'layer'>): number {
  const { rows, columns } = extentOf(layer);
  const whole = (rowShare: number): Scheme => ({ kind: 'bcr', rate, blockRows: Math.max(WHOLE, rows), blockColumns: Math.max(WHOLE, columns), rowShare });
  return Math.min(time(whole(0)), time(whole(1)));
}

export const fastest = (open: readonly Candidate[]): Candidate => open.reduce((best, c) => (c.ms < best.ms ? c : best));
