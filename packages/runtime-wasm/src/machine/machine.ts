import { ARGUMENTS, callWith, type Kernel } from './threads/serve.js';

/** What computes: a memory and the kernels over it. Addresses, pitches and offsets are in bytes. */
export interface Kernels {
  /** All runs of a program over `vectors` vectors of four pixels, `tile` of them at a time. */
  readonly map: (start: number, end: number, input: number, output: number, vectors: number, tile: number) => void;
  /** One part of a program (`pack/vector-record.ts`) on `vectors` activation vectors. */
  readonly vector: (part: number, input: number, output: number, vectors: number, inputPitch: number, outputPitch: number) => void;
  /** `width` floats of each row of each plane, every one or every second one of the source. */
  readonly copy1: Copy;
  readonly copy2: Copy;
  /** `copy1`, but what is there is added and the sum clamped. */
  readonly add: Copy;
  /** Zeroes the first `size` bytes of each plane, but for `rows` rows of `width` floats, `pitch` apart, from byte `first` on: (size, to, planes, rows, width, first, pitch, 0, plane). */
  readonly frame: Copy;
  /** Each of `vectors` vectors put together over `rows` rows, `pitch` bytes apart: the largest, or the sum. */
  readonly rowsMost: Pool;
  readonly rowsSum: Pool;
  /** Each float put together with the `taps` - 1 behind it, at every float or every second one. */
  readonly columnsMost: Pool;
  readonly columnsSum: Pool;
  /**
   * One time step of a recurrent layer (`kernels/cells.ts`), given both halves of every gate, `[gates, size]`; replaces the
   * states. `gru` has its reset gate behind the product; before it, `gruEarly` and `gruLate` are its two parts. Left out where
   * loops of JavaScript are all there is.
   */
  readonly rnn?: (input: number, recurrent: number, hidden: number, size: number) => void;
  readonly gru?: (input: number, recurrent: number, hidden: number, size: number) => void;
  /** recurrent[0] = sigmoid(input[0] + recurrent[0]), reset = sigmoid(input[1] + recurrent[1]) · hidden */
  readonly gruEarly?: (input: number, recurrent: number, hidden: number, reset: number, size: number) => void;
  /** hidden = (1 - update) · tanh(input + recurrent) + update · hidden */
  readonly gruLate?: (input: number, recurrent: number, update: number, hidden: number, size: number) => void;
  readonly lstm?: (input: number, recurrent: number, cell: number, hidden: number, peepholes: number, size: number) => void;
}

export type Pool = (from: number, to: number, count: number, distance: number, vectors: number) => void;

export type Copy = (
  from: number, to: number, planes: number, rows: number, width: number, fromPitch: number, toPitch: number, fromPlane: number, toPlane: number,
) => void;

export interface Machine {
  readonly kernels: Kernels;
  /** The memory as it is now; another object after `grow`. */
  readonly buffer: () => ArrayBufferLike;
  /** Makes the memory at least `bytes` long. Throws `RangeError` where the host has no more. */
  readonly grow: (bytes: number) => void;
  /** Threads that `fork` runs on, the caller's own included. */
  readonly threads: number;
  /**
   * Calls `kernel` once per piece of the work, with row p of `args`, int32 `[pieces, ARGUMENTS]`, and returns when all are done; at most
   * `MOST_PIECES` a thread. Allocates nothing. No piece may write what another one reads or writes. Throws `run.worker` where a thread is gone.
   */
  readonly fork: Fork;
  readonly dispose: () => void;
}

export type Fork = (kernel: keyof Kernels, args: Int32Array) => void;

/** `fork` of one thread. */
export const callAlone = (kernels: Kernels): Fork => (kernel, args) => {
  for (let at = 0; at < args.length; at += ARGUMENTS) callWith(kernels[kernel] as Kernel, args, at);
};

export const PAGE_BYTES = 65536;

/** The lowest addresses belong to the kernels: a clamp pair at `CLAMP_ADDRESS`. */
export const RESERVED_BYTES = 64;
