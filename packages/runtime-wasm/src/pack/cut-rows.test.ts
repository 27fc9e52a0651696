import { random } from '@fretwork/conformance';
import { describe, expect, it } from 'vitest';
import { tableOf } from '../../test/table-of.js';
import { cutRows } from './cut-rows.js';
import { heightOf, type Runs } from './runs.js';

const products = (runs: Runs) => (i: number): number => heightOf(runs, i) * runs.columnCount[i]!;
const cutsOf = (rows: Parameters<typeof tableOf>[0], height: number, parts: number): readonly number[] => cutRows(tableOf(rows), height, parts, products(tableOf(rows))).map(({ to }) => to);

describe('cutRows', () => {
  it('balances cost, and cuts no run', () => {
    const runs = Array.from({ length: 100 }, (_, i) => [Array.from({ length: 16 }, (_, r) => 16 * i + r), 50 + 7 * i % 100] as const);
    const whole = runs.reduce((sum, [, columns]) => sum + 16 * columns, 0);
    for (const count of [1, 2, 3, 4]) {
      const parts = cutRows(tableOf(runs), 1600, count, products(tableOf(runs)));
      expect(parts).toHaveLength(count);
      expect(parts.reduce((sum, { cost }) => sum + cost, 0)).toBe(whole);
      expect(Math.max(...parts.map(({ cost }) => cost)) / (whole / count)).toBeLessThan(1.03);
      for (const [rows] of runs) expect(parts.some(({ to }) => rows[0]! < to && to <= rows.at(-1)!)).toBe(false);
    }
  });

  it('gives fewer parts where rows cannot be told apart', () => {
    expect(cutsOf([[[0, 9], 5], [[1, 8], 500]], 10, 4)).toEqual([10]);
    expect(cutsOf([[[0], 5], [[1], 5]], 2, 4)).toEqual([1, 2]);
    expect(cutsOf([], 0, 2)).toEqual([]);
  });

  it('covers all rows, keeps every run whole, and is as even as whole runs allow (500 random programs)', () => {
    for (let seed = 0; seed < 500; seed++) {
      const draw = random(seed);
      const [panel, panels, count] = [draw.integer(1, 8), draw.integer(1, 60), draw.integer(1, 6)];
      const runs = Array.from({ length: draw.integer(1, 300) }, () => {
        const first = draw.integer(0, panels - 1) * panel;
        return [Array.from({ length: draw.integer(1, panel) }, (_, r) => first + r), draw.integer(1, 20)] as const;
      });
      const rows = panel * panels;
      const parts = cutRows(tableOf(runs), rows, count, products(tableOf(runs)));
      expect(parts.map(({ from }) => from)).toEqual([0, ...parts.slice(0, -1).map(({ to }) => to)]);
      expect(parts.at(-1)!.to).toBe(rows);
      for (const [ids] of runs) if (parts.some(({ to }) => ids[0]! < to && to <= ids.at(-1)!)) expect.fail(`seed ${seed}: a run of rows ${ids.join()} is cut`);
      const ofPanels = new Map<number, number>();
      for (const [ids, columns] of runs) ofPanels.set(Math.floor(ids[0]! / panel), (ofPanels.get(Math.floor(ids[0]! / panel)) ?? 0) + ids.length * columns);
      const whole = [...ofPanels.values()].reduce((a, b) => a + b, 0);
      expect(Math.max(...parts.map(({ cost }) => cost))).toBeLessThanOrEqual(whole / count + Math.max(...ofPanels.values()));
    }
  });
});
