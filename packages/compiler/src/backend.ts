/**
 * The `Backend` contract: what a code generator is to the rest of Fretwork.
 *
 * What it is. A backend is a value made by a factory (`neon({ cpu: 'a76' })`) and passed in a list. It answers three
 * questions, each by a function of its own. `supports`: can this layer be compiled, and if not, why, and what to do
 * about it. `plan`: which kernel, tile and order of work each layer gets, where values lie; a pure function to a record
 * that can be printed as JSON, stored and compared. `emit`: the files that carry the plan out; pure as well, so the same
 * model and plan give the same bytes. What is planned is decided in the plan: `emit` chooses nothing. The order of work
 * inside a matrix (`planSchedule`) follows from its weights and `ScheduleOptions`; so a plan stores the options and what
 * comes of them in numbers, and `emit` makes the schedule again.
 *
 * Three more where the backend can: `space` says what may be tuned, `build` makes files into a program that runs here,
 * and `measure` says what a program costs. The tuner, the conformance kit and benchmarks ask for them; compiling does not.
 *
 * What it is not. No pass: `compileModel` runs passes first, and gives `plan` a model of fixed shapes. No checker: models
 * are valid (`checkModel`). No file system: `emit` gives names and contents, the caller writes them.
 *
 * Who owns which buffer. Models are never written to. Contents of files may be views on the model's tensors: treat them
 * as read-only. `run` of a built program gives fresh outputs, which belong to the caller.
 *
 * What is thrown. What cannot be compiled is an answer, never an error. `plan` and `emit` throw `FretworkError` where
 * they are handed a plan or an option that is not theirs; `build`, `measure` and `run` throw it where a tool fails, with
 * the tool's words as `actual`. `signal.reason` where they are aborted.
 */
import type { DenseTensor, Layer, Model, ShapeTable, Tuning } from '@fretwork/format';
import type { MemoryPlan } from './memory/contract.js';
import type { ScheduleOptions, ScheduleSummary } from './schedule/contract.js';
import type { TuningSpace } from './tuner/contract.js';

/** Of this contract; a backend of another version is refused. */
export const BACKEND_API_VERSION = 1;

/** What there is to know of a layer: the model it is part of, and shapes with every size fixed. */
export interface ModelContext {
  readonly model: Model;
  readonly shapes: ShapeTable;
}

export interface Refusal {
  readonly ok: false;
  /** What stands in the way, in the users' words: it reaches them. */
  readonly reason: string;
  /** The next step. */
  readonly hint: string;
}

export type Support = { readonly ok: true } | Refusal;

export interface BackendOptions {
  /** What tuning found, by layer name; it goes before the layer's own `tuning` and the backend's choice. */
  readonly tunings?: ReadonlyMap<string, Tuning>;
  /** Threads that the plan is balanced for. Left out: 1. */
  readonly threads?: number;
}

/** What `planSchedule` was asked, and what came of it in numbers. */
export interface PlannedSchedule {
  /** Name of the weight. */
  readonly tensor: string;
  /** Its matrices `[from, to)`, stacked: all gates of a recurrent layer share their activations. */
  readonly from: number;
  readonly to: number;
  readonly options: ScheduleOptions;
  readonly summary: ScheduleSummary;
}

/** What was decided for one layer. */
export interface LayerPlan {
  readonly layer: string;
  readonly operator: string;
  /** Name of a row of the backend's manifest of kernels, or of another way in which it does the layer (`view`, `copy`). */
  readonly kernel: string;
  /** Everything that a tuner could have decided; whoever gives it back gets this plan again. */
  readonly tuning?: Tuning;
  /** The order of work, one per matrix product of the layer; empty where there is none. */
  readonly schedules: readonly PlannedSchedule[];
  /** Why this kernel and this tile: it becomes a comment in the code. */
  readonly reason: string;
}

/** Plain data all the way down: `JSON.stringify` loses nothing. Backends add fields of their own. */
export interface BackendPlan {
  readonly backend: string;
  /** What it was planned for, as the backend names it: `armv8.2-a+fp16, cortex-a76, f32, 2 threads`. */
  readonly target: string;
  readonly layers: readonly LayerPlan[];
  readonly memory: MemoryPlan;
}

/** A plan, or every layer that stands in its way. */
export type BackendPlanning<Plan extends BackendPlan = BackendPlan> =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly refusals: readonly (Refusal & { readonly layer: string })[] };

/** Name, with `/` between folders, to content. */
export type EmittedFiles = ReadonlyMap<string, string | Uint8Array>;

export interface BuildOptions {
  readonly signal?: AbortSignal;
  /** Told about every step, such as the file that is being compiled. */
  readonly progress?: (step: string) => void;
}

/** A program that runs on this machine. */
export interface BuiltProgram {
  readonly run: (inputs: Readonly<Record<string, DenseTensor>>) => Promise<Readonly<Record<string, DenseTensor>>>;
  readonly dispose: () => Promise<void>;
}

export interface Measurement {
  /** What a cost is: `ms`, `instructions`, `cycles`. Measurements of different units are never compared. */
  readonly unit: string;
  readonly total: number;
  /** By layer name, where the backend can tell them apart. */
  readonly layers?: ReadonlyMap<string, number>;
}

export interface Backend<Plan extends BackendPlan = BackendPlan> {
  /** Lower case; part of the key of tuning logs. */
  readonly id: string;
  readonly apiVersion: typeof BACKEND_API_VERSION;
  /** Asked for each layer of a model whose passes have run. */
  readonly supports: (layer: Layer, context: ModelContext) => Support;
  readonly plan: (context: ModelContext, options: BackendOptions) => BackendPlanning<Plan>;
  readonly emit: (plan: Plan, context: ModelContext) => EmittedFiles;
  /** What may be chosen for a layer; undefined where there is nothing to choose. */
  readonly space?: (layer: Layer, context: ModelContext) => TuningSpace | undefined;
  readonly build?: (files: EmittedFiles, options?: BuildOptions) => Promise<BuiltProgram>;
  readonly measure?: (files: EmittedFiles, options?: BuildOptions) => Promise<Measurement>;
}
