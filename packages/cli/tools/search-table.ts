/**
 * The tables of docs/mapping.md: uniform schemes, the rules, searches and random at equal predicted time, and how well fast evaluations rank plans.
 * `node packages/cli/tools/search-table.ts MODEL --table TABLE --train npy:X,Y --test npy:X,Y --rate 4 -o FOUND.json`, after a build. What was evaluated is kept in
 * FOUND.json.cache: a run that was stopped goes on.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { onnxRuntime } from '@fretwork/autodiff';
import { runPasses } from '@fretwork/compiler';
import { loadDataset, normalise } from '@fretwork/datasets';
import type { MappingPlan, Scheme } from '@fretwork/format';
import { fitLatency, parseTable, rankCorrelation } from '@fretwork/latency';
import { mapByRules } from '@fretwork/mapper-rules';
import { accuracyOf, FAST, inProcess, packTask, runSearch, SEARCHERS, searchSpace, type Evaluated, type Evaluator, type Job, type Metrics, type TaskSamples } from '@fretwork/mapper-search';
import { importModel } from '@fretwork/onnx';
import { planPruning } from '@fretwork/pruner';
import { evaluateLayer } from '@fretwork/reference';

const { values, positionals: [path] } = parseArgs({
  allowPositionals: true,
  options: {
    table: { type: 'string' }, train: { type: 'string' }, test: { type: 'string' }, rate: { type: 'string', default: '4' }, difficulty: { type: 'string', default: 'hard' }, output: { type: 'string', short: 'o' },
    budget: { type: 'string', default: '32' }, seeds: { type: 'string', default: '3' }, searchers: { type: 'string', default: 'hill-climb,random' }, updates: { type: 'string', default: '15,45' }, full: { type: 'string', default: '400' },
    plans: { type: 'string', default: '12' }, judge: { type: 'string', default: '400' }, subset: { type: 'string', default: '1000' }, batch: { type: 'string', default: '32' }, 'learning-rate': { type: 'string', default: '0.002' },
    scale: { type: 'string', default: '1' }, mean: { type: 'string', default: '0' }, std: { type: 'string', default: '1' },
  },
});
const output = values.output!;
const number = (name: 'rate' | 'budget' | 'seeds' | 'full' | 'plans' | 'judge' | 'subset' | 'batch' | 'learning-rate' | 'scale' | 'mean' | 'std'): number => Number(values[name]);

async function samplesOf(spec: string, inputShape: readonly number[]): Promise<TaskSamples> {
  const root = process.env['FRETWORK_DATA_DIR'];
  const set = await loadDataset(spec, { readFile: async (name: string) => new Uint8Array(await readFile(name)), listFiles: async () => [], inputShape, ...(root !== undefined && { root }) });
  const data = normalise(set.inputs, { scale: number('scale'), mean: [number('mean')], std: [number('std')] });
  return { shape: [set.labels.length, ...inputShape], data, labels: Int32Array.from(set.labels) };
}

/** Every `n`-th part of a set. */
function part({ shape: [count, ...shape], data, labels }: TaskSamples, chosen: readonly number[]): TaskSamples {
  const size = data.length / count!;
  const own = new Float32Array(chosen.length * size);
  chosen.forEach((from, to) => own.set(data.subarray(from * size, (from + 1) * size), to * size));
  return { shape: [chosen.length, ...shape], data: own, labels: Int32Array.from(chosen, (i) => labels[i]!) };
}

const spread = (from: readonly number[], count: number): readonly number[] => Array.from({ length: Math.min(count, from.length) }, (_, i) => from[Math.floor((i * from.length) / Math.min(count, from.length))]!);

const model = importModel(new Uint8Array(readFileSync(path!)));
const inputShapes = { [model.inputs[0]!.name]: model.inputs[0]!.shape!.map((d) => (typeof d === 'number' ? d : 1)) };
const runs = runPasses(model, undefined, { inputShapes, evaluate: evaluateLayer }).model;
const latency = fitLatency(parseTable(readFileSync(values.table!, 'utf8'), values.table!));
const rules = mapByRules(runs, latency, { target: { kind: 'rate', rate: number('rate') }, inputShapes, difficulty: { kind: values.difficulty as 'hard' | 'easy', reason: 'as you said' } });
const space = searchSpace(runs, latency, { targetMs: rules.planned.ms, inputShapes });
const start = space.actionsOf(rules);

const sample = inputShapes[model.inputs[0]!.name]!.slice(1);
const [train, test] = [await samplesOf(values.train!, sample), await samplesOf(values.test!, sample)];
const all = train.labels.map((_, i) => i);
const judged = new Set(spread([...all], number('judge')));
const rest = [...all].filter((i) => !judged.has(i));
const settings = { ...FAST, rungs: values.updates.split(',').map(Number), batch: number('batch'), learningRate: number('learning-rate') };
const sessions = onnxRuntime({ threads: 1, spinning: false });

