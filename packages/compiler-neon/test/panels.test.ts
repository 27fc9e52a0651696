import type { Model } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { panelRuns } from '../src/product/panel-runs.js';
import { compile } from './compiled.js';
import { convolution, keeping, run, tuned, type ConvolutionCase } from './convolutions.js';
import { haveTools, MISSING } from './toolchain.js';

/** Every number of positions up to more than a kernel takes, one and two panels at a time, edges in every way. */
const CASES: readonly (ConvolutionCase & { readonly way: 'panels' | 'winograd-panels' })[] = [
  { way: 'panels', channels: 4, filters: 16, size: [2, 2], activation: 'relu' },
  { way: 'panels', batch: 2, channels: 8, filters: 48, size: [9, 7], strides: [2, 2], activation: 'clip alpha -0.5 beta 0.75' },
  { way: 'panels', channels: 12, filters: 32, size: [5, 13], kernel: 5, pads: [0, 2, 1, 3], dilations: [1, 2], strides: [2, 3] },
  { way: 'panels', channels: 16, filters: 32, size: [6, 11], kernel: 1, pads: [0, 0, 0, 0], activation: 'leaky-relu alpha 0.1' },
  { way: 'panels', channels: 4, filters: 32, size: [1, 3], pads: [3, 3, 3, 3] },
  { way: 'winograd-panels', channels: 4, filters: 16, size: [4, 4], pads: [2, 2, 2, 2], activation: 'clip alpha -0.5 beta 0.75' },
  { way: 'winograd-panels', batch: 2, channels: 8, filters: 48, size: [7, 6], activation: 'relu' },
  { way: 'winograd-panels', channels: 12, filters: 32, size: [9, 70], pads: [0, 2, 1, 0], activation: 'leaky-relu alpha 0.1' },
  { way: 'winograd-panels', channels: 32, filters: 96, size: [44, 44] },
];

describe('convolutions by panels', () => {
  it.for(CASES.map((one, i) => ({ one, i })))('are what the reference says, case $i', { timeout: 240_000 }, ({ one: { way, ...layer }, i }, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const compiled = compile(tuned(convolution(layer), way));
    expect(compiled.plan.layers[0]!.reason).toContain('as tuned');
    expect(compiled.plan.layers[0]!.tuning).toEqual({ kernel: way });
    expect(run(compiled, i % 2 === 0 ? 'clang' : 'gcc')).toContain('output 0 (y)');
    if (i === 0) expect(run(compile(tuned(keeping(3, convolution(layer)), way)), 'clang')).toContain('output 0 (y)');
    expect(run(compile(tuned(convolution(layer), way), {}, 1, { threads: 3 }), i % 2 === 0 ? 'gcc' : 'clang', ['-pthread'])).toContain('output 0 (y)');
  });

  it.for([CASES[1]!, CASES[6]!])('touch no byte that is not theirs, by $way', { timeout: 240_000 }, ({ way, ...layer }, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    expect(run(compile(tuned(convolution(layer), way)), 'gcc', ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'])).toContain('output 0 (y)');
  });

  it('are chosen where they take fewer instructions, also for weights of which few are pruned', () => {
    const kernelOf = (model: Model): unknown => compile(model).plan.layers[0]!.tuning?.kernel;
    expect(kernelOf(convolution({ channels: 64, filters: 64, size: [2, 2] }))).toBe('panels');
    expect(kernelOf(convolution({ channels: 64, filters: 64, size: [14, 14], strides: [2, 2] }))).toBe('panels');
    expect(kernelOf(convolution({ channels: 64, filters: 64, size: [4, 4] }))).toBe('winograd-panels');
    expect([2, 16].map((step) => kernelOf(keeping(step, convolution({ channels: 64, filters: 64, size: [4, 4] }))))).toEqual(['winograd-panels', 'stream']);
    expect(kernelOf(tuned(convolution({ channels: 64, filters: 64, size: [2, 2] }), 'stream'))).toBe('stream');
    // What panels do not fit is done another way, whatever a tuning says.
    expect(kernelOf(tuned(convolution({ channels: 64, filters: 60, size: [2, 2] }), 'panels'))).toBe('stream');
  });

  it('meet every tap of every output once, and no padding', () => {
    const window = { input: [5, 7], output: [3, 3], kernel: [3, 3], strides: [2, 3], dilations: [1, 2], begins: [1, 2], ends: [1, 1] } as const;
    const met = new Set<string>();
    for (const { tap, from, to, count } of panelRuns({ window })) {
      for (let i = 0; i < count; i++) {
        const [out, x] = [to + i, from + i * window.strides[1]];
        const [row, column] = [Math.floor(out / 3) * 2 + Math.floor(tap / 3) - 1, (out % 3) * 3 + (tap % 3) * 2 - 2];
        expect([Math.floor(x / 7), x % 7]).toEqual([row, column]);
        expect(met.has(`${tap} ${out}`)).toBe(false);
        met.add(`${tap} ${out}`);
      }
    }
    let wanted = 0;
    for (let tap = 0; tap < 9; tap++) {
      for (let out = 0; out < 9; out++) {
        const [row, column] = [Math.floor(out / 3) * 2 + Math.floor(tap / 3) - 1, (out % 3) * 3 + (tap % 3) * 2 - 2];
        if (row >= 0 && row < 5 && column >= 0 && column < 7) wanted++;
      }
    }
    expect(met.size).toBe(wanted);
  });
});
