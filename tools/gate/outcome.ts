/** What one check, or one test inside a check, came to. A skip carries its reason; nothing that could not run counts as passed. */
export type Outcome =
  | { readonly status: 'passed'; readonly name: string }
  | { readonly status: 'failed'; readonly name: string; readonly reason: string }
  | { readonly status: 'skipped'; readonly name: string; readonly reason: string };

/** What a check's command left behind. */
export interface Ran {
  readonly exitCode: number;
  readonly output: string;
  readonly seconds: number;
}

export function count(outcomes: readonly Outcome[], status: Outcome['status']): number {
  return outcomes.filter((outcome) => outcome.status === status).length;
}
