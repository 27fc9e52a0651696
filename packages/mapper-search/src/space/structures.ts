import type { Scheme } from '@fretwork/format';
import { extentOf, patternAt, patternFits, type MappedLayer } from '@fretwork/mapper-rules';

/** A scheme that still lacks its rate, for a layer. */
export interface StructureRow {
  readonly name: string;
  /** Undefined: it makes no sense for this layer. Blocks that reach beyond a matrix are cut to it. */
  readonly at: (layer: MappedLayer, rate: number) => Scheme | undefined;
}

const bcr = (blockRows: number, blockColumns: number, rowShare: number): StructureRow => ({
  name: `bcr ${blockRows}x${blockColumns}${rowShare === 0 ? ' columns' : rowShare === 1 ? ' rows' : ''}`,
  at: (layer, rate) => {
    const { rows, columns } = extentOf(layer);
    const [r, c] = [Math.min(blockRows, rows), Math.min(blockColumns, columns)];
    // One row or column cannot be a part of itself.
    return (rowShare > 0 && r < 2) || (rowShare < 1 && c < 2) ? undefined : { kind: 'bcr', rate, blockRows: r, blockColumns: c, rowShare };
  },
});

const punched = (filters: number, channels: number): StructureRow => ({
  name: `block-punched ${filters}x${channels}`,
  at: (layer, rate) => {
    const { rows, columns, kernel } = extentOf(layer);
    if (layer.layer.operator !== 'Conv') return undefined;
    return { kind: 'block-punched', rate, blockFilters: Math.min(filters, rows), blockChannels: Math.min(channels, columns / kernel) };
  },
});

/** What a slot can become. One list for all networks, so that what a policy learned on one means the same on another. */
export const STRUCTURES: readonly StructureRow[] = [
  { name: 'dense', at: () => ({ kind: 'dense' }) },
  { name: 'unstructured', at: (_, rate) => ({ kind: 'unstructured', rate }) },
  { name: 'pattern', at: (layer, rate) => (extentOf(layer).kernel === 9 && patternFits(rate) ? patternAt(rate) : undefined) },
  ...[[4, 1], [8, 1], [4, 4], [8, 4], [16, 8]].map(([f, c]) => punched(f!, c!)),
  ...[[4, 16], [8, 32], [16, 64]].flatMap(([r, c]) => [0, 0.5, 1].map((share) => bcr(r!, c!, share))),
];

export const DENSE_STRUCTURE = 0;

/** Classes of rates, rising. */
export const RATES: readonly number[] = [1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 16, 24];
