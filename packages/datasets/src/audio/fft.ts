/**
 * Forward transforms of one length n, a power of two from 2 on: makes its tables once. The function it gives computes
 * X[k] = Σ x[t] · e^(-2πi·kt/n) in place, over `re` and `im` of length n. Radix 2, decimation in time (Cooley & Tukey 1965).
 */
export function fft(n: number): (re: Float64Array, im: Float64Array) => void {
  const levels = Math.log2(n);
  const cos = Float64Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n));
  const sin = Float64Array.from({ length: n / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / n));
  const reversed = Uint32Array.from({ length: n }, (_, i) => {
    let r = 0;
    for (let bit = 0; bit < levels; bit++) r |= ((i >> bit) & 1) << (levels - 1 - bit);
    return r;
  });
  return (re, im) => {
    for (let i = 0; i < n; i++) {
      const j = reversed[i]!;
      if (j <= i) continue;
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
    for (let half = 1; half < n; half *= 2) {
      const stride = n / (2 * half);
      for (let from = 0; from < n; from += 2 * half) {
        for (let k = 0; k < half; k++) {
          const a = from + k;
          const b = a + half;
          const c = cos[k * stride]!;
          const s = sin[k * stride]!;
          const x = re[b]! * c + im[b]! * s;
          const y = im[b]! * c - re[b]! * s;
          re[b] = re[a]! - x;
          im[b] = im[a]! - y;
          re[a] = re[a]! + x;
          im[a] = im[a]! + y;
        }
      }
    }
  };
}
