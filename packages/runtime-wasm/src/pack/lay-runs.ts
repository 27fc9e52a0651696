import type { Part } from './cut-rows.js';
import { isWhole, panelReader } from './panels.js';
import type { RunPlan, RunSource } from './plan-runs.js';
import { FLAG, RECORD, recordBytes } from './record.js';
import { firstRowOf, heightOf, sharesColumns, type Runs } from './runs.js';

/** Runs whose weights lie in WASM memory. */
export interface PackedRuns {
  readonly runs: Runs;
  /** Address of the first weight. */
  readonly weights: number;
}

/** Where things lie in WASM memory, all in bytes. */
export interface Places {
  /** Start of the free memory that the program is written to; a multiple of 16. */
  readonly base: number;
  /** Offset of each matrix column's activations from the input address. */
  readonly columnOffsets: ArrayLike<number>;
  /** What the group that matrix row `row` belongs to adds to it; left out: nothing. */
  readonly groupOffset?: (row: number) => number;
  /** Offset of matrix row r's outputs from the output address. */
  readonly rowOffset: (row: number) => number;
  /** Address of the bias of row r. */
  readonly biasAddress: (row: number) => number;
  /** Which runs go to the axpy kernel (`run-cost.ts`); left out: none. */
  readonly axpy?: (run: number) => boolean;
  /** Does the first run of each row add what lies at the residual's distance? */
  readonly residual?: boolean;
}

export interface Program {
  /** The records of part k lie from `bounds[k]` to `bounds[k + 1]`. */
  readonly bounds: readonly number[];
  /** First free byte after the program's arrays. */
  readonly top: number;
}

/** Bytes that the weights of `plan` take. */
export const weightBytes = ({ runs }: RunPlan): number => 4 * runs.weightCount;

/** Bytes that `layRuns` will take, for any number of parts. */
export function programBytes(runs: Runs): number {
  let bytes = 0;
  for (let i = 0; i < runs.count; i++) bytes += recordBytes(heightOf(runs, i)) + (sharesColumns(runs, i) ? 0 : 4 * runs.columnCount[i]!);
  return bytes;
}

/** Throws `RangeError` where `bytes` bytes from `base` on are more than `memory` has. */
export function requireRoom(memory: ArrayBufferLike, base: number, bytes: number): void {
  if (base + bytes > memory.byteLength) throw new RangeError(`${bytes} bytes at ${base} are needed, memory has ${memory.byteLength}`);
}

/** Writes the weights of `plan` to `memory` from byte `base` on. Throws `RangeError` where they do not fit. */
export function layWeights(plan: RunPlan, memory: ArrayBufferLike, base: number): PackedRuns {
  requireRoom(memory, base, weightBytes(plan));
  const to = new Float32Array(memory, base, plan.runs.weightCount);
  for (const source of plan.sources) laySource(plan.runs, source, to);
  return { runs: plan.runs, weights: base };
}

function laySource(runs: Runs, source: RunSource, to: Float32Array): void {
  const { matrix, panel, firstRow, columns: [from], scale } = source;
  const panels = Math.ceil(matrix.rows / panel);
  // By panel, whatever order the runs are in: a counting sort.
  const start = new Uint32Array(panels + 1);
  const own = (visit: (run: number, p: number) => void): void => {
    for (let i = 0; i < runs.count; i++) {
      const row = firstRowOf(runs, i) - firstRow;
      if (row >= 0 && row < matrix.rows) visit(i, Math.floor(row / panel));
    }
  };
  own((_, p) => { start[p + 1]!++; });
  for (let p = 1; p <= panels; p++) start[p]! += start[p - 1]!;
  const next = start.slice();
  const order = new Uint32Array(start[panels]!);
  own((i, p) => { order[next[p]!++] = i; });
  const whole = isWhole(matrix);
  const reader = whole ? undefined : panelReader(source, 'values');
  const values = reader === undefined ? matrix.payload as Float32Array : reader.values;
  // Of a dense matrix the weights are read where they lie.
  const [perRow, perColumn] = whole ? [matrix.columns, 1] : [1, panel];
  for (let p = 0; p < panels; p++) {
    reader?.load(p);
    const origin = (whole ? from : -p * panel) - firstRow * perRow;
    for (let k = start[p]!; k < start[p + 1]!; k++) {
      const i = order[k]!;
      const height = heightOf(runs, i);
      const columnAt = runs.columnAt[i]!;
      const weightAt = runs.weightAt[i]!;
      for (let r = 0; r < height; r++) {
        const row = origin + runs.rows[runs.rowAt[i]! + r]! * perRow;
        for (let c = 0; c < runs.columnCount[i]!; c++) to[weightAt + c * height + r] = values[row + runs.columns[columnAt + c]! * perColumn]! * scale;
      }
    }
  }
}

