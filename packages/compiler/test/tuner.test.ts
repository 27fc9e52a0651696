import { random } from '@fretwork/conformance';
import { describe, expect, it } from 'vitest';
import { countedSpace, tune, workCounter, type Choice, type TuningSpace } from '../src/index.js';
import { balancedBcr, PRODUCT_LAYERS } from './matrices.js';

/** Every allowed choice. */
function allOf(space: TuningSpace): Choice[] {
  const all = space.genes.reduce<Choice[]>((choices, { name, values }) => choices.flatMap((choice) => values.map((value) => ({ ...choice, [name]: value }))), [{}]);
  return all.filter((choice) => space.allows?.(choice).ok ?? true);
}

/** A cost with valleys: each gene and each pair of neighbouring genes adds something drawn. */
function rugged(space: TuningSpace, seed: number): (choice: Choice) => number {
  const draw = random(seed);
  const alone = space.genes.map(({ values }) => values.map(() => draw.next()));
  const pairs = space.genes.map(({ values }, g) => values.map(() => space.genes[(g + 1) % space.genes.length]!.values.map(() => draw.next())));
  return (choice) => 1 + space.genes.reduce((sum, { name, values }, g) => {
    const next = space.genes[(g + 1) % space.genes.length]!;
    return sum + alone[g]![values.indexOf(choice[name]!)]! + pairs[g]![values.indexOf(choice[name]!)]![next.values.indexOf(choice[next.name]!)]!;
  }, 0);
}

const small: TuningSpace = {
  genes: [
    { name: 'kernel', values: ['a', 'b', 'c', 'd', 'e'] }, { name: 'tile', values: [4, 8, 16, 32] }, { name: 'chunk', values: [0, 128, 256, 512] },
    { name: 'unroll', values: [1, 2, 4] }, { name: 'order', values: ['tile-group', 'group-tile'] }, { name: 'layout', values: ['planes', 'tiles', 'pixels'] },
  ],
  fallback: { kernel: 'a', tile: 16, chunk: 0, unroll: 1, order: 'tile-group', layout: 'planes' },
  allows: ({ kernel, tile }) => (kernel === 'e' && tile === 32 ? { ok: false, reason: 'e has no registers for 32' } : { ok: true }),
  tuning: () => ({}),
};

