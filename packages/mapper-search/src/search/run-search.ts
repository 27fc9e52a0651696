import { FretworkError } from '@fretwork/format';
import type { Actions, Evaluated, Evaluator, Job, Metrics, Round, Searcher, SearchProgress, SearchResult, SearchSpace, SearchState, Told } from '../contract.js';
import { accuracyOf, bestOf, isWithin, paretoFront, penaltyOf, REWARD } from '../reward.js';
import type { SearcherRow } from '../searchers/searcher-row.js';
import { actionsText } from '../space/search-space.js';
import { barsOf } from './bars.js';
import { checkState, emptyState, setupText } from './state.js';

export interface SearchOptions {
  readonly space: SearchSpace;
  readonly searcher: SearcherRow;
  readonly evaluator: Evaluator;
  /** Plans to be evaluated. */
  readonly budget: number;
  /** Proposals of a round. Part of what decides the outcome, unlike the number of workers. Default 8. */
  readonly round?: number;
  /** Default 0. */
  readonly seed?: number;
  /** One plan in so many goes on after a rung. Default 3; 1: all do. */
  readonly halving?: number;
  /** More of what makes this search: goes into the set-up that a state belongs to. */
  readonly about?: unknown;
  readonly start?: Actions;
  readonly sessions?: Parameters<SearcherRow['make']>[0]['sessions'];
  readonly policy?: string;
  /** To go on from. */
  readonly state?: SearchState;
  /** After every evaluation and every round, to keep it. */
  readonly onState?: (state: SearchState) => void | Promise<void>;
  readonly onProgress?: (progress: SearchProgress) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** Proposals for each evaluation of the budget, at most: a policy that has settled proposes what is known. */
const ASKED_PER_EVALUATION = 20;

/**
 * Searches until the budget is spent, or until nothing new is proposed. Deterministic: set-up and budget decide the result, whatever the number of workers
 * and however often it was stopped. Throws as the contract says.
 */
export async function runSearch(options: SearchOptions): Promise<SearchResult> {
  const { space, searcher: row, evaluator, budget, seed = 0, round: size = 8, halving = 3, start, sessions, policy } = options;
  for (const [name, value] of Object.entries({ budget, round: size, halving })) if (!(Number.isSafeInteger(value) && value >= 1)) throw new FretworkError('search.option', `${name} is no count`, { expected: 'a whole number from 1', actual: `${value}` });
  const setup = setupText({ space, searcher: row.name, evaluation: evaluator.setup, seed, round: size, halving, reward: REWARD, start, policy, about: options.about });
  const search = new Search(options, options.state === undefined ? emptyState(setup) : checkState(options.state, setup));
  const searcher = row.make({ space, seed, ...(start !== undefined && { start }), ...(sessions !== undefined && { sessions }), ...(policy !== undefined && { policy }) });
  try {
    if (search.state.searcher !== null) searcher.restore(search.state.searcher);
    while (evaluatedOf(search.state).length < budget && (search.state.round !== null || search.state.asked < ASKED_PER_EVALUATION * budget)) {
      options.signal?.throwIfAborted();
      if (search.state.round === null) await search.ask(searcher, { size, halving });
      await search.finishRound(searcher, budget);
    }
  } finally {
    await searcher.dispose();
  }
  return resultOf(search.state, space);
}

/** In the order they were proposed; of the round at hand what is there. */
const evaluatedOf = ({ evaluated, round }: SearchState): readonly Evaluated[] => [...evaluated, ...(round === null ? [] : round.proposals.flatMap((_, at) => round.found[at] ?? []))];

function resultOf(state: SearchState, space: SearchSpace): SearchResult {
  const evaluated = evaluatedOf(state);
  const best = bestOf(evaluated, space.targetMs);
  if (best === undefined) {
    throw new FretworkError('search.impossible', 'nothing that was proposed comes near the target', {
      expected: `at most ${(REWARD.hopeless * space.targetMs).toPrecision(3)} ms`, actual: `${state.tooSlow} of ${state.asked} proposals were too slow; ${space.denseMs.toPrecision(3)} ms dense`,
      hint: 'ask for more time, begin with a plan of the rules, or allow more evaluations',
    });
  }
  return { state, evaluated, best, within: isWithin(best.ms, space.targetMs), front: paretoFront(evaluated) };
}

/** The state, and all that changes it. */
class Search {
  state: SearchState;
  readonly #options: SearchOptions;
  readonly #known: Map<string, Evaluated>;
  readonly #started = performance.now();
  #here = 0;

  constructor(options: SearchOptions, state: SearchState) {
    this.#options = options;
    this.state = state;
    this.#known = new Map(state.evaluated.map((one) => [actionsText(one.actions), one]));
  }

