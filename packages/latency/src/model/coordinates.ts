/** Where a layer lies among others of its family: what the corrections of near ones are taken from. */
import type { Scheme } from '@fretwork/format';
import type { LayerQuery, WeightedQuery } from '../contract.js';
import { keptShare } from '../query/kind.js';
import type { Place } from './corrections.js';
import { partsOf } from './parts.js';
import { priceOf, type Prices } from './prices.js';

/** Lengths at which layers are usually still alike, for each group of coordinates in the views of `placeOf`. */
export const USUAL_LENGTHS: readonly (readonly number[])[] = [[6], [1, 3]];

/** Shares of the time are told apart down to about this. */
const LEAST_SHARE = 0.02;

/** A layer by its sizes and choices; and by what its time goes to, where that is priced, with how long it takes. */
export function placeOf(query: LayerQuery, prices: Prices): Place {
  const parts = partsOf(query);
  const price = Math.max(priceOf(parts, prices), 1e-9);
  const shares = Object.entries(prices).map(([name, each]) => Math.log(((parts[name] ?? 0) * each) / price + LEAST_SHARE) / 2);
  return [[coordinatesOf(query)], [shares, [Math.log(price)]]];
}

/** Logarithms of sizes, and choices as distances. */
function coordinatesOf(query: LayerQuery): readonly number[] {
  const company = log(1 + (query.besides ?? 2 ** 24)) / 2;
  switch (query.layer) {
    case 'convolution': {
      const { inputs, outputs, groups, kernel, stride, size, residual, margin = 0 } = query;
      return [log(inputs / groups), log(outputs), log(kernel[0] * kernel[1]), log(size[0] * size[1]), stride[0] * stride[1] > 1 ? 2 : 0, residual ? 1 : 0, margin > 0 ? 1 : 0, company, ...pruning(query)];
    }
    case 'full': return [log(query.inputs), log(query.outputs), log(query.vectors), company, ...pruning(query)];
    case 'recurrent': return [log(query.inputs), log(query.hidden), log(query.steps * query.batch), log(query.directions) * 2, log(query.cell === 'lstm' ? 4 : query.cell === 'gru' ? 3 : 1), query.resetAfter ? 0.5 : 0, company, ...pruning(query)];
    case 'glue': return [log(query.reads), log(query.writes), log(query.window), log(query.width ?? 16), company];
  }
}

const log = (value: number): number => Math.log2(Math.max(value, 1e-6));

function pruning(query: WeightedQuery): readonly number[] {
  const { scheme } = query;
  const [rows, columns, share] = blockOf(scheme);
  const kinds = (['dense', 'unstructured', 'pattern', 'filter'] as const).map((kind) => (scheme.kind === kind ? 2 : 0));
  return [log(keptShare(query)) * 1.5, log(rows), log(columns) / 2, 3 * share, ...kinds];
}

/** Rows and columns of a block, and what share of the rate rows bear. */
function blockOf(scheme: Scheme): readonly [rows: number, columns: number, rowShare: number] {
  switch (scheme.kind) {
    case 'bcr': return [Math.min(64, scheme.blockRows), Math.min(256, scheme.blockColumns), scheme.rowShare];
    case 'block-punched': return [scheme.blockFilters, 8 * scheme.blockChannels, 0];
    case 'filter': return [64, 256, 1];
    case 'dense': case 'channel': return [64, 256, 0];
    case 'unstructured': case 'pattern': return [1, 1, 0];
  }
}
