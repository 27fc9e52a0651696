import { planDesign, sameKey } from '@fretwork/latency';
import { expect, it } from 'vitest';
import { runtimeProbe } from '../src/index.js';

it('the key of a table names the build of the runtime and its threads, the same each time', async () => {
  const [first, again, two] = [await runtimeProbe({ threads: 1, device: 'd' }), await runtimeProbe({ threads: 1, device: 'd' }), await runtimeProbe({ threads: 2, device: 'd' })];
  expect(first.key.version).toMatch(/^\d+\.\d+\.\d+ build (?:[0-9a-f]{8}|none)-[0-9a-f]{8} on Node \d+ \(V8 [\d.]+\)$/);
  expect(sameKey(first.key, again.key)).toBe(true);
  expect(sameKey(first.key, two.key)).toBe(false);
  expect(two.key.version).toBe(first.key.version);
});

it.each([1, 2])('times layers with %i threads', async (threads) => {
  const [group] = planDesign({ points: 4, seed: 5 }).groups;
  const probe = await runtimeProbe({ threads });
  const opened = await probe.open(group!, { seed: 1 });
  try {
    const samples = await opened.sample();
    opened.layers.forEach((layer, i) => expect(layer.ok ? samples[i]! > 0 : Number.isNaN(samples[i])).toBe(true));
    expect(opened.layers.some(({ ok }) => ok)).toBe(true);
  } finally {
    await opened.close();
  }
});
