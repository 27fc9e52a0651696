import type { NdArray } from '../contract.js';
import { DatasetError } from '../error.js';
import { realMagnitudes } from './fft.js';
import { applyFilterbank, melFilterbank } from './mel.js';

export interface MfccOptions {
  /** Samples per second; 16,000 when left out. */
  readonly sampleRate?: number;
  /** Length of a frame; 40 ms when left out. */
  readonly windowMs?: number;
  /** From the start of one frame to the next; 20 ms when left out: 49 frames in a second. */
  readonly strideMs?: number;
  /** Mel triangles; 40 when left out. */
  readonly filters?: number;
  /** Where the triangles begin and end, in Hz; 20 and 4,000 when left out. */
  readonly low?: number;
  readonly high?: number;
  /** Coefficients kept of the cosine transform, the constant one first; 10 when left out. */
  readonly coefficients?: number;
}

/** What `mfcc` will do, in samples: plain and printable. */
export interface MfccPlan {
  readonly sampleRate: number;
  /** Samples of a frame. */
  readonly window: number;
  /** Samples between two frames. */
  readonly stride: number;
  /** Points of the Fourier transform: the power of two from `window` on. */
  readonly points: number;
  readonly filters: number;
  readonly low: number;
  readonly high: number;
  readonly coefficients: number;
}

/** Below this a filter's sum counts as this: silence has no logarithm. */
const FLOOR = 1e-12;
const MOST_POINTS = 65536;

/** Checks the options and turns times into samples. Throws `mfcc.option`. */
export function planMfcc(options: MfccOptions = {}): MfccPlan {
  const { sampleRate = 16_000, windowMs = 40, strideMs = 20, filters = 40, low = 20, high = 4_000, coefficients = 10 } = options;
  const window = Math.floor((sampleRate * windowMs) / 1000);
  const stride = Math.floor((sampleRate * strideMs) / 1000);
  const need = (holds: boolean, expected: string, actual: unknown): void => {
    if (!holds) throw new DatasetError('mfcc.option', { expected, actual: `${actual as string}` });
  };
  need(Number.isSafeInteger(sampleRate) && sampleRate > 0, 'a whole sample rate', sampleRate);
  need(window >= 3 && window <= MOST_POINTS, `a window of 3 to ${MOST_POINTS} samples`, window);
  need(stride >= 1 && Number.isFinite(stride), 'a stride of one sample or more', stride);
  need(low >= 0 && low < high && high <= sampleRate / 2, `0 <= low < high <= ${sampleRate / 2} Hz`, `${low} and ${high}`);
  need(Number.isSafeInteger(filters) && filters >= 1 && filters <= 1024, '1 to 1024 filters', filters);
  need(Number.isSafeInteger(coefficients) && coefficients >= 1 && coefficients <= filters, `1 to ${filters} coefficients`, coefficients);
  return { sampleRate, window, stride, points: 2 ** Math.ceil(Math.log2(window)), filters, low, high, coefficients };
}

/** Frames that `samples` samples hold: those that fit whole. */
export const frameCount = (plan: MfccPlan, samples: number): number =>
  (samples < plan.window ? 0 : 1 + Math.floor((samples - plan.window) / plan.stride));

/**
 * Mel-frequency cepstral coefficients of waveforms `[N, samples]` in [-1, 1), as f32 `[N, frames, coefficients]`. The
 * front end of TensorFlow's speech commands (operators AudioSpectrogram and Mfcc): periodic Hann window, zero-padded
 * Fourier transform, magnitudes into mel triangles, natural logarithm, orthonormal DCT-II but for its first row, which
 * is √2 too large as in HTK. Throws `mfcc.option`, `mfcc.shape`.
 */
export function mfcc(waves: NdArray, options: MfccOptions = {}): NdArray {
  const plan = planMfcc(options);
  const [n, samples] = waves.shape;
  if (waves.shape.length !== 2 || waves.dtype !== 'f32') {
    throw new DatasetError('mfcc.shape', { expected: 'f32 [N, samples]', actual: `${waves.dtype} [${waves.shape.join(', ')}]` });
  }
  const frames = frameCount(plan, samples!);
  const frame = frontEnd(plan);
  const data = new Float32Array(n! * frames * plan.coefficients);
  const wave = waves.data as Float32Array;
  for (let i = 0, out = 0; i < n!; i++) {
    for (let t = 0; t < frames; t++, out += plan.coefficients) {
      frame(wave, i * samples! + t * plan.stride, data.subarray(out, out + plan.coefficients));
    }
  }
  return { dtype: 'f32', shape: [n!, frames, plan.coefficients], data };
}

/** Makes tables and scratch once; the function it gives turns the frame that begins at `at` into coefficients. */
function frontEnd(plan: MfccPlan): (wave: Float32Array, at: number, out: Float32Array) => void {
  const { window, points, filters, coefficients } = plan;
  const hann = Float64Array.from({ length: window }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / window));
  const bank = melFilterbank(filters, points / 2 + 1, plan.sampleRate, plan.low, plan.high);
  const cosines = Float64Array.from({ length: coefficients * filters }, (_, i) =>
    Math.sqrt(2 / filters) * Math.cos((Math.PI / filters) * Math.floor(i / filters) * ((i % filters) + 0.5)));
  const magnitudesOf = realMagnitudes(points);
  const samples = new Float64Array(points);
  const magnitudes = new Float64Array(points / 2 + 1);
  const sums = new Float64Array(filters);
  return (wave, at, out) => {
    // Behind the window the samples stay zeros.
    for (let i = 0; i < window; i++) samples[i] = wave[at + i]! * hann[i]!;
    magnitudesOf(samples, bank.from, bank.to, magnitudes);
    applyFilterbank(bank, magnitudes, sums);
    for (let f = 0; f < filters; f++) sums[f] = Math.log(Math.max(sums[f]!, FLOOR));
    for (let c = 0; c < coefficients; c++) {
      let sum = 0;
      for (let f = 0; f < filters; f++) sum += cosines[c * filters + f]! * sums[f]!;
      out[c] = sum;
    }
  };
}
