import type { Scheme } from '@fretwork/format';
import type { Matrix, ProjectOptions } from '../contract.js';
import { project, supports } from '../projection/project.js';
import { withRate } from '../training/part.js';
import type { Moments } from './moments.js';
import { damped, outputError, refit, type Problem } from './refit.js';
import { rowsOf, spreadRows } from './rows.js';
import { SCORES } from './scores.js';

export interface FitOptions {
  readonly damping: number;
  readonly blockColumns: number;
  readonly steps: number;
  readonly project: ProjectOptions;
}

/** A pruned matrix and the least error found. Errors are tr (W - Ŵ)·H·(W - Ŵ)ᵀ; `whole` is tr W·H·Wᵀ. */
export interface Fit {
  readonly keep: Uint8Array;
  readonly values: Float32Array;
  readonly score: string;
  readonly plainError: number;
  readonly error: number;
  readonly whole: number;
}

const SWEEPS = 8;
/** Where candidates are compared, the last digits do not matter. */
const ROUGH_SWEEPS = 3;

/** Multiplications of one error of the whole matrix, above which candidates are compared on some of its rows. */
const LARGE = 2 ** 27;
const SAMPLED_ROWS = 32;

interface Candidate {
  readonly score: string;
  readonly keep: Uint8Array;
}

/**
 * Tries every score, and the last one in steps of rising rate with re-fitting in between, and keeps the mask with the
 * least error on the inputs seen after re-fitting. Masks of large matrices are compared on a sample of their rows; the
 * result as a whole is never worse than magnitude pruning without re-fitting, which is the last resort.
 */
export function fitMatrix(matrix: Matrix, scheme: Scheme, { gram }: Moments, options: FitOptions): Fit {
  const { rows, columns, values: weights } = matrix;
  const problem: Problem = { rows, columns, weights, gram };
  const stiff: Problem = { ...problem, gram: damped(gram, columns, options.damping) };
  const fitted = (from: Problem, keep: Uint8Array, sweeps: number): Float32Array => refit(from, keep, { blockColumns: options.blockColumns, sweeps });

  const sample = sampledRows(rows, columns);
  const take = <T extends Float32Array | Uint8Array>(values: T): T => rowsOf(values, columns, sample);
  const part = { rows: sample.length, columns, weights: take(weights) };
  let [least, best]: [number, Candidate | undefined] = [Infinity, undefined];
  for (const candidate of candidates(matrix, scheme, stiff, options, (keep) => fitted(stiff, keep, 1))) {
    const error = outputError({ ...part, gram }, fitted({ ...part, gram: stiff.gram }, take(candidate.keep), ROUGH_SWEEPS));
    if (error < least) [least, best] = [error, candidate];
  }
  const whole = outputError(problem);
  const plainKeep = project(matrix, scheme, options.project).mask.keep;
  const plain = weights.map((w, i) => (plainKeep[i] === 1 ? w : 0));
  const plainError = outputError(problem, plain);
  const values = fitted(stiff, best!.keep, SWEEPS);
  const error = outputError(problem, values);
  return error < plainError
    ? { ...best!, values, plainError, error, whole }
    : { score: 'magnitude', keep: plainKeep, values: plain, plainError, error: plainError, whole };
}

function* candidates(
  matrix: Matrix, scheme: Scheme, stiff: Problem, options: FitOptions, roughly: (keep: Uint8Array) => Float32Array,
): Generator<Candidate> {
  const { columns, values: weights } = matrix;
  for (const { score, per, factors } of SCORES) {
    const all = factors(stiff, options.blockColumns);
    // Brought into the range of f32.
    const largest = all.reduce((a, b) => Math.max(a, b), 0) || 1;
    const choose = (from: Float32Array, wanted: Scheme): Uint8Array => project(
      { ...matrix, values: from.map((w, i) => w * (all[per === 'row' ? Math.floor(i / columns) : i % columns]! / largest)) }, wanted, options.project,
    ).mask.keep;
    yield { score, keep: choose(weights, scheme) };
    if (score !== 'curvature' || scheme.kind === 'dense') continue;
    let values = weights;
    for (let step = 1; step < options.steps; step++) {
      const wanted = withRate(scheme, scheme.rate ** (step / options.steps));
      if (supports(wanted, matrix).ok) values = roughly(choose(values, wanted));
    }
    yield { score: 'curvature in steps', keep: choose(values, scheme) };
  }
}

/** All rows, or evenly spread ones of a large matrix. */
const sampledRows = (rows: number, columns: number): readonly number[] => spreadRows(rows, rows * columns * columns > LARGE ? SAMPLED_ROWS : rows);