  async ask(searcher: Searcher, { size, halving }: { readonly size: number; readonly halving: number }): Promise<void> {
    const proposals = await searcher.ask(size);
    const { evaluator: { rungs }, space: { targetMs } } = this.#options;
    this.state = { ...this.state, asked: this.state.asked + size, searcher: searcher.state(), round: { proposals, bars: barsOf(this.state.evaluated, { rungs, halving, targetMs }), found: {} } };
  }

  /** Evaluates what is new in the round, within the budget, and tells the searcher. A round that goes beyond the budget stays open, for a larger one. */
  async finishRound(searcher: Searcher, budget: number): Promise<void> {
    const { space } = this.#options;
    const { proposals } = this.state.round!;
    const places = new Map<string, number>();
    let [known, tooSlow] = [0, 0];
    const kinds = proposals.map((actions, at) => {
      const text = actionsText(actions);
      if (this.#known.has(text) || places.has(text)) return known++, 'known';
      if (space.msOf(actions) > REWARD.hopeless * space.targetMs) return tooSlow++, 'too slow';
      if (this.state.evaluated.length + places.size >= budget) return 'beyond';
      places.set(text, at);
      return 'new';
    });
    await this.#evaluate([...places.values()].filter((at) => this.state.round!.found[at] === undefined));
    if (kinds.includes('beyond')) return;
    const round = this.state.round!;
    const evaluated = [...places.values()].map((at) => round.found[at]!);
    for (const one of evaluated) this.#known.set(actionsText(one.actions), one);
    await searcher.tell(proposals.map((actions, at): Told => {
      if (kinds[at] === 'too slow') return { actions, reward: -penaltyOf(space.msOf(actions), space.targetMs), full: false };
      const { reward, stopped } = this.#known.get(actionsText(actions))!;
      return { actions, reward, full: !stopped };
    }));
    const { evaluated: before, known: knownBefore, tooSlow: slowBefore } = this.state;
    this.state = { ...this.state, evaluated: [...before, ...evaluated], known: knownBefore + known, tooSlow: slowBefore + tooSlow, searcher: searcher.state(), round: null };
    await this.#options.onState?.(this.state);
  }

  /** As many at once as the evaluator takes. After the first failure nothing new begins; what is under way is waited for and kept. */
  async #evaluate(places: readonly number[]): Promise<void> {
    const waiting = [...places];
    const failures: unknown[] = [];
    const work = async (): Promise<void> => {
      for (let at = waiting.shift(); at !== undefined && failures.length === 0; at = waiting.shift()) {
        try {
          await this.#evaluateOne(at);
        } catch (error) {
          failures.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#options.evaluator.parallel, places.length) }, work));
    if (failures.length > 0) throw failures[0];
  }

  async #evaluateOne(at: number): Promise<void> {
    const { space, evaluator, seed = 0, signal, onState } = this.#options;
    signal?.throwIfAborted();
    const { proposals, bars } = this.state.round!;
    const actions = proposals[at]!;
    const ms = space.msOf(actions);
    const penalty = penaltyOf(ms, space.targetMs);
    const job: Job = { plan: space.planOf(actions), seed, bars: bars.map((bar) => (bar === null ? null : bar + penalty)) };
    const began = performance.now();
    const metrics = checkMetrics(await evaluator.evaluate(job, signal === undefined ? {} : { signal }), evaluator.rungs);
    const found: Evaluated = { actions, ...metrics, ms, reward: accuracyOf(metrics) - penalty, seconds: (performance.now() - began) / 1000 };
    const round: Round = this.state.round!;
    this.state = { ...this.state, round: { ...round, found: { ...round.found, [at]: found } } };
    this.#here++;
    await onState?.(this.state);
    await this.#report(found);
  }

  async #report(last: Evaluated): Promise<void> {
    const { budget, onProgress, space } = this.#options;
    const all = evaluatedOf(this.state);
    const etaMs = ((performance.now() - this.#started) / this.#here) * Math.max(0, budget - all.length);
    await onProgress?.({ evaluated: all.length, budget, last, best: bestOf(all, space.targetMs), front: paretoFront(all), etaMs });
  }
}

/** What comes from workers is looked at before it is kept. */
function checkMetrics(found: Metrics | null | undefined, most: number): Metrics {
  const { rungs, stopped } = (found ?? {}) as Metrics;
  const good = Array.isArray(rungs) && rungs.length >= 1 && rungs.length <= most && rungs.every((a) => typeof a === 'number' && a >= 0 && a <= 1) && stopped === rungs.length < most;
  if (!good) throw new FretworkError('search.worker', 'an evaluator gave metrics that make no sense', { expected: `up to ${most} accuracies from 0 to 1`, actual: JSON.stringify({ rungs, stopped }) });
  return { rungs, stopped };
}
