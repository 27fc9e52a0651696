/**
 * Kernel variants: the manifest that code generation, dispatch, tests, tuning and benchmarks read alike. A backend writes
 * its rows once, in a table, and makes a `KernelManifest` of it with `kernelManifest`. A kernel is known by its name
 * everywhere else: in plans, in tuning logs, as a C function. A name says all of its row and parses back to it.
 */

/** Element type of weights and activations. */
export type KernelType = 'f32' | 'f16' | 'i8';

/** One kernel. Words are lower-case letters and digits, a letter first, so that names are C identifiers. */
export interface KernelVariant {
  /** What it does, and how: `segments` (sums in registers over all segments), `vector`, `depthwise`, `dense`, …: the backend's own words. */
  readonly operator: string;
  readonly type: KernelType;
  /** Rows of a group; for a kernel of one segment the rows of its mask. */
  readonly rows: number;
  /** Pixels (columns of the activation matrix) of a tile; 1: matrix-vector. */
  readonly pixels: number;
  /** Columns of a segment done per turn of the inner loop. */
  readonly unroll: number;
  /** The least instruction set it needs: `neon`, `fp16`, `dot`, `portable`. */
  readonly isa: string;
}

export interface KernelManifest<Row extends KernelVariant = KernelVariant> {
  readonly rows: readonly Row[];
  /** The row of a name; undefined where no kernel has it. */
  readonly find: (name: string) => Row | undefined;
  /** Rows that equal `like` in every field given, in the order of the table. */
  readonly select: (like: Partial<KernelVariant>) => readonly Row[];
}
