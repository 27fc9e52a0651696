import type { Scheme } from '@fretwork/format';
import { buildNetwork } from '@fretwork/networks';
import { describe, expect, it } from 'vitest';
import { fillTable, fitLatency, planDesign, rankCorrelation, testHeldOut, type FullQuery } from '../src/index.js';
import { waysToRun } from '../src/model/runs.js';
import { lawful, madeUpProbe } from './made-up.js';

const table = await fillTable(planDesign({ points: 260 }), madeUpProbe({ noise: 0.04 }));
const model = fitLatency(table);

describe('fitLatency', () => {
  it('finds a law that is linear in the parts, from layers it was shown', () => {
    for (let seed = 1; seed <= 3; seed++) {
      const all = testHeldOut(table, { seed }).rows.find(({ kind }) => kind === 'all')!;
      expect(all.layers).toBeGreaterThan(40);
      expect(all.median, `seed ${seed}`).toBeLessThan(0.08);
      expect(all.rank, `seed ${seed}`).toBeGreaterThan(0.97);
    }
  });

  it('has no price below zero', () => {
    for (const { prices } of model.families) for (const price of Object.values(prices)) expect(price).toBeGreaterThanOrEqual(0);
  });

  it('answers what was measured with what was measured', () => {
    for (const { query, ms } of table.entries.slice(0, 20)) {
      const prediction = model.predict(query);
      expect(prediction).toMatchObject({ ms, from: 'measured' });
      expect(prediction.parts.reduce((sum, part) => sum + part.ms, 0)).toBeCloseTo(ms, 9);
    }
  });

  it('gives bounds around what it estimates, and parts that add up', () => {
    const query: FullQuery = { layer: 'full', inputs: 700, outputs: 900, vectors: 1, scheme: { kind: 'bcr', rate: 6, blockRows: 8, blockColumns: 32, rowShare: 0 } };
    const { ms, low, high, from, parts } = model.predict(query);
    expect(from).toBe('fitted');
    expect(low).toBeLessThan(ms);
    expect(high).toBeGreaterThan(ms);
    expect(Math.abs(ms / lawful(query) - 1)).toBeLessThan(0.3);
    expect(parts.reduce((sum, part) => sum + part.ms, 0)).toBeCloseTo(ms, 9);
  });

  it('adds the layers of a network up, as a plan prunes them', () => {
    const network = buildNetwork('lenet-like');
    const whole = model.predictModel(network);
    expect(whole.layers).toHaveLength(network.layers.length);
    expect(whole.ms).toBeCloseTo(whole.layers.reduce((sum, { ms }) => sum + ms, whole.overheadMs), 9);
    const scheme: Scheme = { kind: 'bcr', rate: 16, blockRows: 16, blockColumns: 64, rowShare: 0 };
    const pruned = model.predictModel(network, { plan: { target: '', mapper: '', entries: [{ layer: 'fc1', scheme, reason: '' }] } });
    const of = (prediction: typeof whole, layer: string): number => prediction.layers.find((one) => one.layer === layer)!.ms;
    expect(of(pruned, 'fc1')).toBeLessThan(of(whole, 'fc1') / 2);
    expect(pruned.ms).toBeLessThan(whole.ms);
    expect(whole.low).toBeLessThan(whole.ms);
  });

  it('refuses tables with too little in them, and queries that are no layers', () => {
    expect(() => fitLatency({ ...table, entries: table.entries.slice(0, 3) })).toThrow('latency.few');
    expect(() => model.predict({ layer: 'full', inputs: 0, outputs: 1, vectors: 1, scheme: { kind: 'dense' } })).toThrow('latency.query');
  });
});

describe('waysToRun', () => {
  const schemes: readonly Scheme[] = [
    { kind: 'dense' }, { kind: 'unstructured', rate: 5 }, { kind: 'pattern', rate: 6, keep: 4, patterns: 8 }, { kind: 'filter', rate: 2 }, { kind: 'channel', rate: 3 },
    { kind: 'block-punched', rate: 4, blockFilters: 8, blockChannels: 4 },
    ...[0, 0.25, 0.5, 1].flatMap((rowShare) => [4, 16, 64, 4096].map((blockRows): Scheme => ({ kind: 'bcr', rate: 6, blockRows, blockColumns: 4 * blockRows, rowShare }))),
  ];

  it.each(schemes.map((scheme) => [JSON.stringify(scheme), scheme] as const))('holds as many weights as are kept, whatever the way: %s', (_, scheme) => {
    const [rows, columns] = [256, 1152];
    const density = scheme.kind === 'dense' ? 1 : 1 / scheme.rate;
    for (const way of waysToRun({ count: 1, rows, columns, kernel: 9 }, scheme, density)) {
      const weights = way.reduce((sum, run) => sum + run.rows * run.columns * run.count, 0);
      expect(Math.abs(weights / (rows * columns * density) - 1)).toBeLessThan(0.03);
    }
  });
});

describe('rankCorrelation', () => {
  it('is 1 for the same order, -1 for the opposite, and shares ranks among equals', () => {
    expect(rankCorrelation([1, 2, 3, 4], [10, 20, 30, 400])).toBeCloseTo(1);
    expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1);
    expect(rankCorrelation([1, 1, 2, 2], [1, 2, 3, 4])).toBeCloseTo(0.894, 3);
  });
});
