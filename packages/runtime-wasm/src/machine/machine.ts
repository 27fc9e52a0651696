/** What computes: a memory and the kernels over it. Addresses, pitches and offsets are in bytes. */
export interface Kernels {
  /** All runs of a program over `vectors` vectors of four pixels, `tile` of them at a time. */
  readonly map: (start: number, end: number, input: number, output: number, vectors: number, tile: number) => void;
  /** All runs of a program on one activation vector. */
  readonly vector: (start: number, end: number, input: number, output: number) => void;
  /** `width` floats of each row of each plane, every one or every second one of the source. */
  readonly copy1: Copy;
  readonly copy2: Copy;
  /** `copy1`, but what is there is added and the sum clamped. */
  readonly add: Copy;
  /** Zeroes the first `size` bytes of each plane, but for `rows` rows of `width` bytes, `pitch` apart, from byte `first` on. */
  readonly frame: (to: number, planes: number, plane: number, size: number, first: number, rows: number, width: number, pitch: number) => void;
}

export type Copy = (
  from: number, to: number, planes: number, rows: number, width: number, fromPitch: number, toPitch: number, fromPlane: number, toPlane: number,
) => void;

export interface Machine {
  readonly kernels: Kernels;
  /** The memory as it is now; another object after `grow`. */
  readonly buffer: () => ArrayBufferLike;
  /** Makes the memory at least `bytes` long. Throws `RangeError` where the host has no more. */
  readonly grow: (bytes: number) => void;
}

export const PAGE_BYTES = 65536;

/** The lowest addresses belong to the kernels: a clamp pair at `CLAMP_ADDRESS`. */
export const RESERVED_BYTES = 64;
