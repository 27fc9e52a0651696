import { random } from '@fretwork/conformance';
import { buildNetwork } from '@fretwork/networks';
import { FretworkError } from '@fretwork/format';
import { expect, it } from 'vitest';
import type { Samples } from '../src/evaluate.js';
import { measureDifficulty } from '../src/mapping/measure-difficulty.js';
import { engine } from '../src/training/engine.js';

/** Untrained: its answers hang by a thread, so that pruning turns many of them. */
const network = buildNetwork('vgg-small', { width: 8 }, 1);

function samples(count: number): Samples {
  const [, ...own] = network.inputs[0]!.shape as readonly number[];
  const draw = random(3);
  const size = own.reduce((a, b) => a * b, 1);
  return { shape: [count, ...own], data: Float32Array.from({ length: count * size }, () => draw.normal()), labels: new Int32Array(count) };
}

it('measures on all 3x3 layers where there is time', { timeout: 120_000 }, async () => {
  const told: string[] = [];
  const found = await measureDifficulty(network, samples(170), await engine({ threads: 1 }), { seconds: 600, onProgress: (says) => told.push(says) });
  expect(found.reason).toMatch(/^[\d.]+ % of 102 answers change/);
  expect(told).toEqual([expect.stringMatching(/(\d+) of \1 layers of 3x3, 68 inputs seen, 102 judged by/)]);
});

it('takes fewer layers where there is little time, and then never says easy', { timeout: 120_000 }, async () => {
  const told: string[] = [];
  const found = await measureDifficulty(network, samples(170), await engine({ threads: 1 }), { seconds: 0.3, onProgress: (says) => told.push(says) });
  expect(found.kind).toBe('hard');
  const [, some, all] = (/(\d+) of (\d+) layers/.exec(told[0] ?? '0 of 1 layers')!).map(Number);
  expect(some!).toBeLessThan(all!);
});

it('says so where there is no time at all, and refuses too few samples', { timeout: 120_000 }, async () => {
  const runner = await engine({ threads: 1 });
  expect(await measureDifficulty(network, samples(170), runner, { seconds: 1e-6 })).toEqual({ kind: 'hard', reason: 'not to be measured in 0.000001 seconds: taken as hard' });
  await expect(measureDifficulty(network, samples(160), runner)).rejects.toThrow(FretworkError);
});
