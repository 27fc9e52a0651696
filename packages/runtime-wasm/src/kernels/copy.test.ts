import { describe, expect, it } from 'vitest';
import { javascriptMachine } from '../machine/javascript.js';
import { compile, wasmMachine } from '../machine/wasm.js';
import { CLAMP_ADDRESS } from './stream.js';

describe.each(['simd', 'relaxed'] as const)('copy, %s', (level) => {
  it('moves what the plain loops move, and touches nothing else', async () => {
    const compiled = await compile(level);
    if (!compiled.ok) throw new Error(compiled.reason);
    const bytes = 65536;
    const machine = await wasmMachine(compiled.module, bytes, bytes);
    let checked = 0;
    for (const step of [1, 2] as const) {
      for (let width = 1; width <= 40; width++) {
        for (const rows of [1, 3]) {
          const plain = javascriptMachine(bytes);
          const [own, theirs] = [new Float32Array(machine.buffer()), new Float32Array(plain.buffer())];
          for (let i = 0; i < own.length; i++) own[i] = theirs[i] = i;
          const gap = width % 3;
          const place = [4 * 20, 4 * 6000, 3, rows, width, 4 * (width * step + gap), 4 * (width + gap), 4 * rows * (width * step + gap), 4 * (rows * (width + gap) + 5)] as const;
          machine.kernels[`copy${step}`](...place);
          plain.kernels[`copy${step}`](...place);
          const wrong = own.findIndex((v, i) => v !== theirs[i]);
          if (wrong >= 0) expect.fail(`step ${step}, ${rows} rows of ${width}: float ${wrong} is ${own[wrong]}, expected ${theirs[wrong]}`);
          checked++;
        }
      }
    }
    expect(checked).toBe(160);
  });

  it.each(['add', 'frame'] as const)('does what the plain loops do, and touches nothing else: %s', async (kernel) => {
    const compiled = await compile(level);
    if (!compiled.ok) throw new Error(compiled.reason);
    const bytes = 65536;
    const machine = await wasmMachine(compiled.module, bytes, bytes);
    let checked = 0;
    for (let width = 1; width <= 40; width++) {
      for (const rows of [1, 3]) {
        const plain = javascriptMachine(bytes);
        const [own, theirs] = [new Float32Array(machine.buffer()), new Float32Array(plain.buffer())];
        for (let i = 0; i < own.length; i++) own[i] = theirs[i] = i - 5000;
        own[CLAMP_ADDRESS / 4] = theirs[CLAMP_ADDRESS / 4] = -3000;
        own[CLAMP_ADDRESS / 4 + 1] = theirs[CLAMP_ADDRESS / 4 + 1] = 4000;
        const [gap, first] = [width % 4, 4 * (width % 11)];
        const plane = 4 * (rows * (width + gap) + 13);
        for (const { kernels } of [machine, plain]) {
          if (kernel === 'add') kernels.add(4 * 20, 4 * 6000, 3, rows, width, 4 * (width + gap), 4 * (width + 2 * gap), plane, 2 * plane);
          else kernels.frame(plane + first - 4 * (width % 3), 4 * 20, 3, rows, width, first, 4 * (width + gap), 0, plane + first);
        }
        const wrong = own.findIndex((v, i) => v !== theirs[i]);
        if (wrong >= 0) expect.fail(`${rows} rows of ${width}: float ${wrong} is ${own[wrong]}, expected ${theirs[wrong]}`);
        checked++;
      }
    }
    expect(checked).toBe(80);
  });
});
