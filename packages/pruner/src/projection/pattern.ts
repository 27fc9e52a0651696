import type { PatternScheme } from '@fretwork/format';
import type { Allocation, Matrix } from '../contract.js';
import { allocate } from './allocate.js';

export interface PatternChoice {
  /** Positions that a pattern keeps. */
  readonly keep: number;
  /** Patterns to choose at most. */
  readonly count: number;
}

/**
 * The library of patterns for `matrices` (a layer, or a whole model), PatDNN's rule (papers.md 3.1): each kernel has a
 * natural pattern, the centre and its `keep - 1` largest weights; the `count` most frequent ones are chosen. Kernels of
 * zeros do not vote; among equally frequent patterns the smaller mask goes first. Masks ascend, bit i is position i.
 * Kernels with an even number of positions have no centre, there the largest weights alone decide. Matrices must agree
 * on `kernel`; without any vote the result is the pattern of the lowest positions.
 */
export function choosePatterns(matrices: readonly Matrix[], choice: PatternChoice): readonly number[] {
  const votes = new Map<number, number>();
  for (const { values, kernel } of matrices) {
    for (let from = 0; from < values.length; from += kernel) {
      const kernelValues = values.subarray(from, from + kernel);
      if (kernelValues.every((w) => w === 0)) continue;
      const mask = naturalPattern(kernelValues, choice.keep);
      votes.set(mask, (votes.get(mask) ?? 0) + 1);
    }
  }
  if (votes.size === 0) return [naturalPattern(new Float32Array(matrices[0]?.kernel ?? 9), choice.keep)];
  const ranked = [...votes].sort(([a, m], [b, n]) => n - m || a - b);
  return ranked.slice(0, choice.count).map(([mask]) => mask).sort((a, b) => a - b);
}

/** The centre, where there is one, and the largest of the rest; among equals the lower position. */
function naturalPattern(values: Float32Array, keep: number): number {
  const centre = values.length % 2 === 1 ? (values.length - 1) / 2 : -1;
  const size = (i: number): number => (i === centre ? Infinity : Math.abs(values[i]!));
  const order = Array.from(values, (_, i) => i).sort((a, b) => size(b) - size(a) || a - b);
  // Two infinities have no difference, but there is one centre alone.
  return order.slice(0, keep).reduce((mask, i) => mask | (1 << i), 0) >>> 0;
}

/**
 * Each kernel takes the pattern that keeps most of it (the first of equals); then whole kernels go (connectivity) until
 * `scheme.rate` is met. The parts of the allocation are the filters: `balanced` lets every filter keep the same number
 * of kernels, plus or minus one. A rate below positions / keep asks for less than the patterns alone remove: then all
 * kernels stay.
 */
export function pattern(matrix: Matrix, scheme: PatternScheme, patterns: readonly number[], allocation: Allocation): Uint8Array {
  const { rows, columns, kernel, values } = matrix;
  const channels = columns / kernel;
  const chosen = new Uint8Array(rows * channels);
  const scores = new Float64Array(rows * channels);
  for (let k = 0; k < scores.length; k++) {
    let best = -1;
    for (let p = 0; p < patterns.length; p++) {
      let energy = 0;
      for (let i = 0; i < kernel; i++) {
        if (((patterns[p]! >>> i) & 1) === 0) continue;
        const w = values[k * kernel + i]!;
        energy += w * w;
      }
      if (energy > best) {
        best = energy;
        chosen[k] = p;
      }
    }
    scores[k] = best;
  }
  const share = kernel / (scheme.keep * scheme.rate);
  const kept = allocate({ parts: rows, groups: channels, scores, weightOf: () => scheme.keep }, share, allocation);

  const keep = new Uint8Array(rows * columns);
  for (let k = 0; k < kept.length; k++) {
    if (kept[k] === 0) continue;
    const mask = patterns[chosen[k]!]!;
    for (let i = 0; i < kernel; i++) keep[k * kernel + i] = (mask >>> i) & 1;
  }
  return keep;
}
