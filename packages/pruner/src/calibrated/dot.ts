/** Sum of a[i]·b[j] over `n` elements from `i` and `j` on. Four sums at a time: one alone waits for each addition. */
export function dot(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let p = 0;
  let q = 0;
  let r = 0;
  let s = 0;
  const whole = i + n - (n % 4);
  const end = i + n;
  for (; i < whole; i += 4, j += 4) {
    p += a[i]! * b[j]!;
    q += a[i + 1]! * b[j + 1]!;
    r += a[i + 2]! * b[j + 2]!;
    s += a[i + 3]! * b[j + 3]!;
  }
  for (; i < end; i++, j++) p += a[i]! * b[j]!;
  return p + q + (r + s);
}
