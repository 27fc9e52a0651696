import { expect, test } from 'vitest';
import { benchLayersInNode } from '../src/index.js';
import { TINY_LAYERS } from './tiny-layers.js';

// A file of its own: the flag is for the whole process.
test('layers are timed with vectors joined in pairs, and the caption says what came of it', async () => {
  const { caption, rows } = await benchLayersInNode({
    layers: TINY_LAYERS, only: ['tiny 3x3'], scheme: 'bcr', block: [4, 8], sparsity: [0.5], masks: 'iid', tensors: 'views', seed: 1, revectorize: true, timing: { rounds: 1, warmUpMs: 1, sampleMs: 0 },
  }, { threads: 1, native: false, alone: true });
  expect(caption.level).toMatch(/^\w+ \(.*(vectors joined in pairs|not revectorized)/);
  const layers = [...new Set(rows.map(({ layer }) => layer))];
  expect(layers.length).toBeGreaterThan(0);
  for (const name of layers) expect(rows.filter(({ layer }) => layer === name).map(({ sparsity }) => sparsity)).toEqual([0, 0.5]);
});
