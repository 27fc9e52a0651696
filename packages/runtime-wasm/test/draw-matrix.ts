import { encodeBcr, encodeBcrc, encodeCsr, type SparseMatrix } from '@fretwork/format';

export const draws = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) >>> 0;
  let t = seed;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

export const integers = (next: () => number) => (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));

/** A matrix of which each block of at most `most` keeps some rows and columns, in some encoding. */
export function drawMatrix(next: () => number, rows: number, columns: number, most: readonly [blockRows: number, blockColumns: number]): SparseMatrix {
  const integer = integers(next);
  const [blockRows, blockColumns] = [integer(1, most[0]), integer(1, most[1])];
  const keep = [0, 0.2, 0.5, 0.8, 1][integer(0, 4)]!;
  const values = new Float32Array(rows * columns);
  const kept = new Map<string, boolean>();
  const flag = (key: string): boolean => kept.get(key) ?? kept.set(key, next() < keep).get(key)!;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const block = `${Math.floor(r / blockRows)} ${Math.floor(c / blockColumns)}`;
      if (flag(`r ${block} ${r % blockRows}`) && flag(`c ${block} ${c % blockColumns}`)) values[r * columns + c] = next() - 0.5;
    }
  }
  return [
    () => encodeCsr(values, rows, columns), () => encodeBcrc(values, rows, columns),
    () => encodeBcr(values, rows, columns, { block: [blockRows, blockColumns] }), () => encodeBcr(values, rows, columns),
  ][integer(0, 3)]!();
}
