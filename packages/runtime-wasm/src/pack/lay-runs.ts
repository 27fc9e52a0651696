import type { Run, RunPlan } from './plan-runs.js';
import { FLAG, RECORD, recordBytes } from './record.js';

/** A run whose weights lie in WASM memory. */
export interface PackedRun extends Omit<Run, 'weights'> {
  /** Address of `[columns, rows]` floats. */
  readonly weights: number;
}

/** Where things lie in WASM memory, all in bytes. */
export interface Places {
  /** Start of the free memory that the program is written to; a multiple of 16. */
  readonly base: number;
  /** Offset of matrix column c's activations from the input address, for the group that matrix row `row` belongs to. */
  readonly columnOffset: (column: number, row: number) => number;
  /** Offset of matrix row r's outputs from the output address. */
  readonly rowOffset: (row: number) => number;
  /** Address of the bias of row r. */
  readonly biasAddress: (row: number) => number;
  /** Which runs go to the axpy kernel (`run-cost.ts`); left out: none. */
  readonly axpy?: (run: PackedRun) => boolean;
  /** Does the first run of each row add what lies at the residual's distance? */
  readonly residual?: boolean;
}

export interface Program {
  readonly start: number;
  readonly end: number;
  /** First free byte after the program's arrays. */
  readonly top: number;
}

/** Bytes that the weights of `plan` take. */
export const weightBytes = (plan: RunPlan): number => plan.runs.reduce((sum, run) => sum + 4 * run.weights.length, 0);

/** Bytes that `layRuns` will take. */
export const programBytes = (runs: readonly Pick<Run, 'rows' | 'columns'>[]): number =>
  runs.reduce((sum, run) => sum + recordBytes(run.rows.length) + 4 * run.columns.length, 0);

/** Writes the weights of `plan` to `memory` from byte `base` on. Throws `RangeError` where they do not fit. */
export function layWeights(plan: RunPlan, memory: ArrayBufferLike, base: number): readonly PackedRun[] {
  const floats = new Float32Array(memory);
  let at = base;
  return plan.runs.map((run) => {
    floats.set(run.weights, at / 4);
    const weights = at;
    at += 4 * run.weights.length;
    return { ...run, weights };
  });
}

/** Writes the program of `runs` to `memory` as `record.ts` describes. Throws `RangeError` where it does not fit. */
export function layRuns(runs: readonly PackedRun[], memory: ArrayBufferLike, places: Places): Program {
  if (places.base + programBytes(runs) > memory.byteLength) {
    throw new RangeError(`the program needs ${programBytes(runs)} bytes at ${places.base}, memory has ${memory.byteLength}`);
  }
  const words = new Uint32Array(memory);
  const end = places.base + runs.reduce((sum, run) => sum + recordBytes(run.rows.length), 0);
  let record = places.base;
  let top = end;
  for (const run of runs) {
    const offsets = top;
    top += 4 * run.columns.length;
    const bits = (flags: readonly boolean[]): number => flags.reduce((sum, flag, r) => sum + (flag ? 2 ** r : 0), 0);
    run.rows.forEach((row, r) => {
      words[(record + RECORD.rows + r * RECORD.perRow) / 4] = places.rowOffset(row);
      words[(record + RECORD.rows + r * RECORD.perRow) / 4 + 1] = places.biasAddress(row);
    });
    words[(record + RECORD.flags) / 4] = run.rows.length + (places.axpy?.(run) === true ? FLAG.axpy : 0) + (places.residual === true ? FLAG.residual : 0);
    words[(record + RECORD.first) / 4] = bits(run.first);
    words[(record + RECORD.last) / 4] = bits(run.last);
    words[(record + RECORD.columns) / 4] = run.columns.length;
    words[(record + RECORD.offsets) / 4] = offsets;
    words[(record + RECORD.weights) / 4] = run.weights;
    for (let c = 0; c < run.columns.length; c++) words[offsets / 4 + c] = places.columnOffset(run.columns[c]!, run.rows[0]!);
    record += recordBytes(run.rows.length);
  }
  return { start: places.base, end, top };
}
