import { dense } from '@fretwork/format';
import type { Matrix } from '../contract.js';
import { gather, scatter } from '../one-shot/matrices.js';
import { groupSets, meanSquares, patternsFirst, type GroupSet } from './groups.js';
import type { TrainedParameter } from './parameter.js';
import type { PhaseOf } from './phase.js';
import { narrow, penaltiesOf, weightsNow, type Work } from './state.js';

/** One matrix of a parameter, its groups, and which of its weights are still free. */
interface Seen {
  readonly index: number;
  readonly matrix: Matrix;
  readonly free: Uint8Array;
  readonly sets: readonly GroupSet[];
  readonly scores: readonly Float64Array[];
}

/**
 * Reweighted group regularisation (papers.md 3.2): R = price · Σ over groups of n · ‖g‖² / (‖g‖²ₜ + n·ε), n the weights of
 * a group and ‖g‖²ₜ its norm when the round began: the tangent of a logarithm, so that small groups pay nearly their
 * full price and large ones nothing more for growing. Norms are per weight and relative to those of the layer at the
 * start: one price per kept weight holds in all layers, and the rate of each follows from what its weights are worth.
 */
export async function reweigh(work: Work, { strength, epsilon }: PhaseOf<'reweigh'>): Promise<void> {
  const { parameters, state, trainer } = work;
  const weights = await weightsNow(work);
  if (state.scale.size === 0) await begin(work, weights);
  const total = parameters.reduce((sum, { tensor }) => sum + weights.get(tensor)!.length, 0);
  for (const parameter of parameters) {
    const scale = state.scale.get(parameter.tensor)!;
    const all = new Float32Array(weights.get(parameter.tensor)!.length);
    for (const { index, free, sets, scores } of seen(work, parameter, weights)) {
      const pull = new Float32Array(free.length);
      const price = (2 * strength) / (total * Math.max(1, sets.length));
      sets.forEach(({ groupOf }, s) => {
        for (let i = 0; i < pull.length; i++) pull[i] = pull[i]! + price / (scores[s]![groupOf[i]!]! + epsilon * scale);
      });
      scatter(all, parameter.matrices, index, pull);
    }
    state.strengths.set(parameter.tensor, all);
  }
  await trainer.setPenalties(penaltiesOf(state));
}

/** Norms to compare with; and patterns are taken now, so that whole kernels are what is left to decide. */
async function begin({ parameters, state, trainer }: Work, weights: ReadonlyMap<string, Float32Array>): Promise<void> {
  for (const { tensor, shape, matrices, scheme, options } of parameters) {
    const values = weights.get(tensor)!;
    state.scale.set(tensor, Math.max(Number.MIN_VALUE, values.reduce((sum, w) => sum + w * w, 0) / values.length));
    if (scheme.kind !== 'pattern') continue;
    const mask = new Uint8Array(values.length);
    for (let m = 0; m < matrices.count; m++) {
      scatter(mask, matrices, m, patternsFirst(gather(dense('f32', shape, values), matrices, m), scheme, options)!);
    }
    narrow(state, tensor, mask);
  }
  await trainer.setMasks(state.masks);
}

function seen({ state }: Work, { tensor, shape, matrices, scheme }: TrainedParameter, weights: ReadonlyMap<string, Float32Array>): readonly Seen[] {
  const values = weights.get(tensor)!;
  const mask = Float32Array.from(state.masks.get(tensor) ?? new Uint8Array(values.length).fill(1));
  return Array.from({ length: matrices.count }, (_, index) => {
    const matrix = gather(dense('f32', shape, values), matrices, index);
    const free = Uint8Array.from(gather(dense('f32', shape, mask), matrices, index).values);
    const sets = groupSets(matrix, scheme);
    return { index, matrix, free, sets, scores: sets.map((set) => meanSquares(set, matrix.values, free)) };
  });
}

/**
 * Groups whose mean square, relative to that of their layer at the start, is below `below` go; with `rate` the threshold
 * is instead the one, common to all layers, that meets this rate over all of them. The strongest group of every matrix
 * stays, so that no layer is cut.
 */
export async function threshold(work: Work, { below, rate }: PhaseOf<'threshold'>): Promise<void> {
  const { parameters, state, trainer } = work;
  const weights = await weightsNow(work);
  const all = parameters.map((parameter) => ({ parameter, scale: state.scale.get(parameter.tensor)!, matrices: seen(work, parameter, weights) }));
  const keepsAt = (limit: number): number => all.reduce((sum, { scale, matrices }) =>
    sum + matrices.reduce((kept, m) => kept + stays(m, limit * scale).reduce((n, k) => n + k, 0), 0), 0);
  const total = all.reduce((sum, { matrices }) => sum + matrices.reduce((n, { free }) => n + free.length, 0), 0);
  const limit = rate === undefined ? below : commonThreshold(keepsAt, total / rate);
  for (const { parameter, scale, matrices } of all) {
    const mask = new Uint8Array(weights.get(parameter.tensor)!.length);
    for (const m of matrices) scatter(mask, parameter.matrices, m.index, stays(m, limit * scale));
    narrow(state, parameter.tensor, mask);
  }
  state.strengths.clear();
  await trainer.setPenalties(penaltiesOf(state));
  await trainer.setMasks(state.masks);
}

function stays({ sets, scores, free }: Seen, limit: number): Uint8Array {
  const limits = scores.map((score) => Math.min(limit, score.reduce((a, b) => Math.max(a, b), 0)));
  return free.map((f, i) => (f === 1 && sets.every(({ groupOf }, s) => scores[s]![groupOf[i]!]! >= limits[s]!) ? 1 : 0));
}

/** Norms span many orders of magnitude: their logarithm is halved, until no group lies between. */
function commonThreshold(keepsAt: (limit: number) => number, wanted: number): number {
  let [low, high] = [-80, 20];
  for (let i = 0; i < 48; i++) {
    const middle = (low + high) / 2;
    if (keepsAt(2 ** middle) > wanted) low = middle;
    else high = middle;
  }
  return Math.abs(keepsAt(2 ** low) - wanted) < Math.abs(keepsAt(2 ** high) - wanted) ? 2 ** low : 2 ** high;
}
