import type { Part } from './part.js';

/** How a method trains between its own steps; every field has a default in `plan`. */
export interface TrainOptions {
  /** Multiplies the trainer's own learning rate. */
  readonly learningRate: number;
  /** 0 to 1, see `StepRequest`. */
  readonly distillation: number;
}

/**
 * One step of a method. A method is a list of these, made before anything runs: it prints, it can be counted, and a run
 * that stopped goes on at the next one.
 */
export type Phase =
  /** One epoch. */
  | ({ readonly do: 'train'; readonly says: string } & TrainOptions)
  /** Weights go by magnitude at `progress` (0 to 1) of the cubic schedule; 1 is the scheme itself. */
  | { readonly do: 'prune'; readonly part: Part; readonly progress: number }
  /** Weights that are 0 now stay 0. */
  | { readonly do: 'hold-zeros' }
  /** ADMM: Z = projection of W, U = 0, penalties on. */
  | { readonly do: 'admm-start'; readonly part: Part; readonly rho: number }
  /** ADMM: Z = projection of W + U, U += W - Z; with `adapt` each layer's rho follows the multi-rho rule. */
  | { readonly do: 'admm-update'; readonly part: Part; readonly adapt: boolean }
  /** Penalties off. */
  | { readonly do: 'release' }
  /** Reweighted: the strength of each group's penalty from its norm now. */
  | { readonly do: 'reweigh'; readonly strength: number; readonly epsilon: number }
  /** Reweighted: groups go that shrank below `below`, or as many weakest ones as an overall `rate` asks for. */
  | { readonly do: 'threshold'; readonly below: number; readonly rate?: number };

export type PhaseOf<D extends Phase['do']> = Extract<Phase, { readonly do: D }>;

/** Pure and printable: what a run will do, in order. */
export type Schedule = readonly Phase[];
