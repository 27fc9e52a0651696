import type { Scheme } from '@fretwork/format';
import type { Matrix, PlannedWeight, ProjectOptions, PruningPlan } from '../contract.js';
import { project, supports } from '../projection/project.js';
import { withRate } from '../training/part.js';
import { damped, outputError, refit, type Problem } from './refit.js';
import { rowsOf, spreadRows } from './rows.js';
import { SCORES } from './scores.js';

/** What a tensor loses at one rate: `kept` weights, and the share of its output that goes, of `[0, 1]`. */
export interface RatePoint {
  readonly kept: number;
  readonly lost: number;
}

/** Kept shares of a curve: a fifth less each time, up to sixteen times the rate asked for. */
const STEP = 0.8;
/** Of these so many at the beginning are tried, where curves bend most, and then each third; between two the error is taken along its logarithm. */
const [DENSE_STEPS, STRIDE] = [3, 3];
const FURTHEST = 16;
const ROWS = 32;
/** What is lost counts by its logarithm, so that no layer is cut off while others are whole; this is where that ends. */
const LEAST_LEFT = 1e-3;

/** The error of one matrix after re-fitting, on some of its rows, at each rate that the scheme can have up to `furthest`. */
export function rateErrors(matrix: Matrix, scheme: Scheme, gram: Float64Array, options: { readonly damping: number; readonly blockColumns: number; readonly project: ProjectOptions }, furthest: number): {
  readonly points: readonly SharePoint[]; readonly whole: number;
} {
  const { rows, columns, values: weights } = matrix;
  const stiff: Problem = { rows, columns, weights, gram: damped(gram, columns, options.damping) };
  const factors = SCORES.find(({ score }) => score === 'input')!.factors(stiff, options.blockColumns);
  const largest = factors.reduce((a, b) => Math.max(a, b), 0) || 1;
  const valued = { ...matrix, values: weights.map((w, i) => w * (factors[i % columns]! / largest)) };
  const sample = spreadRows(rows, ROWS);
  const part = { rows: sample.length, columns, weights: rowsOf(weights, columns, sample) };
  const shares: number[] = [];
  for (let share = STEP; share * furthest >= 1 && supports(withRate(scheme, 1 / share), matrix).ok; share *= STEP) shares.push(share);
  const points: SharePoint[] = [];
  for (const [i, share] of shares.entries()) {
    if (i >= DENSE_STEPS && (i - DENSE_STEPS + 1) % STRIDE !== 0 && i < shares.length - 1) continue;
    const wanted = withRate(scheme, 1 / share);
    const { mask: { keep }, kept } = project(valued, wanted, options.project);
    if (kept === 0) break;
    const fitted = refit({ ...part, gram: stiff.gram }, rowsOf(keep, columns, sample), { blockColumns: options.blockColumns, sweeps: 1 });
    points.push({ share, kept, error: outputError({ ...part, gram }, fitted) });
  }
  return { points: filled(points), whole: outputError({ ...part, gram }) };
}

interface SharePoint {
  readonly share: number;
  readonly kept: number;
  readonly error: number;
}

/** With the points between that were left out. */
function filled(points: readonly SharePoint[]): readonly SharePoint[] {
  return points.flatMap((to, i) => {
    const from = points[i - 1];
    if (from === undefined) return [to];
    const gaps = Math.round(Math.log(to.share / from.share) / Math.log(STEP));
    const between = (a: number, b: number, at: number): number => (a > 0 && b > 0 ? a ** (1 - at) * b ** at : a + (b - a) * at);
    return Array.from({ length: gaps }, (_, g): SharePoint => {
      const at = (g + 1) / gaps;
      return g === gaps - 1 ? to : { share: between(from.share, to.share, at), kept: Math.round(between(from.kept, to.kept, at)), error: between(from.error, to.error, at) };
    });
  });
}

export const furthestOf = (scheme: Scheme): number => (scheme.kind === 'dense' ? 1 : FURTHEST * scheme.rate);

