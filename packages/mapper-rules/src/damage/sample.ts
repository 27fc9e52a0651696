import { attribute, decode, halfToNumber, bfloatToNumber, type DType } from '@fretwork/format';
import type { MappedLayer } from '../contract.js';

/** A part of a weight matrix: squares of `rows` x `columns` weights, row-major. */
export interface Squares {
  readonly rows: number;
  readonly columns: number;
  readonly kernel: number;
  readonly values: Float64Array;
}

/** At most this many rows, and columns (whole kernels), of each matrix are looked at: enough for shares of energy to stand still. */
const ROWS = 32;
const COLUMNS = 288;

const READ: Partial<Record<DType, (element: number) => number>> = { f16: halfToNumber, bf16: bfloatToNumber };

/** Contiguous parts of the matrices of a layer, one in each; blocks are cut from their corner, as from the matrix's. */
export function sample({ layer, weights }: MappedLayer): readonly Squares[] {
  const groups = layer.operator === 'Conv' ? attribute(layer, 'group', 'int', 1) : 1;
  return weights.flatMap(({ tensor, view }): readonly Squares[] => {
    const { data, dtype } = decode(tensor);
    const read = READ[dtype] ?? ((element: number): number => element);
    const { count, order, kernel } = view;
    const rows = Math.min(ROWS, view.rows / groups);
    const columns = Math.min(Math.max(kernel, COLUMNS - (COLUMNS % kernel)), view.columns);
    return Array.from({ length: count }, (_, m) => {
      const values = new Float64Array(rows * columns);
      const from = m * view.rows * view.columns;
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          const value = read(Number(data[from + (order === 'row-major' ? r * view.columns + c : c * view.rows + r)]!));
          values[r * columns + c] = value * value;
        }
      }
      return { rows, columns, kernel, values };
    });
  });
}
