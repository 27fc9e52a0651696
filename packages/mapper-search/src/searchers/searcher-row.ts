import type { SessionFactory } from '@fretwork/autodiff';
import type { Actions, Searcher, SearchSpace } from '../contract.js';

export interface SearcherOptions {
  readonly space: SearchSpace;
  readonly seed: number;
  /** Where to begin, for those that begin somewhere: a plan of the rules. */
  readonly start?: Actions;
  /** What runs a policy's network. Default: the reference interpreter, which is slow, and quick enough for it. */
  readonly sessions?: SessionFactory;
  /** A policy that another search left (`reinforce`). */
  readonly policy?: string;
}

/** One way to search. */
export interface SearcherRow {
  readonly name: string;
  /** One sentence. */
  readonly says: string;
  readonly make: (options: SearcherOptions) => Searcher;
}
