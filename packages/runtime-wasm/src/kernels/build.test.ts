import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buildKernels } from './build.js';
import { KERNELS, kernelName, parseKernelName } from './manifest.js';

const MEMORY = { initial: 1, maximum: 65536, shared: false };
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

describe('the kernel module', () => {
  it.each(['relaxed', 'simd'] as const)('has the same bytes every time: %s', (level) => {
    expect(hash(buildKernels(level, MEMORY))).toBe(hash(buildKernels(level, MEMORY)));
  });

  it('has the bytes that were reviewed: a change here is a change of machine code', () => {
    expect({ relaxed: hash(buildKernels('relaxed', MEMORY)), simd: hash(buildKernels('simd', MEMORY)) }).toMatchInlineSnapshot(`
      {
        "relaxed": "54f659d59366ba6f",
        "simd": "dcd0af65c94cbf5e",
      }
    `);
  });

  it('exports its drivers and nothing else', () => {
    const module = new WebAssembly.Module(buildKernels('relaxed', MEMORY) as BufferSource);
    expect(WebAssembly.Module.exports(module).map((e) => e.name)).toEqual(['map', 'vector', 'copy1', 'copy2', 'add', 'frame', 'rowsMost', 'columnsMost', 'rowsSum', 'columnsSum', 'rnn', 'gruEarly', 'gru', 'gruLate', 'lstm']);
  });

  it('names its kernels so that the names parse back', () => {
    for (const row of KERNELS) expect(parseKernelName(kernelName(row))).toBe(row);
    expect(parseKernelName('stream_f32_r9w9')).toBeUndefined();
  });
});
