import { random } from '@fretwork/conformance';
import type { Model } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { transformWeights } from '../src/winograd/transforms.js';
import { compile } from './compiled.js';
import { convolution, keeping, run, tuned, type ConvolutionCase } from './convolutions.js';
import { mixed } from './networks.js';
import { haveTools, MISSING } from './toolchain.js';

/** Edges in every way: sizes that fill no tile, no padding, more of it than a kernel needs, on one side only. */
const EDGES: readonly ConvolutionCase[] = [
  { channels: 3, filters: 5, size: [17, 23], activation: 'relu' },
  { batch: 2, channels: 4, filters: 9, size: [14, 14] },
  { channels: 2, filters: 4, size: [6, 39], pads: [0, 0, 0, 0], activation: 'leaky-relu alpha 0.1' },
  { channels: 5, filters: 3, size: [4, 4], pads: [2, 2, 2, 2], activation: 'clip alpha -0.5 beta 0.75' },
  { channels: 1, filters: 1, size: [9, 70], pads: [0, 2, 1, 0] },
  { channels: 64, filters: 48, size: [40, 40] },
];

describe('convolutions by Winograd', () => {
  it.for(EDGES.map((layer, i) => ({ layer, i })))('are what the reference says at edge $i', { timeout: 240_000 }, ({ layer, i }, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const compiled = compile(tuned(convolution(layer), 'winograd'));
    expect(compiled.plan.layers[0]!.reason).toContain('Winograd F(4x4, 3x3), as tuned');
    expect(run(compiled, i % 2 === 0 ? 'clang' : 'gcc')).toContain('output 0 (y)');
    const four = compile(tuned(convolution(layer), 'winograd'), {}, 1, { threads: 4 });
    expect(run(four, i % 2 === 0 ? 'gcc' : 'clang', ['-pthread'])).toContain('output 0 (y)');
  });

  it('take pruned weights for zeros', { timeout: 240_000 }, (ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    expect(run(compile(tuned(keeping(3, convolution(EDGES[0]!)), 'winograd')), 'clang')).toContain('output 0 (y)');
  });

  it('touch no byte that is not theirs', { timeout: 240_000 }, (ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    expect(run(compile(tuned(convolution(EDGES[0]!), 'winograd')), 'gcc', ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'])).toContain('output 0 (y)');
  });

  it('are chosen where they take fewer instructions, also for weights of which few are pruned', () => {
    const kernelOf = (model: Model): unknown => compile(model).plan.layers[0]!.tuning?.kernel;
    expect(kernelOf(convolution({ channels: 64, filters: 60, size: [56, 56] }))).toBe('winograd');
    expect(kernelOf(convolution({ channels: 30, filters: 32, size: [14, 14] }))).toBe('winograd');
    expect(kernelOf(convolution({ channels: 3, filters: 8, size: [32, 32] }))).toBe('stream');
    const large = convolution({ channels: 64, filters: 60, size: [56, 56] });
    expect([1, 2, 5, 16].map((step) => kernelOf(keeping(step, large)))).toEqual(['winograd', 'winograd', 'stream', 'stream']);
    expect(kernelOf(tuned(convolution({ channels: 64, filters: 64, size: [56, 56] }), 'stream'))).toBe('stream');
    expect(compile(tuned(mixed(), 'winograd')).plan.layers.filter(({ tuning }) => tuning?.kernel === 'winograd').map(({ layer }) => layer)).toEqual(['wide', 'up']);
  });

  it('give the plan again whose tuning they are given', () => {
    const model = convolution({ channels: 64, filters: 60, size: [20, 20] });
    const { plan } = compile(model);
    const { tuning } = plan.layers[0]!;
    const again = compile({ ...model, layers: model.layers.map((layer) => ({ ...layer, tuning: tuning! })) }).plan;
    expect(again.layers[0]!.tuning).toEqual(tuning);
    expect(again.layers[0]!.schedules).toEqual(plan.layers[0]!.schedules);
  });
});

describe("Winograd's transforms", () => {
  it('give the convolution, as the code computes them', () => {
    const draw = random(5);
    for (let round = 0; round < 20; round++) {
      const g = Float64Array.from({ length: 9 }, () => draw.normal());
      const d = Array.from({ length: 6 }, () => Array.from({ length: 6 }, () => draw.normal()));
      const weights = transformWeights(g, 1).map((one) => one[0]!);
      const there = transposed(transposed(d.map(input)).map(input));
      const made = there.map((row, a) => row.map((value, b) => value * weights[6 * a + b]!));
      const back = transposed(transposed(made.map(output)).map(output));
      back.forEach((row, y) => row.forEach((value, x) => {
        let wanted = 0;
        for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) wanted += g[3 * i + j]! * d[y + i]![x + j]!;
        expect(value).toBeCloseTo(wanted, 5);
      }));
    }
  });

  it('err less in float32 than through 0, ±1, ±2', () => {
    const errors = [[0.75, 1.5], [1, 2]].map(([near, far]) => largestError(near!, far!));
    expect(errors[0]!).toBeLessThan(errors[1]! * 0.8);
    // 1e-4 of a twentieth of the largest output.
    expect(errors[0]!).toBeLessThan(5e-6);
  });
});

/** Largest error of 6 tiles of 256 channels over the largest output, every step rounded to float32. */
function largestError(near: number, far: number): number {
  const draw = random(3);
  const [to, back] = [inputThrough(near, far, Math.fround), outputThrough(near, far, Math.fround)];
  const points = [0, near, -near, far, -far];
  const rows = [...points.map((p, i) => [1, p, p * p].map((x) => x / points.reduce((all, q, j) => (i === j ? all : all * (p - q)), 1))), [0, 0, 1]];
  let [worst, largest] = [0, 0];
  for (let tile = 0; tile < 6; tile++) {
    const sums = Array.from({ length: 6 }, () => new Float32Array(6));
    const exact = Array.from({ length: 4 }, () => new Float64Array(4));
    for (let c = 0; c < 256; c++) {
      const g = Array.from({ length: 3 }, () => Array.from({ length: 3 }, () => Math.fround(draw.normal() / 48)));
      const d = Array.from({ length: 6 }, () => Array.from({ length: 6 }, () => Math.fround(Math.abs(draw.normal()))));
      const there = transposed(transposed(d.map(to)).map(to));
      for (let a = 0; a < 6; a++) {
        for (let b = 0; b < 6; b++) {
          let weight = 0;
          for (let y = 0; y < 3; y++) for (let x = 0; x < 3; x++) weight += rows[a]![y]! * rows[b]![x]! * g[y]![x]!;
          sums[a]![b]! += Math.fround(weight) * there[a]![b]!;
        }
      }
      for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) for (let i = 0; i < 9; i++) exact[y]![x]! += g[Math.floor(i / 3)]![i % 3]! * d[y + Math.floor(i / 3)]![x + i % 3]!;
    }
    transposed(transposed(sums.map((row) => back([...row]))).map(back)).forEach((row, y) => row.forEach((value, x) => {
      worst = Math.max(worst, Math.abs(value - exact[y]![x]!));
      largest = Math.max(largest, Math.abs(exact[y]![x]!));
    }));
  }
  return worst / largest;
}

