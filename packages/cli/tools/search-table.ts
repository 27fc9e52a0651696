/**
 * Makes a recipe of docs/mapping/: the rules, searches, random at the same budget and uniform schemes on one network, at equal predicted time, all trained alike and judged on test
 * samples; uniform schemes at longer times too, until they are as accurate as the rules. `node packages/cli/tools/search-table.ts MODEL --table TABLE --data SET -o docs/mapping/NAME.json`,
 * after a build. What was evaluated is kept in NAME.json.cache: a run that was stopped goes on. `mapping-table.ts` writes the page.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { onnxRuntime } from '@fretwork/autodiff';
import type { MappingPlan, Scheme } from '@fretwork/format';
import { accuracyOf, FAST, inProcess, packTask, runSearch, SEARCHERS, searchSpace, type Evaluated, type Evaluator, type FastSettings, type Job, type Metrics, type Task } from '@fretwork/mapper-search';
import { planPruning } from '@fretwork/pruner';
import { opened, pruned, rulesPlans, spread, type Family, type MappingRecipe, type Row, type Setup } from './mapping-recipe.ts';

const USUAL = {
  data: '', limit: 1e9, 'test-limit': 1e9, scale: 1, mean: '0', std: '1', rate: 4, difficulty: 'hard', structures: 'by-rules', budget: 16, seeds: 3, round: 4, subset: 1000, judge: 500,
  batch: FAST.batch, 'learning-rate': FAST.learningRate, updates: 100, others: 4, table: '', output: '',
} as const;
type Name = keyof typeof USUAL;
const { values: given, positionals: [path = ''] } = parseArgs({
  allowPositionals: true, options: Object.fromEntries(Object.entries(USUAL).map(([name, usual]) => [name, { type: 'string' as const, default: `${usual}`, ...(name === 'output' && { short: 'o' }) }])),
});
const values = given as Readonly<Record<Name, string>>;
const number = (name: Name): number => Number(values[name]);
const numbers = (name: 'mean' | 'std'): readonly number[] => values[name].split(',').map(Number);
const setup: Setup = {
  model: path, table: values.table, data: values.data, limit: number('limit'), testLimit: number('test-limit'), scale: number('scale'), mean: numbers('mean'), std: numbers('std'),
  rate: number('rate'), difficulty: values.difficulty as Setup['difficulty'], ...(values.structures === 'any' && { structures: 'any' }), budget: number('budget'), seeds: number('seeds'), round: number('round'), subset: number('subset'), judge: number('judge'),
  batch: number('batch'), learningRate: number('learning-rate'), updates: number('updates'), others: number('others'),
};
/** Of uniform schemes: times the target, until they are as accurate as the rules. */
const SLOWER = [1, 1.3, 1.7, 2.2];

const { model, runs, inputShapes, latency, fast, full, samples } = await opened(setup);
const byRules = rulesPlans(runs, latency, inputShapes, setup);
const targetMs = byRules[0]!.plan.planned.ms;
const space = searchSpace(runs, latency, { targetMs, inputShapes });
const msOf = (plan: MappingPlan): number => latency.predictModel(runs, { inputShapes, plan }).ms;
const sessions = onnxRuntime({ threads: 1, spinning: false });

interface Known extends Metrics {
  /** Of one core. */
  readonly seconds: number;
}
const cachePath = `${values.output}.cache`;
const cache = new Map<string, Known>(existsSync(cachePath) ? JSON.parse(readFileSync(cachePath, 'utf8')) as [string, Known][] : []);
interface Timed extends Evaluator {
  evaluate(job: Job): Promise<Known>;
}
function cached(settings: FastSettings, { train, judge }: Pick<Task, 'train' | 'judge'>): Timed {
  const evaluator = inProcess(packTask({ model, train, judge, settings }), sessions);
  return {
    ...evaluator,
    evaluate: async (job) => {
      const key = createHash('sha256').update(JSON.stringify([evaluator.setup, job.seed, job.bars, job.plan.entries.filter(({ scheme }) => scheme.kind !== 'dense').map(({ layer, scheme }) => [layer, scheme])])).digest('hex').slice(0, 32);
      const before = cache.get(key);
      if (before !== undefined) return before;
      const began = process.cpuUsage();
      const metrics = await evaluator.evaluate(job);
      const { user, system } = process.cpuUsage(began);
      const found = { ...metrics, seconds: Number(((user + system) / 1e6).toFixed(2)) };
      cache.set(key, found);
      writeFileSync(cachePath, JSON.stringify([...cache]));
      return found;
    },
  };
}
const evaluators = {
  fast: cached(fast, { train: samples.subset, judge: samples.judge }),
  full: cached(full, { train: samples.train, judge: samples.test }),
  untrained: cached({ ...full, rungs: [0], recalibrationBatches: 0 }, { train: samples.train, judge: samples.test }),
};

const rows: Row[] = [];
const fastOf = async (plan: MappingPlan): Promise<number> => accuracyOf(await evaluators.fast.evaluate({ plan, seed: 1, bars: fast.rungs.slice(1).map(() => null) }));
async function add(family: Family, what: string, plan: MappingPlan, seen?: number): Promise<Row> {
  const { seconds, ...found } = await evaluators.full.evaluate({ plan, seed: 1, bars: [] });
  const row: Row = { family, what, ms: msOf(plan), fast: seen ?? await fastOf(plan), full: accuracyOf(found), seconds, plan: pruned(plan) };
  rows.push(row);
  console.error(`${what}: ${row.ms.toPrecision(3)} ms, ${row.fast.toFixed(3)} fast, ${row.full.toFixed(3)} in full, ${seconds} s`);
  return row;
}

