import type { RunPlan } from './plan-runs.js';
import { FLAG, RECORD, recordBytes } from './record.js';

/** Where things lie in WASM memory, all in bytes. */
export interface Places {
  /** Start of the free memory that the program is written to; a multiple of 16. */
  readonly base: number;
  /** Offset of matrix column c's activations from the input address. */
  readonly columnOffset: (column: number) => number;
  /** Offset of matrix row r's outputs from the output address. */
  readonly rowOffset: (row: number) => number;
  /** Address of the bias of row r. */
  readonly biasAddress: (row: number) => number;
}

export interface Program {
  readonly start: number;
  readonly end: number;
  /** First free byte after the program's arrays. */
  readonly top: number;
}

/** Bytes that `layRuns` will take. */
export const programBytes = (plan: RunPlan): number =>
  plan.runs.reduce((sum, run) => sum + recordBytes(run.rows.length) + 4 * run.columns.length + 4 * run.weights.length, 0);

/** Writes the runs of `plan` to `memory` as `record.ts` describes. Throws `RangeError` where they do not fit. */
export function layRuns(plan: RunPlan, memory: ArrayBufferLike, places: Places): Program {
  if (places.base + programBytes(plan) > memory.byteLength) {
    throw new RangeError(`the program needs ${programBytes(plan)} bytes at ${places.base}, memory has ${memory.byteLength}`);
  }
  const words = new Uint32Array(memory);
  const floats = new Float32Array(memory);
  const end = places.base + plan.runs.reduce((sum, run) => sum + recordBytes(run.rows.length), 0);
  let record = places.base;
  let top = end;
  for (const run of plan.runs) {
    const offsets = top;
    const weights = offsets + 4 * run.columns.length;
    top = weights + 4 * run.weights.length;
    const bits = (flags: readonly boolean[]): number => flags.reduce((sum, flag, r) => sum + (flag ? 2 ** r : 0), 0);
    run.rows.forEach((row, r) => {
      words[(record + RECORD.rows + r * RECORD.perRow) / 4] = places.rowOffset(row);
      words[(record + RECORD.rows + r * RECORD.perRow) / 4 + 1] = places.biasAddress(row);
    });
    words[(record + RECORD.flags) / 4] = run.rows.length + (run.axpy ? FLAG.axpy : 0);
    words[(record + RECORD.first) / 4] = bits(run.first);
    words[(record + RECORD.last) / 4] = bits(run.last);
    words[(record + RECORD.columns) / 4] = run.columns.length;
    words[(record + RECORD.offsets) / 4] = offsets;
    words[(record + RECORD.weights) / 4] = weights;
    run.columns.forEach((column, c) => { words[offsets / 4 + c] = places.columnOffset(column); });
    floats.set(run.weights, weights / 4);
    record += recordBytes(run.rows.length);
  }
  return { start: places.base, end, top };
}
