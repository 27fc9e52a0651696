import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { kindOf, parseTable, testHeldOut } from '../src/index.js';

/**
 * Some 500 layers each, runtime-wasm on one thread of shared virtual machines of two cores, `fretwork latency measure`, 26 November 2026: AMD EPYC (Zen 5; stopped in its
 * fourth round) and Intel Xeon (Sapphire Rapids).
 */
const TABLES = ['epyc-one-thread.json', 'xeon-one-thread.json'];

it.each(TABLES)('%s predicts layers that were left out of the fit', (name) => {
  const table = parseTable(readFileSync(new URL(`data/${name}`, import.meta.url), 'utf8'));
  expect(table.entries.length).toBeGreaterThanOrEqual(500);
  const { rows, layers } = testHeldOut(table, { seed: 2 });
  const all = rows.find(({ kind }) => kind === 'all')!;
  expect(all.median).toBeLessThan(0.12);
  expect(all.rank).toBeGreaterThan(0.95);
  expect(rows.find(({ kind }) => kind === '3x3')!.median).toBeLessThan(0.1);
  for (const { ms, low, high, entry } of layers) {
    expect(ms, kindOf(entry.query)).toBeGreaterThan(0);
    expect(low).toBeLessThanOrEqual(ms);
    expect(high).toBeGreaterThanOrEqual(ms);
  }
});
