import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/**
 * Where a layer lies among others of its family, as several views show it (by sizes, by what its time goes to), each a list of
 * coordinates. Layers can be alike in one view and not in another: what they share adds up over the views. In a view the coordinates
 * come in groups, each measured by a length of its own.
 */
export type Place = readonly View[];
type View = readonly (readonly number[])[];

/** What is known of the deviation at a place. */
export interface Correction {
  readonly mean: number;
  /** Standard deviation of what a single layer there deviates. */
  readonly deviation: number;
}

export type Corrections = (place: Place) => Correction;

/** Logarithms: in each view, of the variance that near layers share and of the lengths; and of the variance that each layer has alone. */
interface Reach {
  readonly views: readonly { readonly signal: number; readonly lengths: readonly number[] }[];
  readonly own: number;
}

/** Steps in which a reach is looked for, in logarithms. */
const STEPS = [0.8, 0.4, 0.2] as const;

/** How much a reach that is far from the usual one has to explain better: a normal prior on logarithms. */
const PRIOR = 0.15;

const squared = (a: readonly number[], b: readonly number[]): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
};

/** Matérn 3/2: near ones count much, without the smoothness that no time has. */
const likeness = (far: number): number => {
  const r = Math.sqrt(3 * far);
  return (1 + r) * Math.exp(-r);
};

/** What two places share: `far` are the squared distances, by view and group. */
const shared = (reach: Reach, far: (view: number, group: number) => number): number => reach.views.reduce((sum, { signal, lengths }, view) => (
  sum + Math.exp(signal) * likeness(lengths.reduce((total, length, group) => total + Math.exp(-2 * length) * far(view, group), 0))
), 0);

/**
 * Deviations (logarithms of measured / priced) as a Gaussian process over the places of the layers, with mean 0: near a
 * measured layer its deviation counts, far from all nothing does (Rasmussen & Williams 2006, algorithm 2.1). How far "near" is, in each
 * view, comes from the data: the reach of greatest likelihood, found from `usual` lengths on.
 */
export function fitCorrections(places: readonly Place[], deviations: readonly number[], usual: readonly (readonly number[])[]): Corrections {
  const variance = Math.max(1e-4, deviations.reduce((sum, value) => sum + value ** 2, 0) / Math.max(1, deviations.length));
  const apart = usual.map((lengths, view) => lengths.map((_, group) => places.map((a, i) => Float64Array.from({ length: i }, (_, j) => squared(a[view]![group]!, places[j]![view]![group]!)))));
  const start: Reach = { views: usual.map((lengths) => ({ signal: Math.log((0.7 * variance) / usual.length), lengths: lengths.map(Math.log) })), own: Math.log(0.3 * variance) };
  const { reach, factor, weights } = mostLikely(start, (tried) => factored(apart, deviations, start, tried));
  const [signal, own] = [signalOf(reach), Math.exp(reach.own)];
  return (place) => {
    const to = places.map((other) => shared(reach, (view, group) => squared(place[view]![group]!, other[view]![group]!)));
    const known = factor.solve(Matrix.columnVector(to)).to1DArray();
    let [mean, told] = [0, 0];
    to.forEach((value, i) => {
      mean += value * weights[i]!;
      told += value * known[i]!;
    });
    return { mean, deviation: Math.sqrt(Math.max(0, signal - told) + own) };
  };
}

const signalOf = ({ views }: Reach): number => views.reduce((sum, { signal }) => sum + Math.exp(signal), 0);

interface Factored {
  readonly reach: Reach;
  readonly factor: CholeskyDecomposition;
  readonly weights: readonly number[];
  readonly likelihood: number;
}

/** One number of the reach after the other, up or down while that is likelier, in ever finer steps. */
function mostLikely(start: Reach, at: (reach: Reach) => Factored): Factored {
  type Move = (reach: Reach, by: number) => Reach;
  const inView = (at: number, change: (view: Reach['views'][number], by: number) => Reach['views'][number]): Move => (reach, by) => ({ ...reach, views: reach.views.map((view, i) => (i === at ? change(view, by) : view)) });
  const moves: readonly Move[] = [
    (reach, by) => ({ ...reach, own: reach.own + by }),
    ...start.views.flatMap(({ lengths: usual }, view) => [
      inView(view, ({ signal, lengths }, by) => ({ signal: signal + by, lengths })),
      ...usual.map((_, group) => inView(view, ({ signal, lengths }, by) => ({ signal, lengths: lengths.map((length, i) => (i === group ? length + by : length)) }))),
    ]),
  ];
  let best = at(start);
  const walk = (move: Move, by: number): boolean => {
    const from = best;
    for (let tries = 0; tries < 3; tries++) {
      const next = at(move(best.reach, by));
      if (!(next.likelihood > best.likelihood + 1e-3)) break;
      best = next;
    }
    return best !== from;
  };
  for (const step of STEPS) for (const move of moves) if (!walk(move, step)) walk(move, -step);
  return best;
}

/** All numbers of a reach. */
const numbersOf = ({ views, own }: Reach): readonly number[] => [own, ...views.flatMap(({ signal, lengths }) => [signal, ...lengths])];

function factored(apart: readonly (readonly (readonly Float64Array[])[])[], deviations: readonly number[], usual: Reach, reach: Reach): Factored {
  const count = deviations.length;
  const covariance = new Matrix(count, count);
  const alone = signalOf(reach) + Math.exp(reach.own);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const value = shared(reach, (view, group) => apart[view]![group]![i]![j]!);
      covariance.set(i, j, value);
      covariance.set(j, i, value);
    }
    covariance.set(i, i, alone);
  }
  const factor = new CholeskyDecomposition(covariance);
  const weights = factor.solve(Matrix.columnVector([...deviations])).to1DArray();
  const lower = factor.lowerTriangularMatrix;
  const from = numbersOf(usual);
  let likelihood = -PRIOR * numbersOf(reach).reduce((sum, number, i) => sum + (number - from[i]!) ** 2, 0);
  deviations.forEach((value, i) => { likelihood -= (value * weights[i]!) / 2 + Math.log(lower.get(i, i)); });
  return { reach, factor, weights, likelihood: factor.isPositiveDefinite() ? likelihood : -Infinity };
}
