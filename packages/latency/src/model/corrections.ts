import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/** What is known of the deviation at a place. */
export interface Correction {
  readonly mean: number;
  /** Standard deviation of what a single layer there deviates. */
  readonly deviation: number;
}

export type Corrections = (place: readonly number[]) => Correction;

/** How far a deviation reaches, and how large the noise of single layers is beside it. */
interface Reach {
  readonly length: number;
  readonly noise: number;
}

const LENGTHS = [3, 6, 12] as const;
const NOISES = [0.15, 0.5, 1.5, 5] as const;
const REACHES: readonly Reach[] = LENGTHS.flatMap((length) => NOISES.map((noise) => ({ length, noise })));

const distance = (a: readonly number[], b: readonly number[]): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
};

/** Matérn 3/2: near ones count much, without the smoothness that no time has. */
const likeness = (far: number, length: number): number => {
  const r = (Math.sqrt(3) * far) / length;
  return (1 + r) * Math.exp(-r);
};

/**
 * Deviations (logarithms of measured / priced) as a Gaussian process over the coordinates of the layers, with mean 0: near a
 * measured layer its deviation counts, far from all nothing does (Rasmussen & Williams 2006, algorithm 2.1). How far "near" is comes
 * from the data: the reach of greatest likelihood.
 */
export function fitCorrections(places: readonly (readonly number[])[], deviations: readonly number[]): Corrections {
  const variance = Math.max(1e-4, deviations.reduce((sum, value) => sum + value ** 2, 0) / Math.max(1, deviations.length));
  const apart = places.map((a, i) => places.slice(0, i).map((b) => distance(a, b)));
  const best = REACHES.map((reach) => factored(apart, deviations, variance, reach)).reduce((a, b) => (b.likelihood > a.likelihood ? b : a));
  const { signal, own, factor, weights, reach } = best;
  return (place) => {
    const to = places.map((other) => signal * likeness(distance(place, other), reach.length));
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
  readonly signal: number;
  readonly own: number;
  readonly factor: CholeskyDecomposition;
  readonly weights: readonly number[];
  readonly likelihood: number;
}

function factored(apart: readonly (readonly number[])[], deviations: readonly number[], variance: number, reach: Reach): Factored {
  // Signal and noise share the variance that there is.
  const signal = variance / (1 + reach.noise);
  const own = signal * reach.noise;
  const covariance = new Matrix(apart.length, apart.length);
  apart.forEach((row, i) => {
    row.forEach((far, j) => {
      const value = signal * likeness(far, reach.length);
      covariance.set(i, j, value);
      covariance.set(j, i, value);
    });
    covariance.set(i, i, signal + own);
  });
  const factor = new CholeskyDecomposition(covariance);
  const weights = factor.solve(Matrix.columnVector([...deviations])).to1DArray();
  const lower = factor.lowerTriangularMatrix;
  let likelihood = 0;
  deviations.forEach((value, i) => { likelihood -= (value * weights[i]!) / 2 + Math.log(lower.get(i, i)); });
  return { reach, signal, own, factor, weights, likelihood };
}
