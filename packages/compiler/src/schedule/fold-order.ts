import type { CsrMatrix, DType, SparseMatrix } from '@fretwork/format';
import { payloadOf, rowsOf, stackOf } from './rows.js';

/**
 * `matrices` as they read values whose channels lie in the order of a schedule: place p holds channel `order[p]`. So the rows
 * of one layer stay where its schedule puts them, and the next layer's columns are renumbered instead (a channel has `kernel`
 * columns). The product is the same. Throws `schedule.columns` where the matrices do not stack.
 */
export function foldOrder(matrices: readonly SparseMatrix[], order: Uint32Array, kernel: number, dtype?: DType): readonly SparseMatrix[] {
  const place = new Uint32Array(order.length);
  order.forEach((channel, p) => { place[channel] = p; });
  return matrices.map((matrix): CsrMatrix => {
    const stack = stackOf([matrix]);
    const { rows, columns, nnz, start, column, place: element } = rowsOf(stack, dtype);
    const values = payloadOf(stack) as Float32Array;
    const payload = new (values.constructor as new (length: number) => Float32Array)(nnz);
    const ids = new Uint32Array(nnz);
    for (let r = 0; r < rows; r++) {
      const moved = Array.from({ length: start[r + 1]! - start[r]! }, (_, i) => {
        const c = column[start[r]! + i]!;
        return { to: place[Math.floor(c / kernel)]! * kernel + (c % kernel), value: values[element[start[r]! + i]!]! };
      }).sort((a, b) => a.to - b.to);
      moved.forEach(({ to, value }, i) => {
        ids[start[r]! + i] = to;
        payload[start[r]! + i] = value;
      });
    }
    return { encoding: 'csr', rows, columns, rowOffset: start, column: columns <= 0x10000 ? Uint16Array.from(ids) : ids, payload };
  });
}
