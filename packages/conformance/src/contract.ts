/**
 * The contract of `@fretwork/conformance`: does something that runs models run them right?
 *
 * What it is. A kit for anybody who executes Fretwork or ONNX models: wrap your engine in a `Runner`, hand it to
 * `runCases`, and read which cases it passes, which it refuses (and why) and which it fails. Cases come from ONNX
 * backend-test folders (`model.onnx` beside `test_data_set_*`) and from `randomCases`: random layers x random masks x
 * blocks, whose right answer is what `@fretwork/reference` computes from the dense weights.
 *
 * What it is not. No benchmark: nothing here is timed. No registry: a runner is a value that you pass.
 *
 * Who owns which buffer. The kit owns the inputs and the expected outputs; a runner must not change them. Outputs belong
 * to the kit once `run` has returned, and are read before the next call.
 *
 * What is thrown. `runCases` itself throws only when it is aborted. What a runner throws becomes a failed case with the
 * message as its reason; a refusal is an answer of `load`, not an error.
 */
import type { DenseTensor, Model } from '@fretwork/format';

export type NamedTensors = Readonly<Record<string, DenseTensor>>;

/** One model in the forms that engines want; each form is made when first asked for. */
export interface ModelSource {
  /** The ONNX file, where the case has one. */
  readonly onnx: Uint8Array | undefined;
  /** The imported model. Throws `FretworkError` where the file cannot be imported. */
  readonly model: () => Model;
  /** The `.bcr` file of that model. */
  readonly bcr: () => Uint8Array;
}

export type Loaded<Session> =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly reason: string; readonly hint?: string };

/** Anything that can run a model. */
export interface Runner<Session = unknown> {
  readonly id: string;
  readonly apiVersion: 1;
  /** Answers `ok: false` where the model is beyond this engine; throws where it should have worked. */
  readonly load: (source: ModelSource) => Loaded<Session> | Promise<Loaded<Session>>;
  readonly run: (session: Session, inputs: NamedTensors) => NamedTensors | Promise<NamedTensors>;
  readonly dispose?: (session: Session) => void | Promise<void>;
}

/** Inputs, and the outputs that they must give. */
export interface DataSet {
  readonly name: string;
  readonly inputs: NamedTensors;
  readonly outputs: NamedTensors;
}

export interface Case {
  readonly name: string;
  readonly load: () => Promise<CaseContent>;
}

export interface CaseContent {
  readonly source: ModelSource;
  readonly dataSets: readonly DataSet[];
}

/** How far an answer may be from the expected one; see `compare`. */
export interface Tolerance {
  /** Of the element, or of `floor` times the tensor's largest element where that is more. */
  readonly relative: number;
  readonly floor: number;
}

export type CaseStatus = 'passed' | 'refused' | 'failed';

export interface CaseResult {
  readonly name: string;
  readonly status: CaseStatus;
  /** Why it was refused or failed; empty where it passed. */
  readonly reason: string;
  /** Largest error over all outputs, as a multiple of what the tolerance allows; 0 where nothing was compared. */
  readonly error: number;
}

/** Plain and printable; `fretwork conformance --json` prints it as it is. */
export interface ConformanceReport {
  readonly runner: string;
  readonly passed: number;
  readonly refused: number;
  readonly failed: number;
  readonly cases: readonly CaseResult[];
}
