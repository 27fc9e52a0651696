import { FretworkError, type Model } from '@fretwork/format';
import { parseTable } from '@fretwork/latency';
import type { Arguments, OptionRow } from '../contract.js';
import { numberOption, numbersOption, usage } from '../arguments.js';
import { readFile } from '../files.js';
import { SCHEME_OPTIONS, schemeOption } from '../scheme-option.js';
import { SAMPLE_OPTIONS } from '../training/data.js';
import type { Engine } from '../training/engine.js';
import { METHOD_SETTINGS, methodSettings, PRUNE_METHODS } from '../training/method-settings.js';
import { parsePlan } from '../training/plan-file.js';
import { SETTING_OPTIONS, settingsOf } from '../training/settings.js';
import type { Budget, CompressMapper, CompressPruner, CompressRequest, CompressTarget, DataConfig, FretworkConfig } from './contract.js';
import { measured } from './measured.js';
import { retrain } from './retrain.js';
import { rules } from './rules.js';
import { loadSplits } from './splits.js';
import { wasm } from './target/wasm.js';
import { uniform } from './uniform.js';

/** What `--target` can name. */
const TARGETS: readonly { readonly name: string; readonly make: () => CompressTarget }[] = [{ name: 'wasm', make: () => wasm() }];

/** Rounds of timing that count. */
const ROUNDS = 30;

/** As the pruner has it. */
const SMALLEST = 64;

const NOT_HERE: ReadonlySet<string> = new Set(['checkpoint', 'resume', 'recipe', 'limit']);

export const COMPRESS_OPTIONS: readonly OptionRow[] = [
  ...SAMPLE_OPTIONS.filter(({ name }) => !NOT_HERE.has(name)),
  { name: 'validation', value: 'SPEC', says: 'Samples to search rates by. Default: one in eight of the training samples, kept out of training. A spec may end in a slice, as in cifar10/test-jpeg[509:2009].' },
  { name: 'holdout', value: 'N', says: 'So many of the training samples, in place of one in eight.' },
  { name: 'test', value: 'SPEC', says: 'Samples for the report alone: no training and no search sees them. Default for a named set: its test split.' },
  { name: 'target', value: 'NAME', says: `Where the model is to be fast: ${TARGETS.map(({ name }) => name).join(', ')}. Default: ${TARGETS[0]!.name}, on this machine.` },
  { name: 'max-drop', value: 'POINTS', says: 'Lose at most so many points of accuracy: 0.5 is half a percent of all samples.' },
  { name: 'latency', value: 'MS', says: 'Take at most so long for one run on the target, such as 3ms.' },
  { name: 'rate', value: 'N', says: 'Keep one weight in N of the layers that are pruned; with --max-drop, no more than that goes, in steps. Default: 4, or as much as the budget allows.' },
  { name: 'latency-table', value: 'TABLE', says: 'Map by the rules of the mapping paper on this table of times, as fretwork latency measure writes it. Default: each layer gets the finest scheme that is about as fast as the fastest, by times taken now.' },
  { name: 'plan', value: 'PLAN.json', says: 'A mapping plan in place of the mapper\'s.' },
  ...SCHEME_OPTIONS.filter(({ name }) => name !== 'rate').map((row) => (row.name === 'scheme' ? { ...row, says: 'One scheme for all layers, in place of the mapper: bcr, block-punched, pattern, unstructured, filter, channel.' } : row)),
  { name: 'ignore', value: 'NAME', many: true, says: 'Leave this layer alone; * stands for anything.' },
  { name: 'smallest', value: 'N', says: `Weight tensors with fewer weights stay dense, also where others of their layer do not. Default: ${SMALLEST}.` },
  { name: 'method', value: 'NAME', says: `How weights are chosen: ${PRUNE_METHODS.filter((name) => name !== 'reweighted').join(', ')}. Default: calibrated.` },
  { name: 'set', value: 'NAME=VALUE', many: true, says: `A setting of the method: ${METHOD_SETTINGS.map(({ name }) => name).join(', ')}; see fretwork prune --help. Default here: epochs=10, distillation=0.5.` },
  ...SETTING_OPTIONS.filter(({ name }) => !NOT_HERE.has(name)),
  { name: 'keep-slower', says: 'Leave layers sparse that are slower on the target than their dense selves.' },
  { name: 'rounds', value: 'N', says: `Rounds of timing. Default: ${ROUNDS}.` },
  { name: 'config', value: 'FILE', says: 'Default: fretwork.config.ts, .mts, .js or .mjs in the folder you are in, where there is one.' },
];