describe('the search', () => {
  it('finds at least 95 % of the best on a space of 1368 choices, in 200 trials, for each of 40 rugged costs', async () => {
    const all = allOf(small);
    expect(all).toHaveLength(1368);
    for (let seed = 1; seed <= 40; seed++) {
      const cost = rugged(small, seed);
      const best = Math.min(...all.map(cost));
      const found = await tune(small, cost, { seed });
      expect(found.evaluated, `seed ${seed}`).toBe(200);
      expect(best / found.cost, `seed ${seed}: ${found.cost} against ${best}`).toBeGreaterThanOrEqual(0.95);
      expect(cost(found.choice)).toBe(found.cost);
    }
  });

  it('does better than as many choices drawn at random', async () => {
    const all = allOf(small);
    let [genetic, blind] = [0, 0];
    for (let seed = 1; seed <= 20; seed++) {
      const cost = rugged(small, 1000 + seed);
      const draw = random(seed);
      blind += Math.min(...Array.from({ length: 100 }, () => cost(draw.pick(all))));
      genetic += (await tune(small, cost, { seed, trials: 100 })).cost;
    }
    expect(genetic).toBeLessThan(0.97 * blind);
  });

  it('by counted work: at least 95 % of the best for each layer, beats the default on at least 70 %, never loses', async () => {
    let beaten = 0;
    for (const [i, layer] of PRODUCT_LAYERS.entries()) {
      const space = countedSpace(layer.columns);
      const count = workCounter([balancedBcr(i + 1, layer)], { pixels: layer.pixels });
      const best = Math.min(...allOf(space).map((choice) => count(choice).work.cost));
      const found = await tune(space, (choice) => count(choice).work.cost, { seed: 7 });
      expect(best / found.cost, layer.name).toBeGreaterThanOrEqual(0.95);
      expect(found.fallbackCost, layer.name).toBe(count(space.fallback).work.cost);
      expect(found.cost, layer.name).toBeLessThanOrEqual(found.fallbackCost);
      if (found.cost < found.fallbackCost) beaten++;
    }
    expect(beaten / PRODUCT_LAYERS.length).toBeGreaterThanOrEqual(0.7);
  }, 300_000);

  it('gives the same result however many run at once, in whatever order they end', async () => {
    const cost = rugged(small, 5);
    const alone = await tune(small, cost, { seed: 9, trials: 90 });
    let running = 0;
    let most = 0;
    const draw = random(1);
    const late = async (choice: Choice): Promise<number> => {
      most = Math.max(most, ++running);
      for (let turns = draw.integer(0, 5); turns > 0; turns--) await Promise.resolve();
      running--;
      return cost(choice);
    };
    expect(await tune(small, late, { seed: 9, trials: 90, parallel: 4 })).toEqual(alone);
    expect(most).toBe(4);
    expect((await tune(small, cost, { seed: 10, trials: 90 })).history).not.toEqual(alone.history);
  });

  it('evaluates nothing twice and nothing that is not allowed, and stops when all is known', async () => {
    const tiny: TuningSpace = { ...small, genes: small.genes.slice(0, 2), fallback: { kernel: 'c', tile: 8 } };
    const seen: string[] = [];
    const found = await tune(tiny, (choice) => { seen.push(JSON.stringify(choice)); return seen.length; }, { seed: 1, trials: 500 });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(19);
    expect(seen).not.toContain(JSON.stringify({ kernel: 'e', tile: 32 }));
    expect(found).toEqual({ choice: tiny.fallback, cost: 1, fallbackCost: 1, evaluated: 19, history: found.history, exhausted: true });
  });

  it('keeps the default where nothing is cheaper, and leaves what cannot be built', async () => {
    expect((await tune(small, () => 3, { seed: 1 })).choice).toEqual(small.fallback);
    const builds = await tune(small, ({ kernel }) => (kernel === 'd' ? 5 : Infinity), { seed: 1 });
    expect([builds.choice.kernel, builds.cost, builds.fallbackCost]).toEqual(['d', 5, Infinity]);
  });

  it('begins with the choices it is given, and leaves out those that the space does not have', async () => {
    const best = { kernel: 'd', tile: 4, chunk: 512, unroll: 4, order: 'group-tile', layout: 'pixels' };
    const cost = (choice: Choice): number => (JSON.stringify(choice) === JSON.stringify(best) ? 1 : 2);
    const begun = await tune(small, cost, { seed: 3, trials: 2, begin: [{ kernel: 'z' }, { ...best, kernel: 'e', tile: 32 }, best] });
    expect([begun.choice, begun.evaluated]).toEqual([best, 2]);
  });

  it('stops when it is told to, and goes on with what costs throw', async () => {
    const controller = new AbortController();
    let evaluated = 0;
    await expect(tune(small, () => { if (++evaluated === 20) controller.abort(new Error('enough')); return 1; }, { seed: 1, signal: controller.signal })).rejects.toThrow('enough');
    expect(evaluated).toBe(20);
    await expect(tune(small, () => { throw new Error('no compiler'); }, { seed: 1 })).rejects.toThrow('no compiler');
  });

  it.each([
    ['no genes', { ...small, genes: [] }], ['two genes of one name', { ...small, genes: [...small.genes, small.genes[0]!] }],
    ['a gene without values', { ...small, genes: [...small.genes, { name: 'more', values: [] }] }],
    ['a default that is no choice', { ...small, fallback: { ...small.fallback, kernel: 'z' } }],
    ['a default that is not allowed', { ...small, fallback: { ...small.fallback, kernel: 'e', tile: 32 } }],
  ])('refuses a space with %s', async (_, space) => {
    await expect(tune(space, () => 1, { seed: 1 })).rejects.toThrow(/tune\.space/);
  });

  it('refuses a cost that is no number, and counts that are none', async () => {
    await expect(tune(small, () => Number.NaN, { seed: 1 })).rejects.toThrow(/tune\.cost/);
    await expect(tune(small, () => 1, { seed: 1, trials: 0 })).rejects.toThrow(/tune\.options/);
  });
});
