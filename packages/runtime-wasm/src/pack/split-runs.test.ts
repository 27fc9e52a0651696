import { random } from '@fretwork/conformance';
import { expect, it } from 'vitest';
import { tableOf } from '../../test/table-of.js';
import { splitRuns } from './split-runs.js';

it('splits runs into parts that share no row, keep the order and are even (500 random programs)', () => {
  for (let seed = 0; seed < 500; seed++) {
    const draw = random(seed);
    const [panel, panels, parts] = [draw.integer(1, 8), draw.integer(1, 60), draw.integer(1, 6)];
    const runs = Array.from({ length: draw.integer(1, 300) }, () => {
      const first = draw.integer(0, panels - 1) * panel;
      return [Array.from({ length: draw.integer(1, panel) }, (_, r) => first + r), draw.integer(1, 20)] as const;
    });
    const lists = splitRuns(tableOf(runs), panel, parts);
    expect(lists).toHaveLength(parts);
    const owner = new Map<number, number>();
    lists.forEach((list, part) => {
      expect(Array.from(list)).toEqual(Array.from(list).sort((a, b) => a - b));
      for (const run of list) for (const row of runs[run]![0]) if ((owner.get(row) ?? part) === part) owner.set(row, part); else expect.fail(`seed ${seed}: row ${row} is in two parts`);
    });
    expect(lists.flatMap((list) => Array.from(list)).sort((a, b) => a - b)).toEqual(runs.map((_, i) => i));
    const costOf = ([rows, columns]: (typeof runs)[0]): number => 4 + rows.length * columns;
    const costs = lists.map((list) => list.reduce((sum, run) => sum + costOf(runs[run]!), 0));
    const ofPanels = new Map<number, number>();
    for (const run of runs) ofPanels.set(Math.floor(run[0][0]! / panel), (ofPanels.get(Math.floor(run[0][0]! / panel)) ?? 0) + costOf(run));
    expect(Math.max(...costs)).toBeLessThanOrEqual(costs.reduce((a, b) => a + b, 0) / parts + Math.max(...ofPanels.values()));
  }
});