/** Kept on disk. */
const cachePath = `${output}.cache`;
const cache = new Map<string, Metrics>(existsSync(cachePath) ? JSON.parse(readFileSync(cachePath, 'utf8')) as [string, Metrics][] : []);
function cached(evaluator: Evaluator, name: string): Evaluator {
  return {
    ...evaluator,
    evaluate: async (job: Job) => {
      const key = `${name} ${job.seed} ${JSON.stringify(job.bars)} ${JSON.stringify(job.plan.entries.map(({ scheme }) => scheme))}`;
      const found = cache.get(key) ?? await evaluator.evaluate(job);
      cache.set(key, found);
      writeFileSync(cachePath, JSON.stringify([...cache]));
      return found;
    },
  };
}
const fast = cached(inProcess(packTask({ model, train: part(train, spread(rest, number('subset'))), judge: part(train, [...judged]), settings }), sessions), 'fast');
const full = cached(inProcess(packTask({ model, train, judge: test, settings: { ...settings, rungs: [number('full')] } }), sessions), 'full');
const fullOf = async (plan: MappingPlan): Promise<number> => accuracyOf(await full.evaluate({ plan, seed: 1, bars: [] }));
const fastOf = async (plan: MappingPlan): Promise<number> => accuracyOf(await fast.evaluate({ plan, seed: 1, bars: settings.rungs.slice(1).map(() => null) }));

interface Row {
  readonly what: string;
  readonly ms: number;
  readonly fast: number;
  readonly full: number;
}
const rows: Row[] = [];
const tried: Evaluated[] = [];
const winners = new Set<string>();
const msOf = (plan: MappingPlan): number => latency.predictModel(runs, { inputShapes, plan }).ms;
const add = async (what: string, plan: MappingPlan): Promise<void> => {
  rows.push({ what, ms: msOf(plan), fast: await fastOf(plan), full: await fullOf(plan) });
  console.error(JSON.stringify(rows.at(-1)));
};

/** One scheme wherever it fits, at the lowest rate that meets the time; undefined where none does. */
function uniform(schemeAt: (rate: number) => Scheme): MappingPlan | undefined {
  for (let rate = 1.1; rate < 40; rate *= 1.05) {
    const planned = planPruning(runs, { scheme: schemeAt(Number(rate.toFixed(2))) });
    const plan = { target: '', mapper: 'uniform', entries: planned.layers.map(({ layer, scheme, reason }) => ({ layer, scheme, reason })) };
    if (msOf(plan) <= space.targetMs) return plan;
  }
  return undefined;
}

await add('dense', { target: '', mapper: '', entries: [] });
for (const [what, plan] of [
  ['uniform BCR 4x16', uniform((rate) => ({ kind: 'bcr', rate, blockRows: 4, blockColumns: 16, rowShare: 0.5 }))],
  ['uniform pattern, connectivity to the rate', uniform((rate) => ({ kind: 'pattern', rate: Math.max(rate, 2.25), keep: 4, patterns: 8 }))],
] as const) {
  if (plan === undefined) console.error(`${what}: no rate meets the time`);
  else await add(what, plan);
}
await add('the rules', rules);
for (const name of values.searchers.split(',')) {
  for (let seed = 1; seed <= number('seeds'); seed++) {
    const searcher = SEARCHERS.find((row) => row.name === name)!;
    const { best, evaluated } = await runSearch({ space, searcher, evaluator: fast, budget: number('budget'), seed, sessions, ...(name !== 'random' && { start }) });
    tried.push(...evaluated);
    winners.add(JSON.stringify(best.actions));
    await add(`${name}, seed ${seed}`, space.planOf(best.actions));
  }
}

/** Tried by the searches to the end of the fast evaluation, in that order, without those that have a row. */
const others = tried.filter(({ stopped, actions }, i) => !stopped && !winners.has(JSON.stringify(actions)) && tried.findIndex(({ actions }) => JSON.stringify(actions) === JSON.stringify(tried[i]!.actions)) === i).map(({ actions }) => space.planOf(actions)).slice(0, number('plans'));
const pairs: (readonly [number, number])[] = rows.filter(({ what }) => what !== 'dense').map(({ fast: a, full: b }) => [a, b]);
for (const plan of others) {
  pairs.push([await fastOf(plan), await fullOf(plan)]);
  console.error(JSON.stringify(pairs.at(-1)));
}
const correlation = rankCorrelation(pairs.map(([a]) => a), pairs.map(([, b]) => b));
await Promise.all([fast.close(), full.close()]);
writeFileSync(output, `${JSON.stringify({ date: new Date().toISOString(), arguments: process.argv.slice(2), targetMs: space.targetMs, denseMs: space.denseMs, rows, pairs, correlation }, undefined, 2)}\n`);
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
console.log(`at most ${space.targetMs.toPrecision(3)} ms, ${space.denseMs.toPrecision(3)} ms dense\n\n| plan | ms | fast | full, test |\n|---|---|---|---|`);
for (const { what, ms, fast: a, full: b } of rows) console.log(`| ${what} | ${ms.toPrecision(3)} | ${percent(a)} | ${percent(b)} |`);
console.log(`\nrank correlation of fast and full over ${pairs.length} plans (those above but the dense one, and the first ${others.length} that searches tried to the end): ${correlation.toFixed(2)}`);
