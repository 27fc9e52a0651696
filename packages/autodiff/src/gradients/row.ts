import type { Layer } from '@fretwork/format';
import type { GradientForm } from '../contract.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';

export type Support =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly hint: string };

/** A layer about to be written or differentiated. */
export interface LayerCall {
  readonly graph: GraphBuilder;
  readonly layer: Layer;
  readonly form: GradientForm;
  /** One per input of the layer; undefined where it is left out. */
  readonly inputs: readonly (Value | undefined)[];
  /** Input `i`, which must be there. */
  readonly input: (i: number) => Value;
  /** Elements of input `i` where they are known before the model runs (axes, shapes, limits), else undefined. */
  readonly numbers: (i: number) => readonly number[] | undefined;
  /** One per output of the layer, as the model gives it. */
  readonly outputShapes: readonly (readonly number[])[];
}

export interface BackwardCall extends LayerCall {
  /** One per output of the layer; undefined where it is left out. */
  readonly outputs: readonly (Value | undefined)[];
  readonly output: (i: number) => Value;
  /** ∂loss/∂output, of the output's shape; undefined: zero. At least one is there. */
  readonly gradients: readonly (Value | undefined)[];
  /** ∂loss/∂output 0; zeros where nothing depends on it. */
  readonly gradient: Value;
  /** What `forward` left for it. */
  readonly saved: unknown;
}

/** A layer rewritten for training. */
export interface Rewritten {
  readonly outputs: readonly Value[];
  readonly saved?: unknown;
  /** Inputs whose running value the outputs update: `[input, batch value, keep]`. */
  readonly statistics?: readonly (readonly [input: number, batch: Value, keep: number])[];
  readonly noise?: { readonly value: Value; readonly keep: number };
}

/** One operator. `backward` gives ∂loss/∂input per input, in order; undefined where there is none. Unused results cost nothing. */
export interface GradientRow {
  readonly operator: string;
  /** Inputs where weights are expected. */
  readonly weights?: readonly number[];
  /** What of the operator cannot be differentiated; left out: nothing. */
  readonly supports?: (call: LayerCall) => Support;
  /** How the layer is written in training, where that is not as it stands. */
  readonly forward?: (call: LayerCall) => Rewritten;
  readonly backward: (call: BackwardCall) => readonly (Value | undefined)[];
}

export const YES: Support = { ok: true };
export const no = (reason: string, hint: string): Support => ({ ok: false, reason, hint });
