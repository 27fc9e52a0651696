import { tiles, type SparseTensor } from '@fretwork/format';
import { toNumbers } from '../tensor/elements.js';
import { addScaled } from './dense.js';

/** Which row of the source a weight reads and which row of the target it adds to. */
export interface Wiring {
  readonly source: (row: number, column: number) => number;
  readonly target: (row: number, column: number) => number;
}

const STRAIGHT: Wiring = { source: (_, column) => column, target: (row) => row };

/**
 * The one product of a tiled matrix and a dense one: target[row] += Σ weight · source[column] over the stored weights
 * of matrix `index` of `tensor`. `source` and `target` are rows of `width` numbers, one behind the other.
 */
export function addTiled(
  tensor: SparseTensor, index: number, source: Float64Array, target: Float64Array, width: number, wiring: Wiring = STRAIGHT,
): void {
  for (const { rows, columns, payload } of tiles(tensor.matrices[index]!)) {
    const weights = toNumbers(tensor.dtype, payload);
    let at = 0;
    for (let i = 0; i < rows.length; i++) {
      for (let j = 0; j < columns.length; j++) {
        const to = wiring.target(rows[i]!, columns[j]!) * width;
        const from = wiring.source(rows[i]!, columns[j]!) * width;
        addScaled(target, to, weights[at++]!, source, from, width);
      }
    }
  }
}
