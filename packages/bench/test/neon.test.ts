import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildCounter, countRegions, parseCounts } from '../src/neon/count.js';
import type { Product } from '../src/neon/contract.js';
import { buildOwn, crossOptions, type Variant } from '../src/neon/own.js';
import { runTool } from '../src/neon/tools.js';

const works = (command: string): boolean => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
const haveTools = ['gcc', 'clang-14', 'aarch64-linux-gnu-gcc', 'qemu-aarch64'].every(works);
const MISSING = 'no cross compiler or no qemu-aarch64: node tools/system-packages.mjs';

/** Executed instructions that code may take at most, about 2 % above what it took when this was written. */
const LIMITS: readonly (readonly [variant: Variant, instructions: number])[] = [
  [{ scheme: 'dense', block: undefined, sparsity: 0 }, 1_031_000],
  [{ scheme: 'bcr', block: [4, 16], sparsity: 0.75 }, 302_000],
  [{ scheme: 'bcr', block: [8, 32], sparsity: 0.9 }, 134_000],
  [{ scheme: 'columns', block: [8, 32], sparsity: 0.95 }, 58_700],
];
const VECTOR_LIMITS: readonly (readonly [variant: Variant, instructions: number])[] = [
  [{ scheme: 'dense', block: undefined, sparsity: 0 }, 31_300],
  [{ scheme: 'bcr', block: [8, 32], sparsity: 0.9 }, 21_700],
  [{ scheme: 'bcr', block: [16, 64], sparsity: 0.9 }, 11_800],
  [{ scheme: 'columns', block: [16, 32], sparsity: 0.9 }, 5_020],
];
const DENSE: Variant = { scheme: 'dense', block: undefined, sparsity: 0 };
const MAP_LIMITS: readonly (readonly [variant: Variant, instructions: number])[] = [[DENSE, 376_000], [{ scheme: 'bcr', block: [8, 32], sparsity: 0.9 }, 178_700]];
const BCR: Variant = { scheme: 'bcr', block: [8, 32], sparsity: 0.9 };
const map: Product = { name: 'map', m: 64, k: 256, n: 196 };
const vector: Product = { name: 'vector', m: 256, k: 256, n: 1 };
const convolution: Product = { name: 'convolution', m: 32, k: 288, n: 196, maps: { size: 14, kernel: 3, stride: 1, depthwise: false } };
const depthwise = (stride: number): Product => ({ name: `depthwise, stride ${stride}`, m: 16, k: 9, n: (14 / stride) ** 2, maps: { size: 14, kernel: 3, stride, depthwise: true } });

describe('instruction counts', () => {
  it.for([
    { product: map, type: 'f32', limits: LIMITS },
    { product: vector, type: 'f32', limits: VECTOR_LIMITS },
    { product: convolution, type: 'f32', limits: MAP_LIMITS },
    { product: depthwise(1), type: 'f32', limits: [[DENSE, 19_600]] as const },
    { product: depthwise(2), type: 'f32', limits: [[DENSE, 7_830]] as const },
    { product: map, type: 'f16', limits: [[DENSE, 526_000], [BCR, 69_600]] as const },
    { product: map, type: 'i8', limits: [[DENSE, 642_000], [BCR, 272_000]] as const },
    { product: vector, type: 'f16', limits: [[DENSE, 26_700], [BCR, 23_700]] as const },
    { product: vector, type: 'i8', limits: [[DENSE, 11_370], [BCR, 16_720]] as const },
  ] as const)('of $product.name in $type stay below their limits', { timeout: 240_000 }, async ({ product, type, limits }, ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const directory = await mkdtemp(join(tmpdir(), 'fretwork-counts-'));
    try {
      await buildOwn(product, limits.map(([variant]) => variant), { seed: 1, type }, directory);
      const regions = await countRegions(await buildCounter(directory), directory, './own');
      const counted = limits.map((_, i) => regions.get(i)!.instructions);
      counted.forEach((count, i) => expect(count, `${product.name} ${JSON.stringify(limits[i]![0])}; all: ${counted.join(', ')}`).toBeLessThanOrEqual(limits[i]![1]));
      // A limit that code has long left behind says nothing.
      counted.forEach((count, i) => expect(count, JSON.stringify(limits[i]![0])).toBeGreaterThan(limits[i]![1] * 0.9));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('come by blocks, and a loop across the end of a page is one', { timeout: 60_000 }, async (ctx) => {
    if (!haveTools) ctx.skip(MISSING);
    const directory = await mkdtemp(join(tmpdir(), 'fretwork-counts-'));
    try {
      const loop = ['mov x9, #1000', 'b 1f', '.balign 4096', '.skip 4088', '1: add x10, x10, #1', 'add x11, x11, #1', 'subs x9, x9, #1', 'b.ne 1b'];
      await writeFile(join(directory, 'loop.c'), `#include "marks.h"\nint main(void) {\n  begin(0);\n  __asm__ volatile("${loop.join('\\n')}" ::: "x9", "x10", "x11", "cc");\n  end(0);\n  return 0;\n}\n`);
      await runTool('clang-14', [...crossOptions('f32'), '-static', 'loop.c', '-o', 'loop'], directory);
      const { blocks } = (await countRegions(await buildCounter(directory), directory, './loop')).get(0)!;
      expect(blocks.filter(({ executed }) => executed > 1).map(({ executed, words }) => [executed, words.length])).toEqual([[1000, 4]]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('are read from what the plugin prints', () => {
    const regions = parseCounts('region 0 20 3\nblock 0 5 d503201f 00000000\nregion 4 7 0\n');
    expect(regions.get(0)).toEqual({ instructions: 20, misses: 3, blocks: [{ executed: 5, words: ['d503201f', '00000000'] }] });
    expect(regions.get(4)).toEqual({ instructions: 7, misses: 0, blocks: [] });
  });
});
