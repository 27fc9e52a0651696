import { onnxRuntime, seeded } from '@fretwork/autodiff';
import { describe, expect, it } from 'vitest';
import { accuracyOf, paretoFront, penaltyOf, runSearch, SEARCHERS, searchSpace, RATES, STRUCTURES, type Evaluated, type SearchState } from '../src/index.js';
import { drawActions } from '../src/searchers/draw.js';
import { fakeEvaluator, madeUp, network, spaceAt } from './made-up.js';

const space = spaceAt(0.45);
/** A plan within the target that nothing beats. */
const optimum = (() => {
  const random = seeded(103);
  for (;;) {
    const drawn = drawActions(space, random);
    if (space.msOf(drawn) <= space.targetMs && drawn.every(({ structure }) => structure !== 0)) return drawn;
  }
})();
/** Quicker than the reference. */
const sessions = onnxRuntime({ threads: 1, spinning: false });
const named = (name: string): (typeof SEARCHERS)[number] => SEARCHERS.find((row) => row.name === name)!;
const search = (name: string, seed: number, more: Partial<Parameters<typeof runSearch>[0]> = {}): ReturnType<typeof runSearch> =>
  runSearch({ space, searcher: named(name), evaluator: fakeEvaluator(space, optimum), sessions, budget: 120, seed, ...more });
/** Without what the clock said. */
const plain = (state: SearchState): unknown => JSON.parse(JSON.stringify(state, (key, value: unknown) => (key === 'seconds' ? 0 : value)));

describe('the space', () => {
  it('has a slot for each layer that can be pruned, and every action of it is carried out', () => {
    expect(space.slots.map(({ layers }) => layers)).toEqual(network.layers.filter(({ operator }) => operator === 'Conv' || operator === 'Gemm').map(({ name }) => [name]).filter(([name]) => space.slots.some(({ layers }) => layers[0] === name)));
    for (const { rates } of space.slots) {
      expect(rates[0]).toEqual([0]);
      expect(rates).toHaveLength(STRUCTURES.length);
    }
    // A pattern keeps four of nine by itself.
    const pattern = STRUCTURES.findIndex(({ name }) => name === 'pattern');
    expect(space.slots[1]!.rates[pattern]!.map((r) => RATES[r]!)[0]).toBe(2.5);
  });

  it('finds the nearest actions of a plan: those it was made of', () => {
    expect(space.planOf(space.actionsOf(space.planOf(optimum)))).toEqual(space.planOf(optimum));
  });

  it('refuses what makes no sense', () => {
    expect(() => searchSpace(network, madeUp, { targetMs: 0 })).toThrow(/search\.option/);
    expect(() => searchSpace(network, madeUp, { targetMs: 1, skip: ['*'] })).toThrow(/search\.space/);
  });
});

describe.each(SEARCHERS.map(({ name }) => name))('%s', { timeout: 240_000 }, (name) => {
  it('is at least as good as random at the same budget, over three seeds', async () => {
    const mean = async (of: string): Promise<number> => {
      const found = await Promise.all([1, 2, 3].map(async (seed) => (await search(of, seed)).best.reward));
      return found.reduce((a, b) => a + b, 0) / 3;
    };
    const [own, random] = [await mean(name), await mean('random')];
    expect(own).toBeGreaterThanOrEqual(random);
    expect(own).toBeLessThanOrEqual(1);
  });

  it('gives the same plan for the same seed, however many work and however often it is stopped', async () => {
    const whole = await search(name, 5, { budget: 30, evaluator: fakeEvaluator(space, optimum, { rungs: 3 }) });
    let state: SearchState | undefined;
    let jobs = 0;
    // Answers come in any order, and every seventh job ends the search.
    const shaky = fakeEvaluator(space, optimum, {
      rungs: 3, parallel: 4,
      onJob: async () => {
        const job = ++jobs;
        await new Promise((resolve) => { setTimeout(resolve, (job * 7) % 5); });
        if (job % 7 === 0) throw new Error('worker died');
      },
    });
    for (;;) {
      try {
        const { state: end } = await search(name, 5, { budget: 30, evaluator: shaky, onState: (now) => { state = JSON.parse(JSON.stringify(now)) as SearchState; }, ...(state !== undefined && { state }) });
        expect(plain(end)).toEqual(plain(whole.state));
        break;
      } catch (error) {
        expect((error as Error).message).toBe('worker died');
      }
    }
    // Nothing was evaluated twice: each job that did not fail is one evaluation.
    expect(jobs - Math.floor(jobs / 7)).toBe(30);
  });
});

describe('a search', () => {
  it('evaluates no plan twice and none that is far too slow', async () => {
    const seen: string[] = [];
    const { evaluated } = await search('hill-climb', 1, { evaluator: fakeEvaluator(space, optimum, { onJob: ({ plan }) => void seen.push(JSON.stringify(plan)) }) });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(evaluated.length);
    expect(Math.max(...evaluated.map(({ ms }) => ms))).toBeLessThanOrEqual(1.1 * space.targetMs);
  });

  it('stops what is hopeless after its first rungs, and never takes it for the best', async () => {
    const { evaluated, best, front } = await search('random', 1, { evaluator: fakeEvaluator(space, optimum, { rungs: 3 }) });
    const stopped = evaluated.filter((one) => one.stopped);
    expect(stopped.length).toBeGreaterThan(evaluated.length / 3);
    expect(best.stopped).toBe(false);
    expect(front.every((one) => !one.stopped)).toBe(true);
  });

  it('says that nothing comes near an impossible target', async () => {
    const tight = spaceAt(0.01);
    await expect(runSearch({ space: tight, searcher: named('random'), evaluator: fakeEvaluator(tight, optimum), budget: 4 })).rejects.toThrow(/search\.impossible/);
  });

  it('refuses a state of another search, and metrics that are none', async () => {
    const { state } = await search('random', 1, { budget: 4 });
    await expect(search('random', 2, { state })).rejects.toThrow(/another seed/);
    for (const nonsense of [{ rungs: [2], stopped: false }, { rungs: [], stopped: false }, { rungs: [0.5], stopped: true }, null]) {
      await expect(search('random', 1, { evaluator: { ...fakeEvaluator(space, optimum), evaluate: async () => nonsense as never } })).rejects.toThrow(/search\.worker/);
    }
  });

  it('goes on to a larger budget', async () => {
    const { state } = await search('evolution', 1, { budget: 20 });
    const [more, atOnce] = [await search('evolution', 1, { budget: 30, state }), await search('evolution', 1, { budget: 30 })];
    expect(plain(more.state)).toEqual(plain(atOnce.state));
    expect(more.evaluated).toHaveLength(30);
  });
});

it('penalises by the share of time above the target, and keeps what nothing beats', () => {
  expect(penaltyOf(1.1, 1)).toBeCloseTo(0.2);
  expect(penaltyOf(0.5, 1)).toBe(0);
  const one = (accuracy: number, ms: number, stopped = false): Evaluated => ({ actions: [], rungs: [accuracy], stopped, ms, reward: accuracy, seconds: 0 });
  expect(paretoFront([one(0.9, 3), one(0.8, 1), one(0.7, 2), one(0.8, 2), one(0.99, 1, true)]).map((p) => [accuracyOf(p), p.ms])).toEqual([[0.8, 1], [0.9, 3]]);
});
