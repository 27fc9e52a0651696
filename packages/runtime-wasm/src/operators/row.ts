import type { Activation, DType, Layer, SparseMatrix, Tensor, TensorData } from '@fretwork/format';
import type { Support } from '../contract.js';
import type { Machine } from '../machine/machine.js';
import type { PackedRuns } from '../pack/lay-runs.js';
import type { RunPlan } from '../pack/plan-runs.js';
import type { Layout } from '../plan/layout.js';

/** A value of a plan: everything about it is known but its elements. */
export interface Value {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** Elements that are known before the model runs; a weight that stays sparse is not decoded until somebody asks. */
  readonly constant?: Tensor;
}

/** A layer that will be run, with all it touches. Inputs left out and outputs that nobody reads are undefined. */
export interface Node {
  readonly layer: Layer;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly (Value | undefined)[];
  /** Added to the first output, before the activation. */
  readonly residual?: Value;
  /** Applied to the first output. */
  readonly activation?: Activation | undefined;
  /** Names of the layers that were fused into this one. */
  readonly fused: readonly string[];
}

export type Shape = readonly number[];

/** A layer of whose inputs is known what is before the model runs. */
export type Given = Pick<Node, 'layer' | 'inputs'>;

/** A matrix that is to be packed at load, with one bias per row. */
export interface PackRequest {
  readonly plan: RunPlan;
  readonly bias: Float32Array;
}

/** A packed matrix: its weights and biases lie in memory for good. */
export interface PackedMatrix extends PackedRuns {
  readonly rows: number;
  readonly columns: number;
  readonly nnz: number;
  readonly panel: number;
  /** Address of `[rows]` floats. */
  readonly bias: number;
}

/** What a packing row sees of a layer: its constant inputs. */
export interface PackSubject {
  readonly layer: Layer;
  /** The tensor at input `i`, if it is one of the model's. */
  readonly tensor: (i: number) => Tensor | undefined;
  /** The matrices of the weight at input `i`, dense ones as one whole block; none where it is no float32 weight. */
  readonly matrices: (i: number) => readonly SparseMatrix[];
  /** Is input `i` there at all? */
  readonly has: (i: number) => boolean;
  /** Elements of the constant input `i` as float32; undefined where it is none. */
  readonly floats: (i: number) => Float32Array | undefined;
  /** Cells of one map of the first output; undefined where they are not known at load. */
  readonly cells: number | undefined;
}

/** What a step needs beside its inputs and outputs. */
export interface Work {
  /** Bytes that are free again after the step. */
  readonly scratchBytes: number;
  /** Bytes that stay as long as the plan. */
  readonly programBytes: number;
  readonly kernel: string;
  readonly why: string;
  /** Does the step apply a relu or clip itself? */
  readonly clamps: boolean;
}

/** A step about to be made. */
export interface Binding {
  readonly node: Node;
  readonly kernels: Machine['kernels'];
  readonly threads: Machine['threads'];
  readonly fork: Machine['fork'];
  readonly packed: readonly PackedMatrix[];
  /** All of the memory. */
  readonly buffer: ArrayBufferLike;
  readonly floats: Float32Array;
  readonly scratch: number;
  readonly program: number;
  /** Elements of a value, read or written in place. */
  readonly view: (value: Value) => TensorData;
  /** Where a value lies; only for inputs named in `inMemory`, residuals, and outputs. */
  readonly address: (value: Value) => number;
  /** How it lies there. */
  readonly layout: (value: Value) => Layout;
}

export type Step = () => void;

/** How a layer deals with values that lie in planes (`plan/layout.ts`). Its first output may lie in any. */
export interface PlaneUse {
  /** Inputs that may lie in any planes. */
  readonly reads: readonly number[];
  /** Zeros around its first input that would spare it a copy. */
  readonly margin: number;
  /** Are its outputs where those inputs are, so that the same planes would spare it a copy? */
  readonly sameSize: boolean;
}

/**
 * One operator. `prepare` may allocate; the step it returns must not. Shapes were inferred before, so it may rely on the
 * shapes of its outputs, and of its inputs on what `shapes` has held them against.
 */
export interface OperatorRow {
  readonly operator: string;
  /**
   * Shapes of the outputs; left out: the first is that of the first input. Throws `run.shape` where inputs or attributes do not
   * fit, `run.dtype`, and `run.unsupported` where a content that decides is not known.
   */
  readonly shapes?: (given: Given) => readonly Shape[];
  /** Element types of the outputs; left out, or undefined: that of the first input. */
  readonly dtypes?: (given: Given) => readonly (DType | undefined)[];
  /** The outputs say nothing of the elements of the inputs. */
  readonly ofShapes?: true;
  /** Multiply-accumulates of each weight from input 1 on, as if nothing were pruned; left out: there are none. */
  readonly macs?: (given: Given, output: Shape) => readonly number[];
  readonly supports?: (layer: Layer) => Support;
  /** The first output is the first input under another shape. */
  readonly alias?: true;
  /** Inputs that machine code reads. */
  readonly inMemory?: readonly number[];
  /** A Relu or Clip behind the layer may join it. */
  readonly fuses?: true;
  /** An Add of two maps behind the layer may join it, as `residual`. */
  readonly adds?: (node: Node, packed: readonly PackedMatrix[]) => boolean;
  /** Left out, or undefined: all that it touches must lie as tensors do. */
  readonly planes?: (node: Node, packed: readonly PackedMatrix[]) => PlaneUse | undefined;
  /** Inputs whose content decides the shape of an output. */
  readonly shapeInputs?: readonly number[] | undefined;
  /** Matrices to be packed, if the weights are constant float32; else nothing. */
  readonly pack?: (subject: PackSubject) => readonly PackRequest[];
  readonly work?: (node: Node, packed: readonly Pick<PackedMatrix, 'runs' | 'rows' | 'columns' | 'nnz'>[], layout: Binding['layout'], threads: number) => Work;
  readonly prepare: (binding: Binding) => Step;
}

export const PLAIN: Work = { scratchBytes: 0, programBytes: 0, kernel: 'plain', why: 'not a layer with packed weights', clamps: false };

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
