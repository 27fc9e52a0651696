/**
 * The tuner: a genetic search over the choices a code generator leaves open (GRIM 1.5: kernel variant, tile, K-chunk,
 * unroll, loop order, layout), and the log of what it found.
 *
 * What it is. A `TuningSpace` is a list of genes, each with its values, and a default choice. `tune` evaluates choices by
 * a cost function of the caller's, several at once, and gives back the cheapest. The default is evaluated first and takes
 * part in the contest, so tuning never loses against it. The same seed, space and costs give the same result, however
 * many run at once and in whatever order they end. A `TuningLog` holds the best known choice by layer signature and
 * target; logs are merged, and what they know is not searched again.
 *
 * What it is not. No measurement: costs come from outside, in a unit that the caller names. No model of the machine.
 *
 * What is thrown. `FretworkError`: `tune.space` for a space without genes, values or a valid default, `tune.cost` where
 * a cost is no number, `tuning-log.*` for a log that breaks its rules. `signal.reason` where it is aborted. What the cost
 * function throws ends the search and goes on to the caller.
 */
import type { Tuning } from '@fretwork/format';

/** Something that can be chosen. */
export interface Gene {
  /** `kernel`, `height`, `pixels`, `chunk`, `unroll`, `order`, `layout`, … */
  readonly name: string;
  /** At least one; in an order in which neighbours are alike, where there is one. */
  readonly values: readonly (number | string)[];
}

/** One value of each gene. */
export type Choice = Readonly<Record<string, number | string>>;

export interface TuningSpace {
  readonly genes: readonly Gene[];
  /** What is chosen without tuning. */
  readonly fallback: Choice;
  /** Whether values go together. Left out: always. */
  readonly allows?: (choice: Choice) => { readonly ok: true } | { readonly ok: false; readonly reason: string };
  /** The choice as a plan takes it. */
  readonly tuning: (choice: Choice) => Tuning;
}

/** What a choice costs: less is better; `Infinity` for one that cannot be built. The same choice must cost the same. */
export type Cost = (choice: Choice, signal: AbortSignal | undefined) => number | Promise<number>;

export interface TuneOptions {
  readonly seed: number;
  /** Most choices evaluated, the default included. Left out: 200. */
  readonly trials?: number;
  /** Left out: 16. */
  readonly population?: number;
  /** Evaluations at once. Left out: 1. */
  readonly parallel?: number;
  /** Choices to begin with, such as those that were best for layers alike. */
  readonly begin?: readonly Choice[];
  readonly signal?: AbortSignal;
  readonly progress?: (state: TuneProgress) => void;
}

export interface TuneProgress {
  readonly evaluated: number;
  readonly trials: number;
  readonly bestCost: number;
}

export interface TuneResult {
  readonly choice: Choice;
  readonly cost: number;
  readonly fallbackCost: number;
  /** Different choices evaluated. */
  readonly evaluated: number;
  /** The best cost after each generation, never rising. */
  readonly history: readonly number[];
  /** Was every allowed choice of the space evaluated? Then `cost` is the least there is. */
  readonly exhausted: boolean;
}

/** The best known choice for a layer on a target. */
export interface TuningEntry {
  /** What the layer is, see `layerSignature`. */
  readonly signature: string;
  /** What it was tuned for: the backend's id and its target. */
  readonly target: string;
  /** Unit of the costs. */
  readonly unit: string;
  readonly choice: Choice;
  readonly cost: number;
  readonly fallbackCost: number;
  readonly trials: number;
  readonly seed: number;
}

/** At most one entry per signature, target and unit; sorted by them. */
export interface TuningLog {
  readonly entries: readonly TuningEntry[];
}
