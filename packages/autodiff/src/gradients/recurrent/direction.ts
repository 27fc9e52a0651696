/**
 * Back-propagation through time, written out step by step. What needs no recursion is done for all steps in one product:
 * gates are computed anew from X and the states before, and the weights' gradients are products over all steps. Only
 * ∂loss/∂h has to go from step to step.
 */
import type { GraphBuilder } from '../../graph/builder.js';
import type { Value } from '../../graph/value.js';

/** One direction of a layer: T steps of B sequences, I inputs, H units, G gates. */
export interface Direction {
  readonly graph: GraphBuilder;
  readonly steps: number;
  readonly batch: number;
  readonly hidden: number;
  /** Steps in the order in which the direction goes through them. */
  readonly order: readonly number[];
  /** `[T·B, I]` */
  readonly x: Value;
  /** The state before each step, `[T·B, H]`; `first` is that before the first one, `[B, H]`. */
  readonly before: Value;
  readonly first: Value;
  /** `[G·H, I]`, `[G·H, H]`; biases `[G·H]`. */
  readonly w: Value;
  readonly r: Value;
  readonly inputBias: Value | undefined;
  readonly recurrentBias: Value | undefined;
  /** LSTM: the cell state before the first step, `[B, H]`. */
  readonly firstCell: Value;
}

/** What flows back into one step: ∂loss/∂h, and for LSTM ∂loss/∂c, `[B, H]`; undefined: zero. */
export interface Flow {
  readonly h: Value;
  readonly c?: Value | undefined;
}

export interface StepBack {
  /** To the step before. */
  readonly flow: Flow;
  /** Gradients of the gates' sums, `[B, …]`, as `finish` needs them. */
  readonly gates: Value;
}

/** Gradients of one direction. Biases `[G·H]`. */
export interface DirectionGradients {
  /** `[T·B, I]` */
  readonly x: Value;
  readonly w: Value;
  readonly r: Value;
  readonly inputBias: Value;
  readonly recurrentBias: Value;
}

/** A direction ready to go back: `step` is called from its last step to its first, then `finish` with all gates `[T·B, …]`. */
export interface Backward {
  readonly step: (t: number, flow: Flow) => StepBack;
  readonly finish: (gates: Value, flows: Value) => DirectionGradients;
}

export type Cell = (direction: Direction) => Backward;

/** a · bᵀ + bias */
export function project(d: Direction, a: Value, b: Value, bias: Value | undefined): Value {
  const product = d.graph.gemm(a, b, false, true);
  return bias === undefined ? product : d.graph.add(product, bias);
}

/** Columns `from` to `to` of `[rows, columns]`, in units of H. */
export const gateColumns = (d: Direction, v: Value, from: number, to: number): Value =>
  d.graph.slice(v, [{ axis: 1, from: from * d.hidden, length: (to - from) * d.hidden }]);

/** Rows `from` to `to` of `[G·H, …]`, in units of H. */
export const gateRows = (d: Direction, v: Value, from: number, to: number): Value =>
  d.graph.slice(v, [{ axis: 0, from: from * d.hidden, length: (to - from) * d.hidden }]);

/** Each step of `[T·B, n]` as `[B, n]`. */
export const perStep = (d: Direction, v: Value): readonly Value[] => d.graph.split(v, 0, d.order.map(() => d.batch));

/** The slope of the logistic function from its value. */
export const logisticSlope = ({ graph }: Direction, y: Value): Value => graph.mul(y, graph.complement(y));
export const tanhSlope = ({ graph }: Direction, y: Value): Value => graph.complement(graph.square(y));

/** Where one gradient goes into all gates alike: x, W, R and both biases. */
export function uniformFinish(d: Direction, gates: Value): DirectionGradients {
  const bias = d.graph.sum(gates, [0]);
  return {
    x: d.graph.gemm(gates, d.w, false, false),
    w: d.graph.gemm(gates, d.x, true, false),
    r: d.graph.gemm(gates, d.before, true, false),
    inputBias: bias,
    recurrentBias: bias,
  };
}

/** a · b + c, all of rank 2. */
export const product = ({ graph }: Direction, a: Value, b: Value, c: Value | undefined): Value =>
  (c === undefined ? graph.gemm(a, b, false, false) : graph.one('Gemm', [a, b, c], [a.shape[0]!, b.shape[1]!]));
