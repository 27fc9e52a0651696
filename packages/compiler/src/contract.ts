/**
 * The contract of `@fretwork/compiler`: what every code generator and runtime does to a model before it is laid out for
 * a machine, and the plans they share.
 *
 * What it is. Passes: pure functions from a `Model` of `@fretwork/format` to an equal one with fewer or better layers,
 * one row of `PASSES` each, run to a fixed point by `runPasses`. For every layer that was a candidate a pass leaves a
 * note: what was done, or why not. Plans: plain records about a model that stays as it is, printable and comparable:
 * which additions a convolution can take as its epilogue, how values lie in memory, and at which offsets.
 *
 * What it is not. No executor: it computes no layer. Constants are folded from what `inferShapes` knows, and otherwise by
 * an `Evaluate` that the caller passes in. No target: nothing here knows an instruction set. No checker: models are taken
 * as valid (`checkModel` judges them), and shapes as `inferShapes` finds them.
 *
 * Equal means: the same inputs give the same outputs, under the same names. Moving data, dropping layers and fusing
 * activations changes no bit; folding scales and biases into weights rounds each weight once more. Sparse weights stay
 * sparse: a fold maps the payload of their tiles, in whatever encoding, and never touches an index.
 *
 * Who owns which buffer. Models are never mutated. A model that a pass gives back shares every tensor with the one
 * before, except those that it had to compute; treat both as read-only.
 *
 * What is thrown. `FretworkError` alone: `passes.input-shape` for input shapes that contradict the model,
 * `passes.unsettled` where passes keep changing a model past the limit of rounds, `attribute.type` where an attribute has
 * not the type that ONNX gives it. A `FretworkError` of `evaluate` is no fault: it becomes the reason in a note. Whatever
 * else `evaluate` or a pass of your own throws goes on to the caller.
 */
import type { DenseTensor, Layer, Model } from '@fretwork/format';

/** Computes one layer whose inputs are all constant; `undefined` stands for an input left out. One tensor per output of the layer. */
export type Evaluate = (layer: Layer, inputs: readonly (DenseTensor | undefined)[]) => readonly (DenseTensor | undefined)[];

export interface PassContext {
  /** Left out: only what `inferShapes` knows is folded, and views of constants. */
  readonly evaluate?: Evaluate;
  /** Bytes that a folded constant may have where it is larger than what it is made from. Left out: 65536. */
  readonly foldedBytes?: number;
}

/**
 * `done`: the layer was changed or is gone. `kept`: it was a candidate and stays as it is. `plan`: something that holds of
 * the layer and that a backend may use.
 */
export type Outcome = 'done' | 'kept' | 'plan';

/** What a pass has to say of one layer. */
export interface Note {
  /** Its name in the model that the pass was given. */
  readonly layer: string;
  readonly outcome: Outcome;
  /** What was done, or the reason why not. */
  readonly says: string;
  /** The layer that took its work over, where there is one. */
  readonly into?: string;
}

export interface PassResult {
  /** The very record that was given, where nothing was changed. */
  readonly model: Model;
  readonly notes: readonly Note[];
}

/** One row of the table of passes. */
export interface Pass {
  /** Stable; verb and object. */
  readonly name: string;
  /** One sentence. */
  readonly says: string;
  readonly run: (model: Model, context: PassContext) => PassResult;
}

/** A note and the pass that left it. */
export interface PassNote extends Note {
  readonly pass: string;
  /** Counted from 1. */
  readonly round: number;
}

export interface RunOptions extends PassContext {
  /** Sizes of inputs by name: the model is fixed to them first, see `withInputShapes`. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** Left out: 64. */
  readonly rounds?: number;
}

export interface PassesResult {
  readonly model: Model;
  /** In the order they were left. `kept` and `plan` are those of the last round: what holds of the model given back. */
  readonly notes: readonly PassNote[];
  /** Rounds until nothing changed, the last one included. */
  readonly rounds: number;
}
