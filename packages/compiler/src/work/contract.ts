/**
 * Work: what the loops of a schedule execute on tiles of pixels, counted and not timed. The counts are exact for the loops
 * described here, the same on every machine, and need no hardware; a backend that can count real instructions should believe
 * those. They serve as the cost of a first choice, for the ablation, and to test the tuner.
 *
 * A tile is `pixels` neighbouring columns of the activation matrix, `pixels / lanes` vectors. Per column of a segment a kernel
 * reads one offset and one vector of each of the tile, and does one product per row and vector; `unroll` columns take one turn
 * of the loop. Weights are read in whole vectors. A kernel that holds sums in `registers` stores them once per group, and
 * reloads them for each further chunk; one that holds them in `memory` loads and stores them for each segment.
 */

/** Which loop is the outer one: all groups for a tile (activations stay near), or all tiles for a group (weights stay near). */
export type LoopOrder = 'tile-group' | 'group-tile';

/** How the kernel that runs a schedule goes about it. */
export interface WorkOptions {
  /** Columns of the activation matrix: positions of the output, times the batch. */
  readonly pixels: number;
  /** Of a tile. */
  readonly tile: number;
  /** Elements of a vector. Left out: 4 (f32 of 128 bits). */
  readonly lanes?: number;
  /** Left out: 1. */
  readonly unroll?: number;
  /** Left out: `registers`. */
  readonly sums?: 'registers' | 'memory';
  /** Left out: `tile-group`. */
  readonly order?: LoopOrder;
  /** Of the first cache. Left out: 65536, as Cortex-A76 has. */
  readonly cacheBytes?: number;
  /** Of an element. Left out: 4. */
  readonly elementBytes?: number;
}

/** Over all tiles; plain and printable. */
export interface WorkCount {
  /** Of a weight and a vector. */
  readonly products: number;
  readonly activationLoads: number;
  readonly weightLoads: number;
  readonly indexLoads: number;
  /** Loads and stores of sums between segments or chunks. */
  readonly sumMoves: number;
  /** Stores of finished sums. */
  readonly outputStores: number;
  /** Turns of loops over columns, and starts of segments, groups and tiles. */
  readonly turns: number;
  /** All of the above. */
  readonly instructions: number;
  /** Those of the thread that has most: what one waits for. */
  readonly fullestInstructions: number;
  /** Lines of 64 bytes that come from behind the first cache. */
  readonly missedLines: number;
  /** `fullestInstructions` and the thread's share of `missedLines`, at two instructions a line: an assumption, not a measurement. */
  readonly cost: number;
}
