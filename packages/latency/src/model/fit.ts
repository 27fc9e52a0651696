import { FretworkError } from '@fretwork/format';
import type { LatencyModel, LatencyTable, LayerQuery, Prediction, TableEntry, TimePart } from '../contract.js';
import { checkQuery, queryName } from '../query/identity.js';
import { placeOf, USUAL_LENGTHS } from './coordinates.js';
import { fitCorrections, type Corrections } from './corrections.js';
import { familyOf, partsOf, type Family } from './parts.js';
import { predictModel } from './predict-model.js';
import { fitPrices, priceOf, type Prices } from './prices.js';

/** A family as it was fitted. */
export interface FittedFamily {
  readonly family: Family;
  readonly layers: number;
  readonly prices: Prices;
}

export interface FittedModel extends LatencyModel {
  /** Printable: ms for a unit of each part. */
  readonly families: readonly FittedFamily[];
}

/** Fewer layers of a family fit nothing. */
const FEWEST = 4;

interface Fitted extends FittedFamily {
  readonly corrections: Corrections;
}

/** Four in five of normally distributed values lie within so many standard deviations. */
const FOUR_IN_FIVE = 1.2816;

/** The query as it was drawn: with the density that was reached. */
const drawn = ({ query, density }: TableEntry): LayerQuery => (query.layer === 'glue' || density === undefined ? query : { ...query, density });

/** Fits prices and corrections to the entries of one table. Throws `latency.few` where it has too few layers with weights. */
export function fitLatency(table: LatencyTable): FittedModel {
  const measured = new Map(table.entries.map((entry) => [queryName(entry.query), entry]));
  const byFamily = new Map<Family, TableEntry[]>();
  for (const entry of table.entries) {
    const family = familyOf(entry.query);
    byFamily.set(family, [...byFamily.get(family) ?? [], entry]);
  }
  const fitted = new Map([...byFamily].flatMap(([family, entries]) => (entries.length < FEWEST ? [] : [[family, fitFamily(family, entries)] as const])));
  if (![...fitted.keys()].some((family) => family === 'map' || family === 'vector')) {
    throw new FretworkError('latency.few', 'the table has too few layers to fit', { expected: `at least ${FEWEST} convolutions or fully connected layers`, actual: `${table.entries.length} layers`, hint: 'measure more: fretwork latency measure --points 500 --resume' });
  }
  const predict = (query: LayerQuery): Prediction => {
    checkQuery(query);
    const own = fitted.get(familyOf(query)) ?? fallback(familyOf(query), fitted);
    const known = measured.get(queryName(query));
    return known === undefined ? estimated(query, own) : { ms: known.ms, low: Math.max(0, known.ms - known.spread), high: known.ms + known.spread, from: 'measured', parts: scaled(query, own?.prices ?? {}, known.ms) };
  };
  const model = {
    key: table.key,
    families: [...fitted.values()].map(({ family, layers, prices }) => ({ family, layers, prices })),
    predict,
  };
  return { ...model, predictModel: (network, options) => predictModel(model.key, predict, network, options) };
}

/** What a family that was hardly measured has most in common with. */
const NEXT: Readonly<Partial<Record<Family, Family>>> = { depthwise: 'map', curves: 'elementwise', moves: 'elementwise', 'global pools': 'elementwise', pools: 'elementwise', elementwise: 'moves' };

const fallback = (family: Family, fitted: ReadonlyMap<Family, Fitted>): Fitted | undefined => fitted.get(NEXT[family] ?? family);

function fitFamily(family: Family, entries: readonly TableEntry[]): Fitted {
  const layers = entries.map((entry) => ({ parts: partsOf(drawn(entry)), ms: entry.ms }));
  const prices = fitPrices(layers);
  const places = entries.map((entry) => placeOf(drawn(entry), prices));
  const deviations = layers.map(({ parts, ms }) => Math.log(ms / Math.max(priceOf(parts, prices), 1e-9)));
  return { family, layers: entries.length, prices, corrections: fitCorrections(places, deviations, USUAL_LENGTHS) };
}

function estimated(query: LayerQuery, fitted: Fitted | undefined): Prediction {
  if (fitted === undefined) throw new FretworkError('latency.few', `no layer of this kind was measured`, { actual: query.layer, hint: 'measure a design that has some' });
  const priced = priceOf(partsOf(query), fitted.prices);
  const { mean, deviation } = fitted.corrections(placeOf(query, fitted.prices));
  const ms = priced * Math.exp(mean);
  return { ms, low: ms * Math.exp(-FOUR_IN_FIVE * deviation), high: ms * Math.exp(FOUR_IN_FIVE * deviation), from: 'fitted', parts: scaled(query, fitted.prices, ms) };
}

/** Parts by price, their sum made `ms`; the largest first. */
function scaled(query: LayerQuery, prices: Prices, ms: number): readonly TimePart[] {
  const parts = Object.entries(partsOf(query)).map(([name, amount]): TimePart => ({ name, ms: amount * (prices[name] ?? 0) })).filter((part) => part.ms > 0);
  const total = parts.reduce((sum, part) => sum + part.ms, 0);
  if (total === 0) return [{ name: 'overhead of a layer', ms }];
  return parts.map((part) => ({ name: part.name, ms: (part.ms / total) * ms })).sort((a, b) => b.ms - a.ms);
}
