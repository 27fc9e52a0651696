import type { OperatorCall } from '../../contract.js';
import { Fault } from '../../fault.js';
import { dot } from '../../product/dense.js';
import { addTiled } from '../../product/tiles.js';
import { weightOf } from '../../product/weight.js';

/** x `[batch, columns]` → x · Wᵀ `[batch, hidden]` */
export type Project = (x: Float64Array) => Float64Array;

/** The gates of direction `d` of weight input `i`, `[directions, gates·hidden, columns]`. Throws `run.shape`. */
export function projectionsOf(call: OperatorCall, i: number, d: number, gates: number, hidden: number, batch: number): Project[] {
  const weight = weightOf(call, i);
  const columns = weight.shape[2];
  if (weight.shape.length !== 3 || columns === undefined || weight.shape[1] !== gates * hidden || d >= weight.shape[0]!) {
    throw new Fault('run.shape', 'a recurrent weight does not fit', { expected: `[directions, ${gates * hidden}, inputs]`, actual: `[${weight.shape.join(', ')}]` });
  }
  return Array.from({ length: gates }, (_, gate): Project => {
    const matrix = d * gates + gate;
    return (x) => {
      if (x.length !== batch * columns) throw new Fault('run.shape', 'a recurrent weight does not fit its input', { expected: `${columns} columns`, actual: `${x.length / batch}` });
      const out = new Float64Array(batch * hidden);
      if (weight.kind === 'sparse') {
        // The tiles need the batch innermost: one row per column of the matrix.
        const product = new Float64Array(hidden * batch);
        addTiled(weight, matrix, turned(x, batch, columns), product, batch);
        return turned(product, hidden, batch);
      }
      for (let b = 0; b < batch; b++) {
        for (let h = 0; h < hidden; h++) {
          out[b * hidden + h] = dot(weight.numbers, (matrix * hidden + h) * columns, x, b * columns, columns);
        }
      }
      return out;
    };
  });
}

function turned(values: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]!;
  return out;
}
