import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/** What is known of the deviation at a place. */
export interface Correction {
  readonly mean: number;
  /** Standard deviation of what a single layer there deviates. */
  readonly deviation: number;
}

export type Corrections = (place: readonly number[]) => Correction;

/** How far a deviation reaches, and how much of it is noise of single layers. */
interface Reach {
  readonly length: number;
  readonly noise: number;
}

const LENGTHS = [3, 5, 8, 14];
const NOISES = [0.05, 0.15, 0.4, 1, 3];

/**
 * Deviations (logarithms of measured / priced) as a Gaussian process over the coordinates of the layers, with mean 0: near a
 * measured layer its deviation counts, far from all nothing does (Rasmussen & Williams 2006, algorithm 2.1). How far "near" is comes
 * from the data: the reach of greatest likelihood.
 */
export function fitCorrections(places: readonly (readonly number[])[], deviations: readonly number[]): Corrections {
  const variance = Math.max(1e-4, deviations.reduce((sum, value) => sum + value ** 2, 0) / Math.max(1, deviations.length));
  const all = LENGTHS.flatMap((length) => NOISES.map((noise): Reach => ({ length, noise })));
  const best = all.map((reach) => process(places, deviations, variance, reach)).reduce((a, b) => (b.likelihood > a.likelihood ? b : a));
  return best.at;
}

function process(places: readonly (readonly number[])[], deviations: readonly number[], variance: number, { length, noise }: Reach): { readonly likelihood: number; readonly at: Corrections } {
  // Signal and noise share the variance that there is.
  const signal = variance / (1 + noise);
  const own = signal * noise;
  const near = (a: readonly number[], b: readonly number[]): number => {
    let distance = 0;
    for (let i = 0; i < a.length; i++) distance += (a[i]! - b[i]!) ** 2;
    // Matérn 3/2: neighbours count, without the smoothness that no run time has.
    const r = Math.sqrt(3 * distance) / length;
    return signal * (1 + r) * Math.exp(-r);
  };
  const covariance = new Matrix(places.map((a, i) => places.map((b, j) => near(a, b) + (i === j ? own : 0))));
  const factor = new CholeskyDecomposition(covariance);
  const weights = factor.solve(Matrix.columnVector([...deviations])).to1DArray();
  const lower = factor.lowerTriangularMatrix;
  let likelihood = 0;
  deviations.forEach((value, i) => { likelihood -= (value * weights[i]!) / 2 + Math.log(lower.get(i, i)); });
  return {
    likelihood,
    at: (place) => {
      const to = places.map((other) => near(place, other));
      const mean = to.reduce((sum, value, i) => sum + value * weights[i]!, 0);
      const known = factor.solve(Matrix.columnVector(to)).to1DArray().reduce((sum, value, i) => sum + value * to[i]!, 0);
      return { mean, deviation: Math.sqrt(Math.max(0, signal - known) + own) };
    },
  };
}