/** Of all matrices of a tensor: kept weights and the share lost, at the rates that all of them reached. */
export function curveOf(weights: number, errors: readonly ReturnType<typeof rateErrors>[]): readonly RatePoint[] {
  const whole = errors.reduce((sum, e) => sum + e.whole, 0);
  const count = Math.min(...errors.map(({ points }) => points.length));
  return [{ kept: weights, lost: 0 }, ...Array.from({ length: count }, (_, i): RatePoint => ({
    kept: errors.reduce((sum, { points }) => sum + points[i]!.kept, 0),
    lost: whole === 0 ? 0 : Math.min(1, errors.reduce((sum, { points }) => sum + points[i]!.error, 0) / whole),
  }))];
}

/**
 * Kept weights of each tensor, `budget` together: from all dense, the tensor goes on along its curve whose step costs least for
 * each weight that it frees. The cost of a tensor is -log(1 - lost), so that their sum is about that of the whole chain of
 * layers. Curves are taken at their lower convex hulls, where this order is the best one.
 */
export function shareOut(curves: readonly (readonly RatePoint[])[], budget: number): readonly number[] {
  const hulls = curves.map((curve) => hull(curve.map(({ kept, lost }) => ({ kept, cost: -Math.log(Math.max(LEAST_LEFT, 1 - lost)) }))));
  const kept = hulls.map((points) => points[0]!.kept);
  const steps = hulls.flatMap((points, tensor) => points.slice(1).map((to, i) => ({ tensor, to, price: (to.cost - points[i]!.cost) / (points[i]!.kept - to.kept) })));
  let total = kept.reduce((a, b) => a + b, 0);
  // Prices rise along each hull: sorting keeps its order.
  for (const { tensor, to } of [...steps].sort((a, b) => a.price - b.price)) {
    if (total <= budget) break;
    const next = Math.max(to.kept, kept[tensor]! - (total - budget));
    total -= kept[tensor]! - next;
    kept[tensor] = next;
  }
  return kept;
}

interface Point {
  readonly kept: number;
  readonly cost: number;
}

/** From many to few kept weights; of two with as many the cheaper one. */
function hull(points: readonly Point[]): readonly Point[] {
  const out: Point[] = [];
  for (const point of [...points].sort((a, b) => b.kept - a.kept || a.cost - b.cost)) {
    if (out.length > 0 && out.at(-1)!.kept === point.kept) continue;
    // A point above the line between its neighbours is none of the hull.
    while (out.length > 1 && slope(out.at(-2)!, point) <= slope(out.at(-2)!, out.at(-1)!)) out.pop();
    out.push(point);
  }
  return out;
}

const slope = (from: Point, to: Point): number => (to.cost - from.cost) / (from.kept - to.kept);

/** `plan` with each tensor that is named in `kept` at its own rate, and each layer at that of its tensors together. */
export function withShares(plan: PruningPlan, kept: ReadonlyMap<string, number>): PruningPlan {
  const sizeOf = ({ shape }: PlannedWeight): number => shape.reduce((a, b) => a * b, 1);
  const leftOf = (weight: PlannedWeight): number => kept.get(weight.tensor) ?? sizeOf(weight) / rateOf(weight.scheme);
  return {
    layers: plan.layers.map((layer) => {
      const pruned = layer.weights.filter(({ scheme }) => scheme.kind !== 'dense');
      const rate = pruned.reduce((sum, w) => sum + sizeOf(w), 0) / pruned.reduce((sum, w) => sum + leftOf(w), 0);
      return {
        ...layer, scheme: pruned.length === 0 ? layer.scheme : withRate(layer.scheme, rate),
        weights: layer.weights.map((weight) => ({ ...weight, scheme: withRate(weight.scheme, sizeOf(weight) / leftOf(weight)) })),
      };
    }),
  };
}

export const rateOf = (scheme: Scheme): number => (scheme.kind === 'dense' ? 1 : scheme.rate);
