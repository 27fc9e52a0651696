import { random } from '@fretwork/conformance';
import { describe, expect, it } from 'vitest';
import { PASSES, runPasses } from '../src/index.js';
import { evaluate, expectSame, inputsFor, snapshot } from './same.js';
import { randomGraph } from './random-graph.js';

const GRAPHS = 150;

describe('random graphs: reference before = reference after', () => {
  for (const pass of PASSES) {
    it(`${pass.name} alone`, () => {
      let changed = 0;
      for (let seed = 1; seed <= GRAPHS; seed++) {
        const model = randomGraph(random(seed));
        const before = snapshot(model);
        const result = pass.run(model, { evaluate });
        expect(model, `seed ${seed}: the model given is written to`).toEqual(before);
        if (result.model === model) continue;
        changed++;
        expectSame(model, result.model, inputsFor(model, seed), `${pass.name}, seed ${seed}`);
      }
      const reads = pass.name.startsWith('find') || pass.name.startsWith('choose');
      expect(changed > 0, `${changed} of ${GRAPHS} graphs changed`).toBe(!reads && pass.name !== 'fold-constants');
    });
  }

  it('all passes, to a fixed point', () => {
    const done = new Map<string, number>();
    for (let seed = 1001; seed <= 1000 + 2 * GRAPHS; seed++) {
      const model = randomGraph(random(seed));
      const result = runPasses(model, PASSES, { evaluate });
      expectSame(model, result.model, inputsFor(model, seed), `seed ${seed}`);
      const again = runPasses(result.model, PASSES, { evaluate });
      expect(again.model, `seed ${seed}: not a fixed point`).toBe(result.model);
      expect(again.rounds).toBe(1);
      for (const { pass, outcome } of result.notes) if (outcome === 'done') done.set(pass, (done.get(pass) ?? 0) + 1);
    }
    // Every pass that changes models had its part in this, fold-constants in removing what it was made from.
    for (const { name } of PASSES.slice(1, 8)) expect(done.get(name) ?? 0, name).toBeGreaterThan(10);
  });
});
