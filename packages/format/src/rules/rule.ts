import type { Outline } from '../container/outline.js';
import type { Model } from '../contract.js';
import { FretworkError, type ErrorDetails } from '../error.js';

/**
 * One rule that bytes or records from outside must keep. Rules of one table run in order, and a rule may rely on
 * those before it. `check` returns what is wrong and where, or nothing.
 */
export interface Rule<Subject> {
  /** Stable: `area.what`. Each code has a sentence in `sentences.ts` and a file of its own in `attacks/`. */
  readonly code: string;
  readonly check: (subject: Subject) => ErrorDetails | undefined;
}

/** The rules that a reader of files holds them against; both throw the first broken one. */
export interface Judge {
  /** Before the arrays are there. */
  readonly outline: (model: Outline) => void;
  readonly data: (model: Model) => void;
}

/** The next step where a rule knows none. */
const NEXT = '`fretwork verify --rules` lists the rules';

/** Throws the first broken rule as a `FretworkError` with the rule's code. */
export function enforce<Subject>(rules: readonly Rule<Subject>[], subject: Subject): void {
  for (const rule of rules) {
    const broken = rule.check(subject);
    if (broken !== undefined) throw new FretworkError(rule.code, 'a rule is broken', { hint: NEXT, ...broken });
  }
}