/** One more record, in its flags. */
const ONE = 1 << FLAG.countAt;

/** Rows that belong together: all. */
const WHOLE: readonly Part[] = [{ from: 0, to: Infinity }];

/**
 * Writes the program of `runs` to `memory` as `record.ts` describes, part after part where rows are cut into such (`cut-rows.ts`).
 * Throws `RangeError` where it does not fit.
 */
export function layRuns({ runs, weights }: PackedRuns, memory: ArrayBufferLike, places: Places, parts: readonly Part[] = WHOLE): Program {
  const bytes = programBytes(runs);
  requireRoom(memory, places.base, bytes);
  const words = new Uint32Array(memory);
  const { columnOffsets, groupOffset = () => 0 } = places;
  const partOf = (i: number): number => parts.findIndex(({ to }) => firstRowOf(runs, i) < to);
  const bounds = [places.base, ...parts.map(() => 0)];
  for (let i = 0; i < runs.count; i++) bounds[partOf(i) + 1]! += recordBytes(heightOf(runs, i));
  parts.forEach((_, k) => { bounds[k + 1]! += bounds[k]!; });
  const records = [...bounds];
  /** The record of each part that counts those behind it. */
  const leaders = parts.map(() => -1);
  let top = bounds.at(-1)!;
  let offsets = top;
  for (let i = 0; i < runs.count; i++) {
    const part = partOf(i);
    const record = records[part]!;
    const height = heightOf(runs, i);
    const count = runs.columnCount[i]!;
    const columnAt = runs.columnAt[i]!;
    const rowAt = runs.rowAt[i]!;
    if (!sharesColumns(runs, i)) {
      offsets = top;
      top += 4 * count;
      const group = groupOffset(runs.rows[rowAt]!);
      for (let c = 0; c < count; c++) words[offsets / 4 + c] = columnOffsets[runs.columns[columnAt + c]!]! + group;
    }
    for (let r = 0; r < height; r++) {
      const row = runs.rows[rowAt + r]!;
      words[(record + RECORD.rows + r * RECORD.perRow) / 4] = places.rowOffset(row);
      words[(record + RECORD.rows + r * RECORD.perRow) / 4 + 1] = places.biasAddress(row);
    }
    const kind = height + (places.axpy?.(i) === true ? 1 << FLAG.axpyAt : 0) + (places.residual === true ? FLAG.residual : 0);
    words[record / 4] = kind;
    if ((words[leaders[part]!]! & ONE - 1) !== kind) leaders[part] = record / 4;
    words[leaders[part]!]! += ONE;
    words[(record + RECORD.first) / 4] = runs.first[i]!;
    words[(record + RECORD.last) / 4] = runs.last[i]!;
    words[(record + RECORD.columns) / 4] = count;
    words[(record + RECORD.offsets) / 4] = offsets;
    words[(record + RECORD.weights) / 4] = weights + 4 * runs.weightAt[i]!;
    records[part] = record + recordBytes(height);
  }
  return { bounds, top };
}
