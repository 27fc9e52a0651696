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

/**
 * |X[k]| of n real samples, n a power of two from 4 on, for `from` <= k < `to` <= n/2 + 1, written to `out[k]`. One
 * complex transform of half the length does it: even samples as its real part, odd ones as its imaginary part.
 */
export function realMagnitudes(n: number): (samples: Float64Array, from: number, to: number, out: Float64Array) => void {
  const half = n / 2;
  const transform = fft(half);
  const re = new Float64Array(half);
  const im = new Float64Array(half);
  const cos = Float64Array.from({ length: half + 1 }, (_, k) => Math.cos((2 * Math.PI * k) / n));
  const sin = Float64Array.from({ length: half + 1 }, (_, k) => Math.sin((2 * Math.PI * k) / n));
  return (samples, from, to, out) => {
    for (let i = 0; i < half; i++) {
      re[i] = samples[2 * i]!;
      im[i] = samples[2 * i + 1]!;
    }
    transform(re, im);
    for (let k = from; k < to; k++) {
      const a = k % half;
      const b = (half - k) % half;
      // Spectra of the even and the odd samples, each twice as large as it is.
      const evenRe = re[a]! + re[b]!;
      const evenIm = im[a]! - im[b]!;
      const oddRe = im[a]! + im[b]!;
      const oddIm = re[b]! - re[a]!;
      const x = evenRe + cos[k]! * oddRe + sin[k]! * oddIm;
      const y = evenIm + cos[k]! * oddIm - sin[k]! * oddRe;
      out[k] = Math.sqrt(x * x + y * y) / 2;
    }
  };
}