const transposed = (m: readonly (readonly number[])[]): number[][] => m[0]!.map((_, c) => m.map((row) => row[c]!));
type Round = (x: number) => number;

/** B' through 0, ±near, ±far and infinity, as a chain of multiply-adds. */
const inputThrough = (near: number, far: number, f: Round) => ([d0, d1, d2, d3, d4, d5]: readonly number[]): number[] => {
  const [a, b] = [near * near, far * far];
  const [e, o, g, p] = [f(d4! - b * d2!), f(d3! - b * d1!), f(d4! - a * d2!), f(d3! - a * d1!)];
  return [f(f(d4! - (a + b) * d2!) + a * b * d0!), f(e + near * o), f(e - near * o), f(g + far * p), f(g - far * p), f(f(d5! - (a + b) * d3!) + a * b * d1!)];
};

/** A'. */
const outputThrough = (near: number, far: number, f: Round) => ([m0, m1, m2, m3, m4, m5]: readonly number[]): number[] => {
  const [e, o, g, p] = [f(m1! + m2!), f(m1! - m2!), f(m3! + m4!), f(m3! - m4!)];
  const mix = (x: number, y: number, power: number): number => f(f(x * near ** power) + y * far ** power);
  return [f(m0! + f(e + g)), mix(o, p, 1), mix(e, g, 2), f(m5! + mix(o, p, 3))];
};

const [input, output] = [inputThrough(0.75, 1.5, (x) => x), outputThrough(0.75, 1.5, (x) => x)];
