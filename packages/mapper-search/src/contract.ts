/**
 * The contract of `@fretwork/mapper-search`: which pruning scheme, block size and rate suit which layer, found out by trying.
 *
 * What it is. The second mapper of "Automatic Mapping of the Best-Suited DNN Pruning Schemes" (papers.md 3.6). A `SearchSpace` has a
 * slot for each layer that can be pruned (for layers that share a weight, one for all), and for each slot the `Action`s that fit: a
 * structure (scheme, block, share of rows and columns: a row of `STRUCTURES`) and a class of rates (`RATES`). A `Searcher` proposes
 * actions for all slots and is told what they were worth; `SEARCHERS` has a row for each. An `Evaluator` says how accurate a network
 * pruned by a plan is after a little training. `runSearch` brings them together: it asks, predicts the time of each proposal by the
 * latency model, has the accuracy of new ones evaluated, tells, and keeps everything that happened in a `SearchState`.
 *
 * What a plan is worth. `REWARD` says it: accuracy, minus a penalty for the share of time above the target. Plans that are predicted to
 * be far above it are not evaluated at all. The best plan is the most accurate of those within the target; the front of
 * accuracy and time is kept as well.
 *
 * What an evaluation is. A job is pure: the same plan, seed and bars give the same metrics (on one kind of processor, since sums of
 * floats depend on it). It trains in rungs; after each but the last a plan goes on only if its accuracy reaches the bar of that rung, which
 * is set by what was seen before the round began (successive halving; the rule of Li et al. 2020). What was evaluated once is not
 * evaluated again.
 *
 * What it is not. No judge of the final network: accuracies are those of a fast evaluation, good to rank plans by and for nothing else. No
 * clock that decides anything: proposals come in rounds of fixed size, so that the same seed gives the same plan however many
 * workers there are and whichever of them is quickest. No latency measuring: times are those of the latency model.
 *
 * State. A `SearchState` is plain JSON and is handed out after every evaluation. A search that goes on from it ends with the plan
 * that it would have ended with. It belongs to one set-up (space, searcher, evaluation, seed), which it names.
 *
 * Who owns which buffer. Models and samples are read, never changed. What crosses to workers is bytes under their hash.
 *
 * What is thrown. `FretworkError`: `search.space` where there is nothing to choose, `search.option` for numbers that make no sense,
 * `search.state` for a state that is broken or of another set-up, `search.impossible` where nothing that was proposed comes near the target,
 * `search.no-pool` where piscina is not installed, `search.worker` for a job that failed on a worker, `queue.*` for the queue; what the evaluator throws; the reason of `signal`.
 */
import type { MappingPlan } from '@fretwork/format';

/** What is done with one slot: positions in `STRUCTURES` and `RATES`. Of a structure without rate (dense) the class is 0. */
export interface Action {
  readonly structure: number;
  readonly rate: number;
}

/** One action for each slot. */
export type Actions = readonly Action[];

/** Layers that get the same: one, or those that share a weight. */
export interface Slot {
  readonly layers: readonly string[];
  /** For each row of `STRUCTURES` the classes of rate that fit, none where it does not fit. Dense always fits. */
  readonly rates: readonly (readonly number[])[];
  /** What a policy sees, `FEATURES` in order, each about within 0 … 1. */
  readonly features: readonly number[];
}

/** Pure functions on a network and its latency model. */
export interface SearchSpace {
  readonly slots: readonly Slot[];
  /** ms, predicted. */
  readonly denseMs: number;
  readonly targetMs: number;
  /** Every layer with weights has an entry. */
  readonly planOf: (actions: Actions) => MappingPlan;
  /** The actions that come nearest to a plan. */
  readonly actionsOf: (plan: MappingPlan) => Actions;
  /** ms of a run, predicted. */
  readonly msOf: (actions: Actions) => number;
}

/** One evaluation to be made. Plain. */
export interface Job {
  readonly plan: MappingPlan;
  readonly seed: number;
  /** Accuracy that a plan must have after each rung but the last, to be trained on; null: any. */
  readonly bars: readonly (number | null)[];
}

/** What an evaluation found. */
export interface Metrics {
  /** 0 to 1, after each rung that was trained. The last one is the result. */
  readonly rungs: readonly number[];
  /** It did not reach a bar. */
  readonly stopped: boolean;
}

export interface EvaluateOptions {
  readonly signal?: AbortSignal;
}

/** Says how accurate a network is when it is pruned by a plan: in this process, on threads, or on other machines. */
export interface Evaluator {
  /** Plain, and all that metrics depend on beside the job: a state belongs to it. */
  readonly setup: unknown;
  /** Rungs of a full evaluation, at least one. */
  readonly rungs: number;
  /** Jobs that can be under way at once. Decides how long a search takes, and nothing else. */
  readonly parallel: number;
  /** Pure. Throws what training throws, and the reason of `signal`. */
  evaluate(job: Job, options?: EvaluateOptions): Promise<Metrics>;
  /** Stops after the jobs at hand; it is not used again. */
  close(): Promise<void>;
}

/** What a searcher is told of a proposal. */
export interface Told {
  readonly actions: Actions;
  readonly reward: number;
  /** It was trained to the end; others have been stopped early, or were too slow to be looked at. */
  readonly full: boolean;
}

/** Proposes and learns. Calls do not overlap; each `ask` is followed by one `tell` of what it proposed, in that order, or by the end. */
export interface Searcher {
  ask(count: number): Promise<readonly Actions[]>;
  tell(told: readonly Told[]): Promise<void>;
  /** Plain JSON: all that coming proposals depend on. */
  state(): unknown;
  restore(state: unknown): void;
  dispose(): Promise<void>;
}

/** One evaluated plan. */
export interface Evaluated extends Metrics {
  readonly actions: Actions;
  /** Predicted. */
  readonly ms: number;
  readonly reward: number;
  /** That it took. */
  readonly seconds: number;
}

/** Proposals that are being evaluated; one that the budget ended in stays open, so that a larger budget goes on as if it had been given at once. */
export interface Round {
  readonly proposals: readonly Actions[];
  /** Rewards to be reached after each rung but the last. */
  readonly bars: readonly (number | null)[];
  /** By position in `proposals`. */
  readonly found: Readonly<Record<string, Evaluated>>;
}

/** Everything that happened, to go on from. Plain JSON. */
export interface SearchState {
  readonly version: 1;
  /** JSON text: what this search is of. */
  readonly setup: string;
  readonly evaluated: readonly Evaluated[];
  /** Proposals so far, those among them that were known already, and those that were too slow to be looked at. */
  readonly asked: number;
  readonly known: number;
  readonly tooSlow: number;
  /** Of the searcher. */
  readonly searcher: unknown;
  readonly round: Round | null;
}

/** After every evaluation. */
export interface SearchProgress {
  readonly evaluated: number;
  readonly budget: number;
  readonly last: Evaluated;
  readonly best: Evaluated | undefined;
  readonly front: readonly Evaluated[];
  readonly etaMs: number;
}

export interface SearchResult {
  readonly state: SearchState;
  /** In the order they were proposed. */
  readonly evaluated: readonly Evaluated[];
  /** The most accurate of those within the target that were trained to the end. */
  readonly best: Evaluated;
  /** Whether it is within the target. If not, it is the one of the highest reward. */
  readonly within: boolean;
  /** Accuracy against time, fastest first. */
  readonly front: readonly Evaluated[];
}
