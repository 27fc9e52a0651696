import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/**
 * Where a layer lies among others of its family, seen in several ways (sizes, shares of the time, the price): lists of numbers.
 * Distances add up over the ways, each measured by a length of its own.
 */
export type Place = readonly (readonly number[])[];

/** What is known of the deviation at a place. */
export interface Correction {
  readonly mean: number;
  /** Standard deviation of what a single layer there deviates. */
  readonly deviation: number;
}

export type Corrections = (place: Place) => Correction;

/** Logarithms: of the lengths, one for each way to see a place; of the variance that near layers share; of what each has alone. */
interface Reach {
  readonly lengths: readonly number[];
  readonly signal: number;
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

const weightsOf = ({ lengths }: Reach): readonly number[] => lengths.map((length) => Math.exp(-2 * length));

/**
 * Deviations (logarithms of measured / priced) as a Gaussian process over the places of the layers, with mean 0: near a
 * measured layer its deviation counts, far from all nothing does (Rasmussen & Williams 2006, algorithm 2.1). How far "near" is, in each
 * way to see a place, comes from the data: the reach of greatest likelihood, found from `usual` lengths on.
 */
export function fitCorrections(places: readonly Place[], deviations: readonly number[], usual: readonly number[]): Corrections {
  const variance = Math.max(1e-4, deviations.reduce((sum, value) => sum + value ** 2, 0) / Math.max(1, deviations.length));
  const apart = usual.map((_, way) => places.map((a, i) => Float64Array.from({ length: i }, (_, j) => squared(a[way]!, places[j]![way]!))));
  const start: Reach = { lengths: usual.map(Math.log), signal: Math.log(0.7 * variance), own: Math.log(0.3 * variance) };
  const { reach, factor, weights } = mostLikely(start, (tried) => factored(apart, deviations, start, tried));
  const [nearness, signal, own] = [weightsOf(reach), Math.exp(reach.signal), Math.exp(reach.own)];
  return (place) => {
    const to = places.map((other) => signal * likeness(nearness.reduce((sum, weight, way) => sum + weight * squared(place[way]!, other[way]!), 0)));
    const known = factor.solve(Matrix.columnVector(to)).to1DArray();
    let [mean, told] = [0, 0];
    to.forEach((value, i) => {
      mean += value * weights[i]!;
      told += value * known[i]!;
    });
    return { mean, deviation: Math.sqrt(Math.max(0, signal - told) + own) };
  };
}

interface Factored {
  readonly reach: Reach;
  readonly factor: CholeskyDecomposition;
  readonly weights: readonly number[];
  readonly likelihood: number;
}

/** One number of the reach after the other, up or down while that is likelier, in ever finer steps. */
function mostLikely(start: Reach, at: (reach: Reach) => Factored): Factored {
  const moves = [
    (reach: Reach, by: number): Reach => ({ ...reach, own: reach.own + by }), (reach: Reach, by: number): Reach => ({ ...reach, signal: reach.signal + by }),
    ...start.lengths.map((_, way) => (reach: Reach, by: number): Reach => ({ ...reach, lengths: reach.lengths.map((length, i) => (i === way ? length + by : length)) })),
  ];
  let best = at(start);
  const walk = (move: (typeof moves)[number], by: number): boolean => {
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

function factored(apart: readonly (readonly Float64Array[])[], deviations: readonly number[], usual: Reach, reach: Reach): Factored {
  const [nearness, signal, own] = [weightsOf(reach), Math.exp(reach.signal), Math.exp(reach.own)];
  const count = deviations.length;
  const covariance = new Matrix(count, count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      let far = 0;
      for (let way = 0; way < nearness.length; way++) far += nearness[way]! * apart[way]![i]![j]!;
      const value = signal * likeness(far);
      covariance.set(i, j, value);
      covariance.set(j, i, value);
    }
    covariance.set(i, i, signal + own);
  }
  const factor = new CholeskyDecomposition(covariance);
  const weights = factor.solve(Matrix.columnVector([...deviations])).to1DArray();
  const lower = factor.lowerTriangularMatrix;
  const off = (reach.own - usual.own) ** 2 + (reach.signal - usual.signal) ** 2 + reach.lengths.reduce((sum, length, way) => sum + (length - usual.lengths[way]!) ** 2, 0);
  let likelihood = -PRIOR * off;
  deviations.forEach((value, i) => { likelihood -= (value * weights[i]!) / 2 + Math.log(lower.get(i, i)); });
  return { reach, factor, weights, likelihood: factor.isPositiveDefinite() ? likelihood : -Infinity };
}
