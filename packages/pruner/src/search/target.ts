import { costOf, FretworkError, inferShapes, type Model } from '@fretwork/format';
import type { PrunedModel, PruneRequest } from '../contract.js';
import { pruneModel } from '../one-shot/prune-model.js';
import { withRate } from '../training/part.js';
import type { Evaluate } from './sensitivity.js';

/** What the pruned model is to reach; `maxDrop` is in units of the caller's accuracy. */
export type Target =
  /** Compression over all prunable weights of the model, those that stay dense too. */
  | { readonly rate: number }
  /** Multiply-accumulates of one run, at most. */
  | { readonly macs: number }
  /** Bytes of all tensors as they are stored, at most. */
  | { readonly bytes: number }
  | { readonly maxDrop: number; readonly evaluate: Evaluate };

export interface SearchOptions {
  /** How a candidate is pruned. Default `pruneModel`; for rates, MACs and bytes that is enough whatever method follows: they depend on the structure alone. */
  readonly prune?: (model: Model, request: PruneRequest) => PrunedModel | Promise<PrunedModel>;
  /** Default 256. */
  readonly highest?: number;
  /** Two rates that differ by less than this share are one. Default 0.01. */
  readonly tolerance?: number;
  readonly signal?: AbortSignal;
  readonly onTrial?: (trial: Trial) => void;
}

export interface Trial {
  readonly rate: number;
  /** Rate, MACs, bytes, or drop of accuracy at it. */
  readonly value: number;
  readonly holds: boolean;
}

export interface FoundTarget {
  /** What the scheme is asked for; of a plan, the largest rate. */
  readonly rate: number;
  /** The request with that rate in it. */
  readonly request: PruneRequest;
  readonly pruned: PrunedModel;
  readonly value: number;
  readonly trials: readonly Trial[];
}

/** How a target is measured. `lowest`: the lowest rate that holds is wanted, else the highest. */
interface Measure {
  readonly lowest: boolean;
  readonly of: (pruned: PrunedModel) => Promise<number>;
  readonly holds: (value: number) => boolean;
}

/**
 * The rate at which `target` is met, by bisection of its logarithm: the lowest for `rate`, `macs` and `bytes`, the highest
 * that holds for `maxDrop`. Rates of a plan keep the ratios of their logarithms. Assumes that more pruning means less of
 * each; what is returned was pruned and measured. Throws `target.unreachable`, `target.value`.
 */
export async function findTarget(model: Model, request: PruneRequest, target: Target, options: SearchOptions = {}): Promise<FoundTarget> {
  const { prune = pruneModel, highest = 256, tolerance = 0.01, signal, onTrial } = options;
  const measure = await measureOf(model, target);
  const trials: Trial[] = [];
  const attempt = async (rate: number): Promise<FoundTarget & { readonly holds: boolean }> => {
    signal?.throwIfAborted();
    const asked = atRate(request, rate);
    const pruned = await prune(model, asked);
    const value = await measure.of(pruned);
    const trial = { rate, value, holds: measure.holds(value) };
    trials.push(trial);
    onTrial?.(trial);
    return { rate, request: asked, pruned, value, trials, holds: trial.holds };
  };
  const [first, last] = [await attempt(measure.lowest ? highest : 1), measure.lowest ? 1 : highest];
  if (!first.holds) {
    throw new FretworkError('target.unreachable', measure.lowest ? `not even rate ${highest} meets the target` : 'not even rate 1 holds: this scheme takes away too much', {
      expected: JSON.stringify(target), actual: String(first.value),
      hint: measure.lowest ? 'skip fewer layers, or ask for less' : 'take a finer scheme, or allow a larger drop',
    });
  }
  const other = await attempt(last);
  let best = first;
  let [good, bad] = [first.rate, last];
  if (other.holds) [best, bad] = [other, good = other.rate];
  while (Math.max(good, bad) / Math.min(good, bad) > 1 + tolerance) {
    const middle = await attempt(Math.sqrt(good * bad));
    if (middle.holds) [best, good] = [middle, middle.rate];
    else bad = middle.rate;
  }
  const { holds: _, ...found } = best;
  return found;
}

async function measureOf(model: Model, target: Target): Promise<Measure> {
  const [name, wanted] = Object.entries(target).find(([, value]) => typeof value === 'number') as [string, number];
  if (!Number.isFinite(wanted) || wanted < 0) throw new FretworkError('target.value', 'a target is a number that is not negative', { actual: `${name} ${wanted}` });
  if ('rate' in target) return { lowest: true, of: async ({ report }) => report.total.rate, holds: (value) => value >= wanted * (1 - 1e-9) };
  if ('maxDrop' in target) {
    const baseline = await target.evaluate(model);
    return { lowest: false, of: async ({ model: pruned }) => baseline - await target.evaluate(pruned), holds: (value) => value <= wanted };
  }
  const cost = (pruned: Model): ReturnType<typeof costOf> => costOf(pruned, inferShapes(pruned));
  if ('bytes' in target) return { lowest: true, of: async ({ model: pruned }) => cost(pruned).weightBytes, holds: (value) => value <= wanted };
  return {
    lowest: true, holds: (value) => value <= wanted,
    of: async ({ model: pruned }) => {
      const { macs } = cost(pruned);
      if (macs.ok) return macs.sparse;
      throw new FretworkError('target.value', `the multiply-accumulates of this model cannot be counted: ${macs.reason}`, { hint: macs.hint });
    },
  };
}

function atRate(request: PruneRequest, rate: number): PruneRequest {
  if (request.plan === undefined) return { ...request, scheme: withRate(request.scheme, rate) };
  const rateOf = (entry: { readonly scheme: { readonly kind: string; readonly rate?: number } }): number => entry.scheme.rate ?? 1;
  const largest = Math.log(Math.max(...request.plan.entries.map(rateOf), 1 + 1e-9));
  const entries = request.plan.entries.map((entry) => ({ ...entry, scheme: withRate(entry.scheme, rateOf(entry) ** (Math.log(rate) / largest)) }));
  return { ...request, plan: { ...request.plan, entries } };
}
