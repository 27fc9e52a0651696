import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countOpencl } from '../src/index.js';

const installed = existsSync('/usr/lib/oclgrind/liboclgrind-rt-icd.so') && existsSync('/usr/include/CL/cl.h');

type Limits = Readonly<Record<string, readonly [instructions: number, bytes: number]>>;

/** What was counted when this was written, by layer, scheme and sparsity. Lower it where kernels become better. */
const LIMITS: Readonly<Record<string, { readonly weights: number; readonly limits: Limits }>> = {
  'resnet 1x1 64x256x3136': {
    weights: 64 * 256,
    limits: {
      'dense 0': [228_712, 201_312],
      'bcr 4x16 0.75': [97_782, 126_516],
      'bcr 4x16 0.9': [57_303, 92_240],
      'bcr 4x16 0.95': [34_791, 53_472],
      'bcr 8x32 0.75': [81_237, 90_956],
      'bcr 8x32 0.9': [42_820, 48_632],
      'bcr 8x32 0.95': [28_915, 42_916],
    },
  },
  'mobilenetv2 1x1 96x576x196': {
    weights: 96 * 576,
    limits: {
      'dense 0': [765_468, 670_608],
      'bcr 4x16 0.75': [305_731, 415_732],
      'bcr 4x16 0.9': [178_649, 314_116],
      'bcr 4x16 0.95': [102_146, 177_168],
      'bcr 8x32 0.75': [257_076, 298_080],
      'bcr 8x32 0.9': [127_212, 155_228],
      'bcr 8x32 0.95': [78_694, 112_720],
    },
  },
  'resnet 1x1 256x1024x196': {
    weights: 256 * 1024,
    limits: {
      'dense 0': [3_618_208, 3_164_544],
      'bcr 8x32 0.75': [1_179_791, 1_398_468],
      'bcr 8x32 0.9': [561_079, 720_908],
      'bcr 8x32 0.95': [360_188, 519_416],
    },
  },
  'mobilenetv1 1x1 512x512x196': {
    weights: 512 * 512,
    limits: {
      'dense 0': [3_631_936, 3_183_360],
      'bcr 8x32 0.75': [1_221_600, 1_417_600],
      'bcr 8x32 0.9': [604_159, 740_204],
      'bcr 8x32 0.95': [404_725, 538_900],
    },
  },
  'vgg 3x3 512x4608x196': {
    weights: 512 * 4608,
    limits: {
      'dense 0': [31_321_728, 28_617_728],
      'bcr 8x32 0.75': [12_416_001, 12_705_916],
      'bcr 8x32 0.9': [6_853_168, 6_608_668],
      'bcr 8x32 0.95': [5_035_453, 4_793_636],
    },
  },
  'vgg 3x3 256x2304x784': {
    weights: 256 * 2304,
    limits: {
      'dense 0': [8_386_368, 7_230_976],
      'bcr 8x32 0.75': [3_685_609, 3_254_364],
      'bcr 8x32 0.9': [2_294_822, 1_730_060],
      'bcr 8x32 0.95': [1_837_767, 1_275_980],
    },
  },
};

const BLOCKS = [[4, 16], [8, 32]] as const;

describe.skipIf(!installed)('counted work of layers', () => {
  it.for(Object.entries(LIMITS))('is no more than it was: %s', { timeout: 300_000 }, async ([product, { weights, limits }]) => {
    const { rows } = await countOpencl({ only: [product], schemes: ['bcr'], blocks: BLOCKS.filter((block) => Object.keys(limits).some((key) => key.startsWith(`bcr ${block.join('x')} `))), sparsity: [0.75, 0.9, 0.95], seed: 1 });
    expect(rows.map(({ scheme, sparsity }) => `${scheme} ${sparsity}`)).toEqual(Object.keys(limits));
    for (const { scheme, sparsity, instructions, globalBytes } of rows) {
      const [mostInstructions, mostBytes] = limits[`${scheme} ${sparsity}`]!;
      expect(instructions, `${scheme} ${sparsity}`).toBeLessThanOrEqual(mostInstructions);
      expect(globalBytes, `${scheme} ${sparsity}`).toBeLessThanOrEqual(mostBytes);
      // Counted at all: a product of sixteen positions is an instruction at least.
      expect(instructions).toBeGreaterThan(weights * (1 - sparsity));
    }
  });
});
