import { FretworkError } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { entryOf, fillTable, isEnough, isSettled, logHeader, logLines, planDesign, quietSamples, readLog, type LayerQuery, type Reading } from '../src/index.js';
import { KEY, lawful, madeUpProbe } from './made-up.js';

const design = planDesign({ points: 30 });
const now = (): string => '2026-01-01T00:00:00.000Z';

describe('fillTable', () => {
  it('measures every layer in two rounds that agree, whole groups at a time', async () => {
    const opened: (readonly LayerQuery[])[] = [];
    const table = await fillTable(design, madeUpProbe({ onOpen: (queries) => opened.push(queries) }), { now });
    expect(table.entries.map(({ query }) => query)).toEqual(design.groups.flat());
    expect(opened).toEqual([...design.groups, ...design.groups]);
    for (const { query, ms, rounds, samples, spread } of table.entries) {
      expect(rounds).toBe(2);
      expect(samples).toBeGreaterThanOrEqual(30);
      expect(Math.abs(ms / lawful(query) - 1)).toBeLessThan(0.03);
      expect(spread).toBeLessThan(0.05 * ms);
    }
  });

  it('goes on where rounds disagree, and takes the two quickest', async () => {
    let opened = 0;
    const slowAtFirst = { ...madeUpProbe(), open: async (...given: Parameters<ReturnType<typeof madeUpProbe>['open']>) => {
      const layers = await madeUpProbe().open(...given);
      const slow = opened++ < design.groups.length ? 1.5 : 1;
      return { ...layers, sample: async () => (await layers.sample()).map((ms) => slow * ms) };
    } };
    const table = await fillTable(design, slowAtFirst, { now });
    for (const { query, ms, rounds } of table.entries) {
      expect(rounds).toBe(3);
      expect(Math.abs(ms / lawful(query) - 1)).toBeLessThan(0.03);
    }
  });

  it('writes refused layers down and does not ask again', async () => {
    const opened: LayerQuery[] = [];
    const probe = madeUpProbe({ refuses: ({ layer }) => layer === 'recurrent', onOpen: (queries) => opened.push(...queries) });
    const table = await fillTable(design, probe, { now });
    expect(table.refused.length).toBeGreaterThan(0);
    expect(table.refused.length + table.entries.length).toBe(design.groups.flat().length);
    expect(table.refused[0]!.reason).toContain('not this one');
    opened.length = 0;
    await fillTable(design, probe, { now, known: { table } });
    expect(opened).toEqual([]);
  });

  it('goes on from a log whose last line was cut', async () => {
    let log = logHeader(KEY, 'made up');
    const stop = new AbortController();
    await expect(fillTable(design, madeUpProbe(), {
      now, signal: stop.signal,
      onReadings: (readings, refused) => { log += logLines(readings, refused); },
      onProgress: ({ measured }) => { if (measured === 2) stop.abort(new Error('enough')); },
    })).rejects.toThrow('enough');
    const cut = log.slice(0, -20);
    const found = readLog(cut, KEY);
    const whole = design.groups.slice(0, 2).flat();
    expect(found.readings.map(({ query }) => query)).toEqual(whole.slice(0, -1));
    const opened: (readonly LayerQuery[])[] = [];
    const table = await fillTable(design, madeUpProbe({ onOpen: (queries) => opened.push(queries) }), { now, known: found });
    expect(table.entries).toHaveLength(design.groups.flat().length);
    // The first two groups need one round more, the others two; the layer that was cut off takes its group along.
    expect(opened).toHaveLength(2 * design.groups.length - 1);
  });

  it('refuses a table of another key', async () => {
    const table = await fillTable(design, madeUpProbe(), { now });
    await expect(fillTable(design, madeUpProbe({ key: { ...KEY, threads: 2 } }), { now, known: { table } })).rejects.toThrow('latency.keys');
  });
});

describe('readLog', () => {
  const codeOf = (text: string): string => {
    try {
      readLog(text, KEY);
    } catch (error) {
      if (error instanceof FretworkError) return error.code;
    }
    return 'nothing thrown';
  };

  it.each([
    ['nothing', ''], ['no log', 'hello\n'], ['a log of another key', logHeader({ ...KEY, version: '2' }, '')],
    ['a damaged line in the middle', `${logHeader(KEY, '')}{"query":1}\n${logHeader(KEY, '')}`],
  ])('refuses %s', (_, text) => {
    expect(codeOf(text)).toBe('latency.log');
  });
});

describe('how often is enough', () => {
  it('drops what is a tenth slower than the quickest tenth', () => {
    expect(quietSamples([1, 1.02, 1.05, 1.3, 9, 1.01])).toEqual([1, 1.02, 1.05, 1.01]);
  });

  it('asks for quiet samples, and gives up on noisy machines', () => {
    const quiet = Array.from({ length: 15 }, (_, i) => 1 + 0.001 * i);
    expect(isEnough(quiet.slice(1))).toBe(false);
    expect(isEnough(quiet)).toBe(true);
    expect(isEnough(Array.from({ length: 119 }, (_, i) => 1 + i))).toBe(false);
    expect(isEnough(Array.from({ length: 120 }, (_, i) => 1 + i))).toBe(true);
  });

  it('settles on two rounds that agree, however many others do not', () => {
    const round = (ms: number): Reading => ({ query: design.groups[0]![0]!, ms, spread: 0.01, samples: 20, noisy: 1, when: now(), kernel: 'k' });
    expect(isSettled([round(1)])).toBe(false);
    expect(isSettled([round(1), round(1.1)])).toBe(false);
    expect(isSettled([round(1.4), round(1.02), round(1)])).toBe(true);
    expect(isSettled([1, 2, 3, 4, 5].map(round))).toBe(true);
    expect(entryOf([round(1.4), round(1.02), round(1)])).toMatchObject({ ms: 1.01, spread: 0.02, rounds: 3, samples: 60, noisy: 3 });
  });
});
