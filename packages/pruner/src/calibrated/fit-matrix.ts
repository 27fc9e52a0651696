import type { Scheme } from '@fretwork/format';
import type { Matrix, ProjectOptions } from '../contract.js';
import { project, supports } from '../projection/project.js';
import { withRate } from '../training/part.js';
import type { Moments } from './moments.js';
import { damped, outputError, refit, type Problem } from './refit.js';
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

const SWEEPS = 6;

/**
 * Tries every score, and the last one in steps of rising rate with re-fitting in between, and keeps the result with the
 * least error on the inputs seen: never more than magnitude pruning without re-fitting, which is a candidate itself.
 */
export function fitMatrix(matrix: Matrix, scheme: Scheme, { gram }: Moments, options: FitOptions): Fit {
  const { rows, columns, values: weights } = matrix;
  const problem: Problem = { rows, columns, weights, gram };
  const stiff: Problem = { ...problem, gram: damped(gram, columns, options.damping) };
  const choose = (from: Float32Array, factorOf: (i: number) => number, wanted: Scheme): Uint8Array =>
    project({ ...matrix, values: from.map((w, i) => w * factorOf(i)) }, wanted, options.project).mask.keep;
  const fitted = (keep: Uint8Array): Float32Array => refit(stiff, keep, { blockColumns: options.blockColumns, sweeps: SWEEPS });

  const whole = outputError(problem);
  const plainKeep = project(matrix, scheme, options.project).mask.keep;
  const plain = weights.map((w, i) => (plainKeep[i] === 1 ? w : 0));
  const plainError = outputError(problem, plain);
  let best: Fit = { keep: plainKeep, values: plain, score: 'magnitude', plainError, error: plainError, whole };
  const consider = (score: string, keep: Uint8Array, values: Float32Array): void => {
    const error = outputError(problem, values);
    if (error < best.error) best = { ...best, keep, values, score, error };
  };
  for (const { score, per, factors } of SCORES) {
    const all = factors(stiff, options.blockColumns);
    // Brought into the range of f32.
    const largest = all.reduce((a, b) => Math.max(a, b), 0) || 1;
    const factorOf = (i: number): number => all[per === 'row' ? Math.floor(i / columns) : i % columns]! / largest;
    const keep = score === 'magnitude' ? plainKeep : choose(weights, factorOf, scheme);
    consider(score, keep, fitted(keep));
    if (score !== 'curvature' || scheme.kind === 'dense') continue;
    let values = weights;
    for (let step = 1; step <= options.steps; step++) {
      const wanted = step === options.steps ? scheme : withRate(scheme, scheme.rate ** (step / options.steps));
      if (!supports(wanted, matrix).ok) continue;
      const now = choose(values, factorOf, wanted);
      values = fitted(now);
      if (step === options.steps) consider('curvature in steps', now, values);
    }
  }
  return best;
}
