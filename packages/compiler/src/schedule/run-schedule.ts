import type { Schedule } from './contract.js';

export interface ScheduleRun {
  /** `[rows, pixels]`, in the order of the matrix. */
  readonly outputs: Float64Array;
  /** Activation vectors (tiles of one column) that were loaded. */
  readonly loads: number;
  /** Products of a weight and a vector. */
  readonly products: number;
}

/**
 * What a schedule means: slow and obvious, and it counts what it does. `weights` are those of `packWeights`, as numbers;
 * `activations` are `[columns, pixels]`, for a grouped convolution `[groups·columns, pixels]`; `groupRows` as it was planned.
 * Sums are made in double precision.
 */
export function runSchedule(schedule: Schedule, weights: ArrayLike<number>, activations: ArrayLike<number>, pixels: number, groupRows: number = schedule.rows): ScheduleRun {
  const outputs = new Float64Array(schedule.rows * pixels);
  let loads = 0;
  let products = 0;
  for (const part of schedule.parts) {
    for (const { start, height, segments } of schedule.groups.slice(part.from, part.to)) {
      const sums = Array.from({ length: height }, () => new Float64Array(pixels));
      const firstColumn = Math.floor(schedule.order[start]! / groupRows) * schedule.columns;
      for (const segment of segments) {
        let weight = segment.weights;
        for (const column of segment.columns) {
          const vector = Array.from({ length: pixels }, (_, p) => activations[(firstColumn + column) * pixels + p]!);
          loads++;
          for (let r = 0; r < height; r++) {
            if (((segment.mask >>> r) & 1) === 0) continue;
            for (let p = 0; p < pixels; p++) sums[r]![p]! += weights[weight]! * vector[p]!;
            weight++;
            products++;
          }
        }
      }
      for (let r = 0; r < height; r++) outputs.set(sums[r]!, schedule.order[start + r]! * pixels);
    }
  }
  return { outputs, loads, products };
}
