/** `count` rows of `rows` at most, evenly spread. */
export function spreadRows(rows: number, count: number): readonly number[] {
  const taken = Math.min(rows, count);
  return Array.from({ length: taken }, (_, i) => Math.floor(((i + 0.5) * rows) / taken));
}

/** Those rows of `values` (`[rows · columns]`), one after another. */
export function rowsOf<T extends Float32Array | Uint8Array>(values: T, columns: number, sample: readonly number[]): T {
  const out = values.slice(0, sample.length * columns) as T;
  sample.forEach((r, i) => out.set(values.subarray(r * columns, (r + 1) * columns), i * columns));
  return out;
}
