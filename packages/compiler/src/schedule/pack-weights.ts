import type { DType, SparseMatrix, TensorData } from '@fretwork/format';
import type { Schedule } from './contract.js';
import { payloadOf, rowsOf, stackOf } from './rows.js';

/**
 * The weights of `matrices` in the order of `schedule`, which was planned for them with the same `dtype`: group after
 * group, segment after segment, column after column, in each the rows of the mask. `[nnz]`, of the payloads' own type.
 */
export function packWeights(matrices: readonly SparseMatrix[], schedule: Schedule, dtype?: DType): TensorData {
  const stack = stackOf(matrices);
  const rows = rowsOf(stack, dtype);
  const payload = payloadOf(stack) as Float32Array;
  const packed = new (payload.constructor as new (length: number) => Float32Array)(schedule.nnz);
  const tallest = schedule.groups.reduce((most, { height }) => Math.max(most, height), 1);
  /** Which element is the weight of row r and column c of the group: valid where a mask says so. */
  const places = new Uint32Array(rows.columns * tallest);
  for (const { start, height, segments } of schedule.groups) {
    for (let r = 0; r < height; r++) {
      const row = schedule.order[start + r]!;
      for (let i = rows.start[row]!; i < rows.start[row + 1]!; i++) places[rows.column[i]! * tallest + r] = rows.place[i]!;
    }
    for (const { mask, columns, weights } of segments) {
      let at = weights;
      for (const c of columns) for (let r = 0; r < height; r++) if (((mask >>> r) & 1) === 1) packed[at++] = payload[places[c * tallest + r]!]!;
    }
  }
  return packed;
}
