import type { InferredValue, Layer } from '@fretwork/format';

/**
 * Where every value of a model lies while it runs: one arena, fixed offsets, nothing allocated between layers. Step i is
 * layer i. Inputs of the model and tensors stay where their owner put them; outputs of the model lie in the arena and are
 * there when the last step is done. A plan is a plain record: print it, store it, compare it.
 */
export interface MemoryPlan {
  readonly ok: true;
  /** Offsets are multiples of it; bytes. */
  readonly alignment: number;
  /** Size of the arena. */
  readonly peakBytes: number;
  /** What is live in the fullest step: no plan with these buffers can be smaller. */
  readonly leastBytes: number;
  /** What it would take if every value had memory of its own. */
  readonly separateBytes: number;
  readonly buffers: readonly PlannedBuffer[];
  /** Outputs of layers in the order in which they are made. */
  readonly values: readonly PlannedValue[];
}

export interface PlannedBuffer {
  /** The first value it holds, or `scratch of` a layer: for reading. Names come from files; `scratchOf` tells them apart. */
  readonly name: string;
  /** The layer whose scratch memory it is. */
  readonly scratchOf?: string;
  readonly offset: number;
  readonly bytes: number;
  /** First and last step, both included, in which it must not be touched by others. */
  readonly first: number;
  readonly last: number;
}

/**
 * `own`: a buffer of its own. `in-place`: written over the input `of`, which nobody needs any more. `view`: the very
 * bytes of the input `of`.
 */
export interface PlannedValue {
  readonly value: string;
  readonly layer: string;
  readonly how: 'own' | 'in-place' | 'view';
  readonly of?: string;
  /** Place in `buffers`; left out: a view of an input of the model or of a tensor. */
  readonly buffer?: number;
}

export type MemoryPlanning = MemoryPlan | { readonly ok: false; readonly layer: string; readonly reason: string; readonly hint: string };

export interface MemoryOptions {
  /** Bytes, a power of two. Left out: 64. */
  readonly alignment?: number;
  /** Bytes of a value as the target lays it out, borders and padding included. Left out, or undefined: those of its elements. */
  readonly bytes?: (value: string, info: InferredValue) => number | undefined;
  /** Layers whose outputs share memory with none of their inputs: what is a view by shape may be a copy by layout. */
  readonly apart?: (layer: Layer) => boolean;
  /** Bytes that a layer needs beside its values, while it runs. */
  readonly scratch?: (layer: Layer) => number;
}
