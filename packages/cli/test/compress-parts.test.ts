import { writeFile } from 'node:fs/promises';
import type { Model, Scheme } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../src/compress/load-config.js';
import { jsonInPage } from '../src/compress/report/page.js';
import { scalePlan } from '../src/compress/scale-plan.js';
import { searchPower, type Trial } from '../src/compress/search-power.js';
import { pairLayers } from '../src/compress/slower.js';
import { measured, wasm } from '../src/index.js';
import { smallModel } from './small-model.js';
import { emptyFolder } from './terminal.js';

describe('configurations', () => {
  it('are TypeScript, with pieces of this very package', async () => {
    const at = await emptyFolder();
    await writeFile(at('fretwork.config.ts'), 'import { defineConfig, retrain, wasm } from \'fretwork\';\nenum Kind { a = 3 }\nexport default defineConfig({ seed: Kind.a, target: wasm({ threads: [1] }), pruner: retrain({ method: \'magnitude\' }) });\n');
    const found = await loadConfig(undefined, at('.'));
    expect(found?.config).toMatchObject({ seed: 3, target: { name: 'wasm' }, pruner: { name: 'retrain magnitude' } });
    expect(await loadConfig(undefined, at('..'))).toBeUndefined();
  });

  it.each([
    ['export default {};', 'config.empty'], ['export default { tarqet: 1 };', 'config.unknown'], ['throw new Error("no");', 'config.failed'],
    ['export default { target: () => 1 };', 'config.api'], ['import x from "no-such-package"; export default { seed: x };', 'config.failed'],
  ])('%s is refused', async (text, code) => {
    const at = await emptyFolder();
    await writeFile(at('c.mjs'), text);
    await expect(loadConfig('c.mjs', at('.'))).rejects.toMatchObject({ code });
    await expect(loadConfig('none.mjs', at('.'))).rejects.toMatchObject({ code: 'config.missing' });
  });
});

describe('the search for a rate', () => {
  /** Points lost are those of the rate squared. */
  const trials = (rate: number, allowed: number) => {
    const asked: number[] = [];
    const attempt = async (power: number): Promise<Trial> => {
      asked.push(power);
      const reached = rate ** power;
      return { power, rate: reached, reached, drop: reached ** 2, holds: reached ** 2 <= allowed, seconds: 0 };
    };
    return { asked, attempt };
  };

  it('goes up while it holds, and not past a rate that was asked for', async () => {
    const { asked, attempt } = trials(4, 40);
    expect((await searchPower(attempt, { rate: 4, fixed: false, maxDrop: 40 })).power).toBe(1);
    expect(asked).toEqual([1, 1.5]);
    const bold = trials(64, 1e6);
    expect((await searchPower(bold.attempt, { rate: 64, fixed: true, maxDrop: 1e6 })).power).toBe(1);
    expect(bold.asked.map((power) => Math.round(64 ** power))).toEqual([4, 8, 23, 64]);
    expect((await searchPower(attempt, { rate: 2, fixed: true, maxDrop: 40 })).power).toBe(1);
  });

  it('goes down until it holds, and says where none does', async () => {
    const { attempt } = trials(4, 5);
    const found = await searchPower(attempt, { rate: 4, fixed: false, maxDrop: 5 });
    expect(found.reached ** 2).toBeLessThanOrEqual(5);
    await expect(searchPower(trials(4, 1).attempt, { rate: 4, fixed: false, maxDrop: 1 })).rejects.toMatchObject({ code: 'compress.budget' });
  });

  it('moves all rates of a plan to one power', () => {
    const plan = { target: 't', mapper: 'm', entries: [
      { layer: 'a', scheme: { kind: 'unstructured', rate: 16 }, reason: '', predictedMs: 1 }, { layer: 'b', scheme: { kind: 'filter', rate: 4 }, reason: '' }, { layer: 'c', scheme: { kind: 'dense' }, reason: 'no' },
    ] } as const;
    expect(scalePlan(plan, 0.5).entries).toEqual([
      { layer: 'a', scheme: { kind: 'unstructured', rate: 4 }, reason: '' }, { layer: 'b', scheme: { kind: 'filter', rate: 2 }, reason: '' }, { layer: 'c', scheme: { kind: 'dense' }, reason: 'no' },
    ]);
    expect(scalePlan(plan, 1)).toBe(plan);
  });
});

describe('layers that got slower', () => {
  const timing = (layer: string, ms: number, spread: number) => ({ layer, ms, spread, kernel: 'k', why: 'w', fused: [] });
  it('are those that did by more than the noise', () => {
    const dense = [timing('a', 1, 0.01), timing('b', 1, 0.01), timing('c', 1, 0.5), timing('d', 1, 0.001)];
    const pruned = [timing('a', 0.5, 0.01), timing('b', 1.2, 0.01), timing('c', 1.2, 0.01), timing('d', 1.01, 0.001), timing('e', 9, 0)];
    expect(pairLayers(dense, pruned).map(({ layer, slower }) => [layer, slower !== null])).toEqual([['a', false], ['b', true], ['c', false], ['d', false]]);
  });
});

describe('data of the page', () => {
  it('cannot end its script, whatever names hold', () => {
    const hostile = { name: '</script><script>alert(1)</script><!-- \u2028\u2029' };
    const text = jsonInPage(hostile);
    expect(text).not.toMatch(/[<\u2028\u2029]/);
    expect(JSON.parse(text)).toEqual(hostile);
  });
});

describe('the measured mapper', () => {
  const [fine, coarse]: readonly Scheme[] = [{ kind: 'unstructured', rate: 4 }, { kind: 'bcr', rate: 4, blockRows: 8, blockColumns: 8, rowShare: 0 }];
  /** Times by the scheme of the layer: of a target that is made up. */
  const target = (ms: Readonly<Record<string, readonly [dense: number, fine: number, coarse: number]>>) => ({
    ...wasm({ threads: [1] }),
    timeLayers: async (models: readonly Model[]) => models.map((_, at) => Object.entries(ms).map(([layer, times]) => ({ layer, ms: times[at]!, spread: 0, kernel: '', why: '', fused: [] }))),
  });
  const map = async (ms: Parameters<typeof target>[0]): Promise<readonly string[]> => {
    const plan = await measured({ schemes: [fine!, coarse!], beta: 0.15 }).map(smallModel(), {
      target: target(ms), inputShapes: { image: [1, 1, 6, 6] }, rate: 2, ignore: ['scores'], smallest: 64, seed: 1, rounds: 2, evaluate: async () => 1, difficulty: async () => ({ kind: 'hard', reason: 'of a test' }), signal: new AbortController().signal, onProgress: () => {},
    });
    expect(plan.entries.map(({ layer }) => layer)).toEqual(['first', 'second', 'scores']);
    return plan.entries.map(({ scheme }) => (scheme.kind === 'dense' ? scheme.kind : `${scheme.kind} ${scheme.rate}`));
  };

  it('takes the finest scheme that is about as fast as the fastest, and none that wins nothing', async () => {
    expect(await map({ first: [1, 0.55, 0.5], second: [1, 0.6, 0.5], scores: [1, 0.1, 0.1] })).toEqual(['unstructured 2', 'bcr 2', 'dense']);
    expect(await map({ first: [1, 0.99, 0.96], second: [1, 2, 3], scores: [1, 0.1, 0.1] })).toEqual(['dense', 'dense', 'dense']);
  });
});
