import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { kindOf, parseTable, testHeldOut } from '../src/index.js';

/** 506 layers, runtime-wasm on one thread of a shared virtual machine of two cores (AMD EPYC, Zen 5), `fretwork latency measure` stopped in its fourth round, 26 November 2026. */
const table = parseTable(readFileSync(new URL('data/epyc-one-thread.json', import.meta.url), 'utf8'));

it('a measured table predicts layers that were left out of the fit', () => {
  expect(table.entries.length).toBeGreaterThanOrEqual(500);
  const { rows, layers } = testHeldOut(table, { seed: 2 });
  const all = rows.find(({ kind }) => kind === 'all')!;
  expect(all.median).toBeLessThan(0.16);
  expect(all.rank).toBeGreaterThan(0.95);
  expect(rows.find(({ kind }) => kind === '3x3')!.median).toBeLessThan(0.1);
  for (const { ms, low, high, entry } of layers) {
    expect(ms, kindOf(entry.query)).toBeGreaterThan(0);
    expect(low).toBeLessThanOrEqual(ms);
    expect(high).toBeGreaterThanOrEqual(ms);
  }
});
