import { random } from '@fretwork/conformance';
import { describe, expect, it } from 'vitest';
import type { Kernels } from '../machine/machine.js';
import { buildKernels } from './build.js';

function machineOf(level: 'simd' | 'relaxed'): { readonly floats: Float32Array; readonly kernels: Required<Kernels> } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const module = new WebAssembly.Module(buildKernels(level, { initial: 1, maximum: 1, shared: false }) as BufferSource);
  return { floats: new Float32Array(memory.buffer), kernels: new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Required<Kernels> };
}

const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
const AT = { x: 100, h: 2100, hidden: 4100, cell: 5100, peepholes: 6100 } as const;
const address = (place: keyof typeof AT): number => 4 * AT[place];

describe.each(['simd', 'relaxed'] as const)('cells, %s', (level) => {
  const { floats, kernels } = machineOf(level);

  it('have sigmoid and tanh as exact as float32, with their ends', () => {
    let [worst, relative] = [0, 0];
    const round = (values: readonly number[]): void => {
      floats.fill(0);
      floats.set(values, AT.x);
      kernels.gruEarly(address('x'), address('h'), address('hidden'), address('peepholes'), values.length);
      kernels.rnn(address('x'), address('cell'), address('hidden'), values.length);
      values.forEach((_, i) => {
        const x = floats[AT.x + i]!;
        const [s, t] = [floats[AT.h + i]!, floats[AT.hidden + i]!];
        worst = Math.max(worst, Math.abs(s - sigma(x)), Math.abs(t - Math.tanh(x)));
        if (Math.abs(x) < 80 && x !== 0) relative = Math.max(relative, Math.abs(s / sigma(x) - 1), Math.abs(t / Math.tanh(x) - 1));
      });
    };
    for (let x = -100; x < 100; x += 0.7) round(Array.from({ length: 701 }, (_, i) => x + i / 1000));
    for (let scale = 1; scale > 1e-30; scale /= 3) round([-scale, -scale / 2, scale / 7, scale]);
    expect(worst).toBeLessThan(2.5e-7);
    expect(relative).toBeLessThan(2e-6);
    round([0, 1e30, -1e30, Infinity, -Infinity]);
    expect(Array.from(floats.subarray(AT.hidden, AT.hidden + 5))).toEqual([0, 1, -1, 1, -1]);
    expect(Array.from(floats.subarray(AT.h, AT.h + 2))).toEqual([0.5, 1]);
    floats[AT.x] = NaN;
    kernels.gruEarly(address('x'), address('h'), address('hidden'), address('peepholes'), 1);
    kernels.rnn(address('x'), address('cell'), address('hidden'), 1);
    expect([floats[AT.h], floats[AT.hidden]]).toEqual([NaN, NaN]);
  });

  it.each([1, 2, 3, 4, 5, 7, 8, 31, 64])('agree with the formulas for states of %i, and write nothing else', (size) => {
    const draw = random(size);
    const states = (step: () => void, outputs: readonly (keyof typeof AT)[]): readonly (readonly number[])[] => {
      const before = floats.slice();
      step();
      const found = outputs.map((place) => Array.from(floats.subarray(AT[place], AT[place] + size)));
      // Of the halves it may use the recurrent one for itself.
      const own = (i: number): boolean => (i >= AT.h && i < AT.h + 3 * size) || outputs.some((place) => i >= AT[place] && i < AT[place] + size);
      floats.forEach((value, i) => {
        if (!own(i) && !Object.is(value, before[i])) expect.fail(`float ${i} was written`);
      });
      return found;
    };
    const close = (found: readonly number[], wanted: (i: number) => number): void => found.forEach((value, i) => { expect(Math.abs(value - wanted(i))).toBeLessThan(1e-6); });
    for (let round = 0; round < 20; round++) {
      floats.forEach((_, i) => { floats[i] = 3 * draw.normal(); });
      for (let i = 0; i < size; i++) for (const place of ['hidden', 'cell'] as const) floats[AT[place] + i] = 2 * draw.next() - 1;
      const old = floats.slice();
      const [x, h, p] = [(g: number, i: number) => old[AT.x + g * size + i]!, (g: number, i: number) => old[AT.h + g * size + i]!, (g: number, i: number) => old[AT.peepholes + g * size + i]!];
      const hidden = (i: number): number => old[AT.hidden + i]!;

      const z = (i: number): number => sigma(x(0, i) + h(0, i));
      const blend = (i: number, n: number): number => (1 - z(i)) * n + z(i) * hidden(i);
      const [gru] = states(() => kernels.gru(address('x'), address('h'), address('hidden'), size), ['hidden']);
      close(gru!, (i) => blend(i, Math.tanh(x(2, i) + sigma(x(1, i) + h(1, i)) * h(2, i))));

      floats.set(old);
      const [late, reset] = states(() => {
        kernels.gruEarly(address('x'), address('h'), address('hidden'), address('cell'), size);
        kernels.gruLate(address('x') + 8 * size, address('h') + 8 * size, address('h'), address('hidden'), size);
      }, ['hidden', 'cell']);
      close(reset!, (i) => sigma(x(1, i) + h(1, i)) * hidden(i));
      close(late!, (i) => blend(i, Math.tanh(x(2, i) + h(2, i))));

      floats.set(old);
      const [cell, out] = states(() => kernels.lstm(address('x'), address('h'), address('cell'), address('hidden'), address('peepholes'), size), ['cell', 'hidden']);
      const before = (i: number): number => old[AT.cell + i]!;
      const next = (i: number): number => sigma(x(2, i) + h(2, i) + p(2, i) * before(i)) * before(i) + sigma(x(0, i) + h(0, i) + p(0, i) * before(i)) * Math.tanh(x(3, i) + h(3, i));
      close(cell!, next);
      close(out!, (i) => sigma(x(1, i) + h(1, i) + p(1, i) * next(i)) * Math.tanh(next(i)));
    }
  });
});
