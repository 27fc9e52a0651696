import { random } from '@fretwork/conformance';
import { expect, it } from 'vitest';
import { splitRuns } from './split-runs.js';

it('splits runs into parts that share no row, keep the order and are even (500 random programs)', () => {
  for (let seed = 0; seed < 500; seed++) {
    const draw = random(seed);
    const [panel, panels, parts] = [draw.integer(1, 8), draw.integer(1, 60), draw.integer(1, 6)];
    const runs = Array.from({ length: draw.integer(1, 300) }, () => {
      const first = draw.integer(0, panels - 1) * panel;
      return { rows: Array.from({ length: draw.integer(1, panel) }, (_, r) => first + r), columns: new Uint32Array(draw.integer(1, 20)) };
    });
    const lists = splitRuns(runs, panel, parts);
    expect(lists).toHaveLength(parts);
    const owner = new Map<number, number>();
    lists.forEach((list, part) => {
      expect(list.map((run) => runs.indexOf(run))).toEqual(list.map((run) => runs.indexOf(run)).sort((a, b) => a - b));
      for (const run of list) for (const row of run.rows) if ((owner.get(row) ?? part) === part) owner.set(row, part); else expect.fail(`seed ${seed}: row ${row} is in two parts`);
    });
    expect(lists.flat()).toHaveLength(runs.length);
    const costs = lists.map((list) => list.reduce((sum, run) => sum + 4 + run.rows.length * run.columns.length, 0));
    const ofPanels = new Map<number, number>();
    for (const run of runs) ofPanels.set(Math.floor(run.rows[0]! / panel), (ofPanels.get(Math.floor(run.rows[0]! / panel)) ?? 0) + 4 + run.rows.length * run.columns.length);
    expect(Math.max(...costs)).toBeLessThanOrEqual(costs.reduce((a, b) => a + b, 0) / parts + Math.max(...ofPanels.values()));
  }
});
