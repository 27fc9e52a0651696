import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onnxRuntime } from '@fretwork/autodiff';
import { runPasses } from '@fretwork/compiler';
import { fitLatency, parseTable } from '@fretwork/latency';
import { accuracyOf, inProcess, packTask } from '@fretwork/mapper-search';
import { buildNetwork } from '@fretwork/networks';
import { evaluateLayer } from '@fretwork/reference';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { opened, planOf, pruned, rulesPlans, type MappingRecipe, type Row } from '../tools/mapping-recipe.js';
import { faster, filled, ranking, recipeOf, uniformsAt } from '../tools/mapping-table.js';

const page = readFileSync(new URL('../../../docs/mapping.md', import.meta.url), 'utf8');
const root = process.env['FRETWORK_DATA_DIR'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const fromRoot = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

afterEach(() => vi.unstubAllEnvs());

const row = (family: Row['family'], what: string, ms: number, full: number, fast = full): Row => ({ family, what, ms, full, fast, seconds: 0, plan: [{ layer: `${what} ${ms}`, scheme: { kind: 'unstructured', rate: 2 } }] });
const recipe = (rows: readonly Row[]): MappingRecipe => ({ dense: { ms: 10, accuracy: 0.9 }, targetMs: 2, rows }) as unknown as MappingRecipe;
const ms = ({ ms: time }: { readonly ms: number }): number => time;

describe('equal accuracy', () => {
  const uniforms = [row('uniform', 'a', 2, 0.5), row('uniform', 'a', 4, 0.7), row('uniform', 'b', 2, 0.4), row('uniform', 'b', 3, 0.8)];

  it('is looked for along each uniform scheme, dense network included, and the fastest scheme counts', () => {
    expect(uniformsAt(recipe(uniforms), 0.6, ms)).toMatchObject([{ ms: 2.5, what: 'b', atMost: false }, { what: 'a', atMost: false }]);
    expect(uniformsAt(recipe(uniforms), 0.6, ms)[1]!.ms).toBeCloseTo(3);
    expect(uniformsAt(recipe(uniforms.slice(0, 2)), 0.8, ms)[0]!.ms).toBeCloseTo(7);
    expect(uniformsAt(recipe(uniforms), 0.3, ms)[0]).toMatchObject({ ms: 2, atMost: true });
    expect(uniformsAt(recipe(uniforms), 0.95, ms)).toEqual([]);
    expect(faster(recipe(uniforms), row('rules', 'r', 1.25, 0.6), ['a', 'b'])!.times).toBeCloseTo(2);
    expect(faster(recipe(uniforms), row('rules', 'r', 1.25, 0.6), ['a'])!.times).toBeCloseTo(2.4);
  });

  it('ranks by plans near the target alone, each once', () => {
    const rows = [
      row('rules', 'r', 2, 0.6, 0.3), row('rules', 's', 2, 0.55, 0.35), row('uniform', 'a', 2, 0.5, 0.4), row('tried', 'a', 2, 0.5, 0.4), row('tried', 't', 1.8, 0.4, 0.1), row('uniform', 'a', 4, 0.9, 0.9),
    ];
    expect(ranking(recipe(rows)).plans).toBe(4);
    expect(ranking(recipe(rows)).correlation).toBeCloseTo(0.2);
    expect(ranking(recipe(rows), 0.15)).toEqual({ plans: 3, correlation: -1 });
  });
});

describe('docs/mapping.md', () => {
  it('its tables are what the recipes say (cure: npm run table:mapping)', () => {
    expect(filled(page)).toBe(page);
  });
});

describe('in short form', () => {
  it('mobilenetv2: its plans are predicted to take what the recipe says, whatever the weights', { timeout: 120_000 }, () => {
    const kept = recipeOf('mobilenetv2')!;
    const model = buildNetwork('mobilenetv2', { width: 0.25, size: 28, channels: 1, stem: '2', classes: 10 }, 1);
    const inputShapes = { [model.inputs[0]!.name]: [1, 1, 28, 28] };
    const runs = runPasses(model, undefined, { inputShapes, evaluate: evaluateLayer }).model;
    const latency = fitLatency(parseTable(readFileSync(fromRoot(kept.setup.table), 'utf8'), kept.setup.table));
    for (const one of kept.rows) expect(latency.predictModel(runs, { inputShapes, plan: planOf(one) }).ms).toBeCloseTo(one.ms, 6);
  });

  it.for([['gru_l', 'kws/models/GRU_L.onnx'], ['ds_cnn_l', 'kws/models/DS_CNN_L.onnx'], ['resnet20', 'models/resnet20_cifar10/model.onnx']] as const)('%s: its plans are predicted to take what the recipe says, the rules choose them still, and fast evaluations of two find what it says', { timeout: 900_000 }, async ([name, file], ctx) => {
    const model = `${root}/${file}`;
    if (!existsSync(model)) return ctx.skip(`no ${file}: set FRETWORK_DATA_DIR`);
    vi.stubEnv('FRETWORK_DATA_DIR', root);
    const kept = recipeOf(name)!;
    const { model: trained, runs, inputShapes, latency, fast, samples } = await opened({ ...kept.setup, model, table: fromRoot(kept.setup.table) });
    for (const one of kept.rows) expect(latency.predictModel(runs, { inputShapes, plan: planOf(one) }).ms).toBeCloseTo(one.ms, 6);
    const byRules = rulesPlans(runs, latency, inputShapes, kept.setup);
    expect(byRules.map(({ what, plan }) => ({ what, plan: pruned(plan) }))).toEqual(kept.rows.filter(({ family }) => family === 'rules').map(({ what, plan }) => ({ what, plan })));
    const evaluator = inProcess(packTask({ model: trained, train: samples.subset, judge: samples.judge, settings: fast }), onnxRuntime({ threads: 1, spinning: false }));
    const fastOf = async (one: Row): Promise<number> => accuracyOf(await evaluator.evaluate({ plan: planOf(one), seed: 1, bars: [null] }));
    // The plan that the searches began with.
    const rules = kept.rows.filter(({ family }) => family === 'rules').reduce((best, row) => (row.fast > best.fast ? row : best));
    const uniform = kept.rows.find(({ family }) => family === 'uniform')!;
    const found = [await fastOf(rules), await fastOf(uniform)];
    await evaluator.close();
    // Sums of floats differ from processor to processor, and training makes more of it.
    expect(Math.abs(found[0]! - rules.fast)).toBeLessThan(0.06);
    expect(Math.abs(found[1]! - uniform.fast)).toBeLessThan(0.06);
    expect(Math.sign(found[0]! - found[1]!)).toBe(Math.sign(rules.fast - uniform.fast));
  });
});