/** The command line with what a configuration says where it says nothing. Throws `config.*`. */
export function withConfig(args: Arguments, { seed, training = {} }: FretworkConfig): Arguments {
  const given = Object.entries({ ...training, ...(seed !== undefined && { seed }) });
  const texts = new Map(given.map(([key, value]) => [key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`), [value].flat().map(String)]));
  for (const name of texts.keys()) {
    if (!SETTING_OPTIONS.some((row) => row.name === name) || NOT_HERE.has(name)) throw new FretworkError('config.unknown', `training has no ${JSON.stringify(name)}`, { expected: SETTING_OPTIONS.map((row) => row.name).filter((one) => !NOT_HERE.has(one)).join(', ') });
  }
  return {
    ...args,
    text: (name) => args.text(name) ?? texts.get(name)?.[0],
    texts: (name) => (args.texts(name).length > 0 ? args.texts(name) : texts.get(name) ?? []),
  };
}

/** All that was asked for; what the command line says goes before the configuration. Throws `usage.*`, `compress.data`, `compress.leak` and what data throws. */
export async function requestOf(given: Arguments, config: FretworkConfig, model: Model, engine: Engine, out: string): Promise<CompressRequest> {
  const args = withConfig(given, config);
  const path = args.text('plan');
  return {
    model: { path: args.positionals[0]!, externalData: args.flag('external-data') }, out,
    budget: budgetOf(args, config), target: targetOf(args, config), mapper: await mapperOf(args, config), pruner: prunerOf(args, config),
    ignore: args.texts('ignore').length > 0 ? args.texts('ignore') : config.ignore ?? [],
    smallest: numberOption(args, 'smallest', { least: 0, most: 1e9, whole: true }) ?? config.smallest ?? SMALLEST,
    settings: settingsOf(args), engine, splits: await loadSplits(model, dataOf(args, config.data ?? {})),
    ...(path !== undefined && { plan: parsePlan(new TextDecoder().decode(await readFile(path)), path) }),
    keepSlower: args.flag('keep-slower'), rounds: numberOption(args, 'rounds', { least: 2, most: 10_000, whole: true }) ?? ROUNDS,
    words: args.words,
  };
}

function budgetOf(args: Arguments, config: FretworkConfig): Budget {
  const maxDrop = numberOption(args, 'max-drop', { least: 0, most: 100 }) ?? config.maxDrop;
  const rate = numberOption(args, 'rate', { least: 1, most: 1000 }) ?? config.rate;
  const text = args.text('latency');
  const latencyMs = text === undefined ? config.latencyMs : Number(/^(\d+\.?\d*|\.\d+)\s*(ms)?$/.exec(text)?.[1] ?? NaN);
  if (latencyMs !== undefined && !(latencyMs > 0)) throw usage('latency', `--latency is milliseconds, such as 3ms, not ${JSON.stringify(text)}`, args.command);
  return { ...(maxDrop !== undefined && { maxDrop }), ...(rate !== undefined && { rate }), ...(latencyMs !== undefined && { latencyMs }) };
}

function targetOf(args: Arguments, config: FretworkConfig): CompressTarget {
  const name = args.text('target');
  if (name === undefined) return config.target ?? TARGETS[0]!.make();
  const row = TARGETS.find((one) => one.name === name);
  if (row === undefined) throw usage('target', `there is no target ${JSON.stringify(name)}; known: ${TARGETS.map((one) => one.name).join(', ')}`, args.command);
  return row.make();
}

async function mapperOf(args: Arguments, config: FretworkConfig): Promise<CompressMapper> {
  const words = ['scheme', 'block', 'row-share'].filter((name) => args.text(name) !== undefined);
  if (words.length > 0 && args.text('plan') !== undefined) throw usage('plan', `--plan brings its own schemes: leave --${words[0]!} out`, args.command);
  const table = args.text('latency-table');
  if (words.length > 0 && table !== undefined) throw usage('latency-table', `the rules choose schemes by --latency-table: leave --${words[0]!} out`, args.command);
  if (table !== undefined) return rules(parseTable(new TextDecoder().decode(await readFile(table)), table));
  return words.length > 0 ? uniform(schemeOption(args, 4)) : config.mapper ?? measured();
}

function prunerOf(args: Arguments, config: FretworkConfig): CompressPruner {
  const [asked, set] = [args.text('method'), args.texts('set')];
  if (asked === undefined && set.length === 0) return config.pruner ?? retrain();
  const method = PRUNE_METHODS.find((name) => name === (asked ?? 'calibrated'));
  if (method === undefined || method === 'reweighted') throw usage('method', `there is no method ${JSON.stringify(asked)} here; known: ${PRUNE_METHODS.filter((name) => name !== 'reweighted').join(', ')}`, args.command);
  return retrain({ method, ...methodSettings(args, method) });
}

function dataOf(args: Arguments, config: DataConfig): DataConfig {
  const [train, validation, test, scale, mean, std] = [args.text('data'), args.text('validation'), args.text('test'), numbersOption(args, 'scale'), numbersOption(args, 'mean'), numbersOption(args, 'std')];
  const holdout = numberOption(args, 'holdout', { least: 1, most: 1e9, whole: true });
  return {
    ...config,
    ...(train !== undefined && { train }), ...(validation !== undefined && { validation }), ...(test !== undefined && { test }), ...(holdout !== undefined && { holdout }),
    ...(scale !== undefined && { scale: scale[0]! }), ...(mean !== undefined && { mean }), ...(std !== undefined && { std }),
  };
}