const dense = accuracyOf(await evaluators.untrained.evaluate({ plan: { target: '', mapper: '', entries: [] }, seed: 1, bars: [] }));
console.error(`dense: ${space.denseMs.toPrecision(3)} ms, ${dense.toFixed(3)}; target ${targetMs.toPrecision(3)} ms`);
const rules: { readonly plan: MappingPlan; readonly row: Row }[] = [];
for (const { what, plan } of byRules) rules.push({ plan, row: await add('rules', what, plan) });
// The one that looks better to a fast evaluation. Random is given as many evaluations more as that took.
const start = space.actionsOf(rules.reduce((best, one) => (one.row.fast > best.row.fast ? one : best)).plan);

const tried: Evaluated[] = [];
const chosen = new Set<string>();
for (let seed = 1; seed <= setup.seeds; seed++) {
  for (const name of ['hill-climb', 'random'] as const) {
    const searcher = SEARCHERS.find((row) => row.name === name)!;
    const budget = setup.budget + (name === 'random' ? rules.length : 0);
    const { best, evaluated } = await runSearch({ space, searcher, evaluator: evaluators.fast, budget, round: setup.round, seed, sessions, ...(name !== 'random' && { start }) });
    tried.push(...evaluated.filter(({ stopped }) => !stopped));
    chosen.add(JSON.stringify(best.actions));
    await add(name, `seed ${seed}`, space.planOf(best.actions), accuracyOf(best));
  }
}

/** One scheme wherever it fits, at the lowest rate that meets each time; where none does, the fastest there is. */
function uniform(schemeAt: (rate: number) => Scheme | undefined): readonly MappingPlan[] {
  const plans: { readonly plan: MappingPlan; readonly ms: number }[] = [];
  for (let rate = 1.2; rate < 40; rate *= 1.07) {
    const scheme = schemeAt(Number(rate.toFixed(2)));
    if (scheme === undefined) continue;
    const planned = planPruning(runs, { scheme }).layers.map((entry) => ({ layer: entry.layer, scheme: entry.scheme, reason: entry.reason }));
    const plan = { target: '', mapper: 'uniform', entries: planned };
    plans.push({ plan, ms: msOf(plan) });
    if (plans.at(-1)!.ms <= targetMs) break;
  }
  const fastest = plans.reduce((best, one) => (one.ms < best.ms ? one : best));
  const found = SLOWER.map((times) => (plans.find(({ ms }) => ms <= times * targetMs) ?? fastest)).filter(({ ms }) => ms < 0.99 * space.denseMs);
  return [...new Set(found.map(({ plan }) => plan))];
}

const aim = Math.max(...rules.map(({ row }) => row.full), ...rows.filter(({ family }) => family === 'hill-climb').map((row) => row.full));
for (const [what, schemeAt] of [
  ['BCR 4x16', (rate: number): Scheme => ({ kind: 'bcr', rate, blockRows: 4, blockColumns: 16, rowShare: 0.5 })],
  ['BCR 4x16, columns only', (rate: number): Scheme => ({ kind: 'bcr', rate, blockRows: 4, blockColumns: 16, rowShare: 0 })],
  ['pattern', (rate: number): Scheme | undefined => (rate < 2.25 ? undefined : { kind: 'pattern', rate, keep: 4, patterns: 8 })],
] as const) {
  const plans = uniform(schemeAt);
  if (plans.length === 0) console.error(`${what}: prunes nothing that takes time`);
  for (const plan of plans) if ((await add('uniform', what, plan)).full >= aim) break;
}
const isNew = ({ actions }: Evaluated, i: number): boolean => !chosen.has(JSON.stringify(actions)) && tried.findIndex((one) => JSON.stringify(one.actions) === JSON.stringify(actions)) === i;
for (const one of spread(tried.filter(isNew), setup.others)) await add('tried', 'by a search', space.planOf(one.actions), accuracyOf(one));
await Promise.all(Object.values(evaluators).map((evaluator) => evaluator.close()));

const mean = (of: readonly number[]): number => Number((of.reduce((a, b) => a + b, 0) / Math.max(1, of.length)).toFixed(2));
const fastOnes = [...cache.values()].filter(({ rungs }) => rungs.length > 1 || fast.rungs.length === 1);
const stopped = [...cache.values()].filter((one) => one.stopped);
const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const recipe: MappingRecipe = {
  setup, date: new Date().toISOString().slice(0, 10), machine: { processor: cpus()[0]!.model.trim(), node: process.version, engine: sessions.name }, inputs: { model: sha256(path), table: sha256(values.table) },
  targetMs, dense: { ms: space.denseMs, accuracy: dense }, testSamples: samples.test.labels.length,
  fastSeconds: { whole: mean(fastOnes.map(({ seconds }) => seconds)), mean: mean([...fastOnes, ...stopped].map(({ seconds }) => seconds)) }, rows,
};
writeFileSync(values.output, `${JSON.stringify(recipe, undefined, 1)}\n`);
rmSync(cachePath);
console.error(`written: ${values.output}`);
