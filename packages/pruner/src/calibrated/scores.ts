import { factorise, inverseDiagonal } from './cholesky.js';
import { columnBlocks, outputError, type Problem } from './refit.js';

/** What a weight is worth, in a way that `project` can rank: the square of the returned value is the loss if it goes. */
export interface ScoreRow {
  readonly score: string;
  readonly says: string;
  readonly per: 'column' | 'row';
  /** Factors of the magnitudes in each column `[columns]`, or row `[rows]`. `gram` is damped. */
  readonly factors: (problem: Problem, blockColumns: number) => Float64Array;
}

/** Every way of choosing that `calibrate` tries; the one with the least error of the output is taken. */
export const SCORES: readonly ScoreRow[] = [
  { score: 'magnitude', says: 'the size of the weight alone', per: 'column', factors: ({ columns }) => new Float64Array(columns).fill(1) },
  {
    score: 'input',
    says: 'its size times that of its input: the change if nothing makes up for it',
    per: 'column',
    factors: ({ columns, gram }) => Float64Array.from({ length: columns }, (_, c) => Math.sqrt(gram[c * columns + c]!)),
  },
  {
    score: 'output',
    says: 'its share of the output of its row: exact where whole rows go',
    per: 'row',
    factors: ({ rows, columns, weights, gram }) => Float64Array.from({ length: rows }, (_, r) => {
      const row = weights.subarray(r * columns, (r + 1) * columns);
      const norm = row.reduce((sum, w) => sum + w * w, 0);
      return norm === 0 ? 0 : Math.sqrt(outputError({ rows: 1, columns, weights: row, gram }) / norm);
    }),
  },
  {
    score: 'curvature',
    says: 'the change if the other weights of its block of columns make up for it: w² / [H⁻¹]ᵢᵢ (optimal brain surgeon)',
    per: 'column',
    factors: ({ columns, gram }, blockColumns) => {
      const factors = new Float64Array(columns);
      for (const [from, to] of columnBlocks(columns, blockColumns)) {
        const n = to - from;
        const block = new Float64Array(n * n);
        for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) block[i * n + j] = gram[(from + i) * columns + from + j]!;
        factorise(block, n);
        inverseDiagonal(block, n).forEach((d, i) => { factors[from + i] = 1 / Math.sqrt(d); });
      }
      return factors;
    },
  },
];
