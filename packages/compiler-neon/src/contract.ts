/**
 * The contract of `@fretwork/compiler-neon`: pruned models as self-contained C with NEON intrinsics.
 *
 * What it is. A `Backend` of `@fretwork/compiler`, made by `neon()`. `plan` says for every layer which kernel does it,
 * in which tiles and why; `emit` writes a C11 project that needs nothing but a C library: `model.h` (create, run,
 * destroy; names and shapes of inputs and outputs; bytes of scratch memory), `model.c` (one function per layer, each
 * below a comment that says what it is and why it is done so), `kernels.c` (the kernels that this model needs and no
 * others), the weights as C arrays or as a file, a `CMakeLists.txt`. `emitSelfTest` adds a `main` with stored inputs and
 * outputs.
 *
 * What it is not. No compiler driver: nothing here runs gcc. No definition of operators: `@fretwork/reference` says what
 * they mean, and the C code agrees with it to float32. No code for shapes that are open: every size is fixed first.
 *
 * Names. What a model calls its layers and values reaches the C code inside comments and string literals alone, escaped
 * for either (`text/escape.ts`); identifiers are made of numbers and of `prefix`.
 *
 * Memory. The C code allocates once, in `create`, or not at all where scratch memory is handed in; a run allocates
 * nothing. Inputs and outputs belong to the caller and must not overlap. A model that was created serves one run at a time.
 *
 * Threads. A plan for N threads cuts products by their weights once and for all; `create` starts N - 1 POSIX threads, which wait for
 * runs, `destroy` ends and joins them. Compiled with `MODEL_NO_THREADS` (the prefix in capitals) the caller does all parts.
 *
 * What is thrown. `FretworkError`: `neon.options` for options that make no sense, `neon.plan` for a plan of another
 * backend or model, `compiler.test-data` for stored cases that do not fit the model. What cannot be compiled is an answer
 * (`supports`, `plan`) with its reason.
 */
import type { BackendPlan, LayerPlan } from '@fretwork/compiler';
import type { Split } from './product/split.js';

/** Which core is aimed at. `generic` is armv8-a: it runs on every 64-bit ARM core; `armv82` on those with half-precision arithmetic. */
export type Cpu = 'generic' | 'armv82' | 'a55' | 'a76' | 'a78';

export type ElementType = 'f32' | 'f16' | 'i8';

export interface NeonOptions {
  /** Left out: `generic`. */
  readonly cpu?: Cpu;
  /**
   * Element type of weights and activations, inputs and outputs among them. `f16`: half precision, stored and computed; for cores
   * of armv8.2-a and later. `i8`: convolutions and products with constant weights, those of recurrent layers among them, on
   * bytes, by dot products of four, everything else in float32, inputs and outputs too; for the same cores. Left out: `f32`.
   */
  readonly type?: ElementType;
  /** `array`: weights are C arrays. `file`: `weights.bin`, which the caller maps or reads. Left out: arrays up to four million words. */
  readonly weights?: 'array' | 'file';
  /** First word of all public C names: a lower-case letter, then lower-case letters and digits. Left out: `model`. */
  readonly prefix?: string;
}

/** What was decided for one layer; plain, all the way down. */
export interface NeonLayer extends LayerPlan {
  /** Bytes of scratch memory while it runs. */
  readonly scratchBytes: number;
  /** Parts that it is cut into, one per thread; 1: the first thread does it. */
  readonly parts: number;
  /** How each of `schedules` is cut. */
  readonly splits: readonly Split[];
}

export interface NeonPlan extends BackendPlan {
  readonly backend: 'neon';
  readonly cpu: Cpu;
  readonly type: ElementType;
  readonly weights: 'array' | 'file' | 'auto';
  readonly prefix: string;
  readonly threads: number;
  readonly layers: readonly NeonLayer[];
}
