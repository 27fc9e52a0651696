import { FretworkError, tiles, type DType, type SparseMatrix, type TensorData } from '@fretwork/format';

/** The weights of stacked matrices that are not zero, row after row. */
export interface Rows {
  readonly rows: number;
  readonly columns: number;
  readonly nnz: number;
  /** `[rows + 1]`: where each row starts. */
  readonly start: Uint32Array;
  /** `[nnz]`, ascending inside a row. */
  readonly column: Uint32Array;
  /** `[nnz]`: which element of `payloads[…]` it is, counted through the payloads of all matrices. */
  readonly place: Uint32Array;
}

/** Does this element count as a weight? f16 and bf16 are bits. */
function isWeight(dtype: DType | undefined): (value: number | bigint) => boolean {
  if (dtype === 'f16' || dtype === 'bf16') return (value) => (Number(value) & 0x7fff) !== 0;
  return (value) => Number(value) !== 0;
}

/** Sorts the tiles of `matrices`, which have equal columns, into rows; explicit zeros are dropped. */
export function rowsOf(matrices: readonly [SparseMatrix, ...SparseMatrix[]], dtype: DType | undefined): Rows {
  const rows = matrices.reduce((sum, matrix) => sum + matrix.rows, 0);
  const { columns } = matrices[0];
  const counts = new Uint32Array(rows + 1);
  const keeps = isWeight(dtype);
  each(matrices, keeps, (row) => { counts[row + 1]!++; });
  for (let r = 0; r < rows; r++) counts[r + 1]! += counts[r]!;
  const nnz = counts[rows]!;
  const next = counts.slice(0, rows);
  const column = new Uint32Array(nnz);
  const place = new Uint32Array(nnz);
  each(matrices, keeps, (row, c, at) => {
    const to = next[row]!++;
    column[to] = c;
    place[to] = at;
  });
  for (let r = 0; r < rows; r++) sortRow(column, place, counts[r]!, counts[r + 1]!);
  return { rows, columns, nnz, start: counts, column, place };
}

function each(matrices: readonly SparseMatrix[], keeps: (value: number | bigint) => boolean, visit: (row: number, column: number, place: number) => void): void {
  let firstRow = 0;
  let place = 0;
  for (const matrix of matrices) {
    for (const { rows, columns, payload } of tiles(matrix)) {
      let at = 0;
      for (let r = 0; r < rows.length; r++) {
        for (let c = 0; c < columns.length; c++, at++, place++) if (keeps(payload[at]!)) visit(firstRow + rows[r]!, columns[c]!, place);
      }
    }
    firstRow += matrix.rows;
  }
}

/** Tiles come in any order: most rows are sorted already. */
function sortRow(column: Uint32Array, place: Uint32Array, from: number, to: number): void {
  let sorted = true;
  for (let i = from + 1; i < to && sorted; i++) sorted = column[i - 1]! < column[i]!;
  if (sorted) return;
  const order = Array.from({ length: to - from }, (_, i) => from + i).sort((a, b) => column[a]! - column[b]!);
  column.set(order.map((i) => column[i]!), from);
  place.set(order.map((i) => place[i]!), from);
}

/** Elements of all payloads, in the order that `Rows.place` counts: the order in which `tiles` walks them. */
export function payloadOf(matrices: readonly [SparseMatrix, ...SparseMatrix[]]): TensorData {
  const [first, ...others] = matrices;
  if (others.length === 0) return first.payload;
  const length = matrices.reduce((sum, { payload }) => sum + payload.length, 0);
  const all = new (first.payload.constructor as new (length: number) => Float32Array)(length);
  let at = 0;
  for (const { payload } of matrices) {
    all.set(payload as Float32Array, at);
    at += payload.length;
  }
  return all;
}

/** The one matrix or more that a schedule is for. Throws `schedule.columns` where they do not stack. */
export function stackOf(matrices: readonly SparseMatrix[]): readonly [SparseMatrix, ...SparseMatrix[]] {
  const [first, ...others] = matrices;
  const odd = others.find((matrix) => matrix.columns !== first?.columns);
  if (first === undefined || odd !== undefined) {
    throw new FretworkError('schedule.columns', 'matrices of one schedule read the same activations', {
      expected: first === undefined ? 'one matrix or more' : `${first.columns} columns`, actual: odd === undefined ? 'none' : `${odd.columns}`,
      hint: 'plan them one by one',
    });
  }
  return [first, ...others];
}
