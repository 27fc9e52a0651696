import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countOpencl } from '../src/index.js';

const installed = existsSync('/usr/lib/oclgrind/liboclgrind-rt-icd.so') && existsSync('/usr/include/CL/cl.h');

/** What was counted when this was written, by scheme and sparsity: instructions, bytes. Lower it where kernels become better. */
const LIMITS: Readonly<Record<string, readonly [number, number]>> = {
  'dense 0': [228_712, 201_312],
  'bcr 4x16 0.75': [97_782, 126_516],
  'bcr 4x16 0.9': [57_303, 92_240],
  'bcr 4x16 0.95': [34_791, 53_472],
  'bcr 8x32 0.75': [81_237, 90_956],
  'bcr 8x32 0.9': [42_820, 48_632],
  'bcr 8x32 0.95': [28_915, 42_916],
};

describe.skipIf(!installed)('counted work of the 1x1 layer of 64x256', () => {
  it('is no more than it was', { timeout: 300_000 }, async () => {
    const { rows } = await countOpencl({ only: ['1x1 64x256x3136'], schemes: ['bcr'], blocks: [[4, 16], [8, 32]], sparsity: [0.75, 0.9, 0.95], seed: 1 });
    expect(rows.map(({ scheme, sparsity }) => `${scheme} ${sparsity}`)).toEqual(Object.keys(LIMITS));
    for (const { scheme, sparsity, instructions, globalBytes } of rows) {
      const [mostInstructions, mostBytes] = LIMITS[`${scheme} ${sparsity}`]!;
      expect(instructions, `${scheme} ${sparsity}`).toBeLessThanOrEqual(mostInstructions);
      expect(globalBytes, `${scheme} ${sparsity}`).toBeLessThanOrEqual(mostBytes);
      // Counted at all: a product of sixteen positions is an instruction at least.
      expect(instructions).toBeGreaterThan(64 * 256 * (1 - sparsity));
    }
  });
});
