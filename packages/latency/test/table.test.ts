import { FretworkError } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { fillTable, groupTables, mergeTables, parseTable, planDesign, printTable, TABLE_RULES, type LatencyTable, type TableEntry } from '../src/index.js';
import { KEY, madeUpProbe } from './made-up.js';

const table = await fillTable(planDesign({ points: 20 }), madeUpProbe(), { now: () => '2026-01-01T00:00:00.000Z' });
const entry = table.entries[0]!;

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof FretworkError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('the file', () => {
  it('comes back as it was written, one entry a line', () => {
    const text = printTable(table);
    expect(parseTable(text)).toEqual(table);
    expect(text.split('\n').filter((line) => line.includes('"ms"'))).toHaveLength(table.entries.length);
  });

  const broken: Readonly<Record<string, (fields: Record<string, unknown>) => void>> = {
    'latency.file.version': (fields) => { fields['version'] = 2; },
    'latency.file.key': (fields) => { fields['key'] = { ...KEY, threads: 0 }; },
    'latency.file.how': (fields) => { delete fields['how']; },
    'latency.file.entries': (fields) => { fields['entries'] = [{ ...entry, ms: 0 }]; },
    'latency.file.refused': (fields) => { fields['refused'] = [{ query: entry.query }]; },
    'latency.file.twice': (fields) => { fields['entries'] = [entry, entry]; },
  };

  it.each(TABLE_RULES.map(({ code }) => code))('that breaks %s is refused by that name', (code) => {
    const fields = JSON.parse(printTable(table)) as Record<string, unknown>;
    broken[code]!(fields);
    expect(codeOf(() => parseTable(JSON.stringify(fields), 'my.json'))).toBe(code);
  });

  it.each([
    ['a layer of another kind', { layer: 'attention' }], ['a size that is none', { ...entry.query, inputs: -1 }],
    ['a scheme that nobody knows', { layer: 'full', inputs: 4, outputs: 4, vectors: 1, scheme: { kind: 'magic', rate: 2 } }],
    ['a scheme without its rate', { layer: 'full', inputs: 4, outputs: 4, vectors: 1, scheme: { kind: 'unstructured' } }],
    ['a rate that keeps more than there is', { layer: 'full', inputs: 4, outputs: 4, vectors: 1, scheme: { kind: 'unstructured', rate: 0.5 } }],
    ['a share above one', { layer: 'full', inputs: 4, outputs: 4, vectors: 1, scheme: { kind: 'dense' }, density: 1.5 }],
    ['groups that do not divide', { ...entry.query, layer: 'convolution', inputs: 6, outputs: 6, groups: 4, kernel: [3, 3], stride: [1, 1], size: [8, 8], batch: 1, residual: false, margin: 0, scheme: { kind: 'dense' } }],
  ])('with %s is refused', (_, query) => {
    const fields = { ...JSON.parse(printTable(table)) as object, entries: [{ ...entry, query }] };
    expect(codeOf(() => parseTable(JSON.stringify(fields)))).toBe('latency.file.entries');
  });

  it.each(['', '[]', 'null', '{"version":1'])('that is %j is no table', (text) => {
    expect(codeOf(() => parseTable(text))).toMatch(/^latency\.file/);
  });
});

describe('mergeTables', () => {
  const part = (entries: readonly TableEntry[], key = KEY): LatencyTable => ({ ...table, key, entries });

  it('joins tables of one key and keeps the entry that was measured more often', () => {
    const again = { ...entry, ms: 2 * entry.ms, rounds: entry.rounds + 1 };
    const merged = mergeTables(part(table.entries.slice(0, 5)), part([again, ...table.entries.slice(5)]));
    expect(merged.entries).toHaveLength(table.entries.length);
    expect(merged.entries[0]).toEqual(again);
    expect(mergeTables(table, table)).toEqual(table);
  });

  it.each(['device', 'backend', 'version', 'threads'] as const)('never mixes tables that differ in %s', (field) => {
    const other = part(table.entries, { ...KEY, [field]: field === 'threads' ? 2 : 'another' });
    expect(codeOf(() => mergeTables(table, other))).toBe('latency.keys');
    expect(groupTables([table, other, table])).toEqual([table, other]);
  });

  it('does not refuse what another table has measured', () => {
    const refusing = { ...part([]), refused: [{ query: entry.query, reason: 'too large' }] };
    expect(mergeTables(refusing, table).refused).toEqual([]);
    expect(mergeTables(refusing, part(table.entries.slice(1))).refused).toHaveLength(1);
  });
});
