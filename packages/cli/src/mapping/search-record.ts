/** One tried plan, for logs and plots. */
export interface Tried {
  /** Predicted. */
  readonly ms: number;
  /** 0 to 1, after the last rung that it was trained for. */
  readonly accuracy: number;
  readonly stopped: boolean;
  readonly reward: number;
}

/** What a search leaves in its plan, for people and reports. */
export interface SearchRecord {
  readonly searcher: string;
  readonly seed: number;
  readonly targetMs: number;
  readonly rulesMs: number;
  /** In the order they were proposed. */
  readonly tried: readonly Tried[];
  readonly proposals: number;
  readonly known: number;
  readonly tooSlow: number;
  /** What nothing beats in both accuracy and time, fastest first: places in `tried`. */
  readonly front: readonly number[];
  readonly best: number;
  /** Place of the rules' plan in `tried`; left out where the searcher did not begin with it. */
  readonly rules?: number;
  /** On the device that was asked for; places in `tried`. */
  readonly measured?: readonly { readonly at: number; readonly ms: number; readonly spread: number; readonly device: string }[];
  readonly data: { readonly spec: string; readonly hash: string; readonly trained: number; readonly judged: number };
  readonly settings: unknown;
}

/** Whether a plan file has all that a plot needs; a plan that a person wrote has none of it. */
export function isSearchRecord(value: unknown): value is SearchRecord {
  const { searcher, targetMs, tried, front, best, rules, data } = (value ?? {}) as Partial<SearchRecord>;
  const place = (at: unknown): boolean => Number.isInteger(at) && Array.isArray(tried) && tried[at as number] !== undefined;
  return typeof searcher === 'string' && typeof targetMs === 'number' && typeof data?.judged === 'number' && Array.isArray(front) && front.every(place) && place(best) && (rules === undefined || place(rules))
    && (tried as readonly Partial<Tried>[]).every(({ ms, accuracy, stopped }) => typeof ms === 'number' && typeof accuracy === 'number' && typeof stopped === 'boolean');
}
