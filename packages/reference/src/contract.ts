/**
 * The contract of `@fretwork/reference`: what a model means, said as a program that is slow and plain.
 *
 * What it is. An interpreter of the layerwise representation of `@fretwork/format`, and with it the definition of every
 * operator: ONNX semantics in the form of `OPERATOR_FORM`. Values are stored in their own element type; whatever
 * happens inside one operator happens in float64 (`f16` and `bf16` too) and is rounded once, when the output is stored.
 * Integers are exact and wrap around; 64-bit integers are computed as BigInt. A fused activation (`Layer.activation`)
 * sees the rounded output, so that fusing a layer changes no bit.
 *
 * Sparse weights are computed from their tiles where a layer has weights (`WEIGHTS` of `@fretwork/format`: Conv,
 * ConvTranspose, Gemm, MatMul, GRU, LSTM, RNN), so zeros that are not stored are never multiplied: 0 · Infinity does not
 * become NaN there. A sparse tensor at any other input, and an integer one, is decoded once per interpreter.
 *
 * What it is not. No runtime: one thread, no memory plan, no speed to speak of. No reader of files, no checker of
 * models: `Model` records are taken as valid (`checkModel` judges them). It has no random numbers: what would need
 * them is refused with a reason.
 *
 * Who owns which buffer. Nothing given is ever written to: neither the model, nor inputs, nor the tensors an
 * `onLayer` hook sees. Results may share memory with inputs and with the model where an operator only names things
 * anew (`Identity`, `Reshape`, `Squeeze`…): treat them as read-only, or copy. Values are let go after their last use.
 *
 * What is thrown. `FretworkError` alone, apart from the reason of an aborted `signal`:
 * `run.unsupported` (lists every layer at once when a model is taken up; again at run time where only the data tells),
 * `run.input-missing`, `run.input-unknown`, `run.dtype`, `run.rank`, `run.shape`, `run.index`, `run.attribute`,
 * `run.weight-view`, `run.memory`, `run.value-missing`; and those of `attribute`.
 */
import type { DenseTensor, Layer, Tensor } from '@fretwork/format';

/** Tensors by the name of the model's input or output. */
export type Tensors = Readonly<Record<string, DenseTensor>>;

export interface RunOptions {
  /** Looked at between layers; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called after each layer, in order; `outputs[i]` belongs to `layer.outputs[i]`, undefined where that is `''`. */
  readonly onLayer?: (layer: Layer, outputs: readonly (DenseTensor | undefined)[]) => void;
}

export interface InterpreterOptions {
  /** Further operators, asked before the own ones. */
  readonly operators?: readonly OperatorRow[];
}

export interface Interpreter {
  /** Names that `run` needs, in the model's order. */
  readonly inputs: readonly string[];
  /** Names that `run` gives, in the model's order. */
  readonly outputs: readonly string[];
  /** Runs the model once. Every input is checked against its `ValueInfo` first. */
  run(inputs: Tensors, options?: RunOptions): Record<string, DenseTensor>;
}

export type Support =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly hint: string };

/** One layer about to be computed. */
export interface OperatorCall {
  readonly layer: Layer;
  /** Number of inputs given, with those left out in between. */
  readonly inputCount: number;
  /** Input `i` as it is, dense or sparse. Throws `run.value-missing` where it is left out. */
  tensor(i: number): Tensor;
  /** Input `i`, decoded where it is sparse. Throws `run.value-missing` where it is left out. */
  dense(i: number): DenseTensor;
  /** Input `i`, or undefined where it is left out. */
  optional(i: number): DenseTensor | undefined;
}

/** One operator. `run` returns one tensor per output of the layer, in order; outputs named `''` may be undefined. */
export interface OperatorRow {
  readonly operator: string;
  /** Left out: `''`, ONNX's own. */
  readonly domain?: string;
  /** What the attributes alone can rule out; left out: nothing. */
  readonly supports?: (layer: Layer) => Support;
  readonly run: (call: OperatorCall) => readonly (DenseTensor | undefined)[];
}
