import { FretworkError, type MappingPlan, type Model } from '@fretwork/format';
import { energyDamage, mapByRules, predictPlan, scanDamage, THRESHOLDS, type Damage, type Difficulty, type MapOptions, type MapTarget, type PredictedPlan, type Scan, type Thresholds } from '@fretwork/mapper-rules';
import { numberOption, parseNumber, usage } from '../arguments.js';
import type { Arguments, Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { readFile, writeFile } from '../files.js';
import { SEARCHERS } from '@fretwork/mapper-search';
import { SHAPE_OPTION } from '../input-shapes.js';
import { latencyModelOf, TARGET_OPTIONS } from '../latency-model.js';
import { asRun } from '../mapping/as-run.js';
import { measureDifficulty } from '../mapping/measure-difficulty.js';
import { planTable } from '../mapping/plan-table.js';
import { searchRequest, SEARCH_OPTIONS } from '../mapping/search-options.js';
import { searchPlan } from '../mapping/search-plan.js';
import { EXTERNAL_DATA_OPTION, readModelFile } from '../model-file.js';
import { plain } from '../print-table.js';
import { loadSamples, SAMPLE_OPTIONS } from '../training/data.js';
import { engine } from '../training/engine.js';
import { parsePlan } from '../training/plan-file.js';

const GOALS = ['rate', 'total-rate', 'macs', 'latency'] as const;

export const map: Command = {
  name: 'map',
  says: 'Chooses a pruning scheme, block size and rate for every layer by rules and measured times, without training, or by a search, and writes the plan.',
  operands: ['MODEL'],
  options: [
    ...TARGET_OPTIONS,
    { name: 'rate', value: 'N', says: 'Keep one weight in N of every layer that pays.' },
    { name: 'total-rate', value: 'N', says: 'Keep one weight in N of all layers together; layers that bear it better give more.' },
    { name: 'macs', value: 'N', says: 'Divide the multiply-accumulates of the network by N, likewise.' },
    { name: 'latency', value: 'MS', says: 'Take at most so long for one run, such as 3ms, likewise.' },
    { name: 'difficulty', value: 'HOW', says: 'hard or easy: whether the data leaves the network no answers to spare. Default: measured with --data, else hard.' },
    ...SAMPLE_OPTIONS.map((row) => (row.name === 'data' ? { ...row, says: `To measure whether the data is hard, labels unread. ${row.says}` } : row)),
    { name: 'sensitivity', value: 'SCAN.json', says: 'Let rates follow what fretwork sensitivity --json has measured.' },
    { name: 'structures', value: 'WHICH', says: 'For --latency: by-rules, or any, which weighs every structure at every rate, loss against time. Default: by-rules.' },
    { name: 'skip', value: 'NAME', many: true, says: 'Leave this layer alone; * stands for anything.' },
    { name: 'skip-first', says: 'Leave the first convolution alone, which bears pruning worst.' },
    { name: 'filters', says: 'Prune whole filters, with equal rates where a residual sum wants equal channels (for prune --shrink).' },
    { name: 'set', value: 'NAME=VALUE', many: true, says: 'A threshold of the rules, see below.' },
    { name: 'plan', value: 'PLAN.json', says: 'Choose nothing: predict what this plan, edited or written by hand, would bring.' },
    ...SEARCH_OPTIONS,
    SHAPE_OPTION,
    { name: 'output', short: 'o', value: 'PLAN.json', says: 'Where to write the plan, for prune --plan; edit it before if you like.' },
    EXTERNAL_DATA_OPTION,
    { name: 'json', says: 'Print the plan as JSON.' },
  ],
  examples: ['fretwork map model.onnx --target wasm --latency-table laptop.json --rate 8 -o plan.json', 'fretwork map model.onnx --target wasm --latency 3ms -o plan.json', 'fretwork map model.onnx --mapper search --latency 3ms --data kws --budget 60 -o plan.json', 'fretwork map model.onnx --plan plan.json'],
  notes: ['Searchers', ...SEARCHERS.map(({ name, says }) => `  ${name}: ${says}`), '', 'Thresholds (--set NAME=VALUE)', ...THRESHOLDS.map(({ name, default: usual, says }) => `  ${name}=${JSON.stringify(usual)}: ${says}`)],
  run: async (args, terminal) => {
    const given = args.text('plan');
    const goal = given === undefined ? goalOf(args) : undefined;
    const thresholds = thresholdsOf(args);
    const said = difficultyOf(args);
    const search = searchRequest(args);
    if (search !== undefined && given !== undefined) throw usage('plan', '--plan is predicted, not searched: leave --mapper out', 'map');
    const file = await readModelFile(args.positionals[0]!, { externalData: args.flag('external-data') });
    const latency = await latencyModelOf(args, terminal);
    const { model, inputShapes } = asRun(file.model, args);
    const predict = async (path: string): Promise<PredictedPlan> => predictPlan(model, latency, known(file.model, parsePlan(await text(path), path)), { inputShapes });
    const choose = async (target: MapTarget): Promise<PredictedPlan> => {
      const options: MapOptions = {
        target, inputShapes, thresholds, skip: args.texts('skip'), skipFirst: args.flag('skip-first'), filters: args.flag('filters'),
        ...structuresOf(args), ...await damageOf(args), ...await measured(args, file.model, said),
      };
      const plan = mapByRules(model, latency, options);
      terminal.err(`data: ${plan.difficulty.kind} (${plan.difficulty.reason})\n`);
      return search === undefined ? plan : await searchPlan({ args, request: search, model: file.model, runs: model, inputShapes, latency, rules: plan }, terminal);
    };
    const plan = goal === undefined ? await predict(given!) : await choose(goal);
    const output = args.text('output');
    const json = `${JSON.stringify(plan, undefined, 2)}\n`;
    if (output !== undefined) await writeFile(output, json);
    terminal.out(args.flag('json') ? json : `${planTable(plan)}${output === undefined ? '' : `plan: ${output}\n`}`);
    return EXIT.ok;
  },
};

const text = async (path: string): Promise<string> => new TextDecoder().decode(await readFile(path));

function goalOf(args: Arguments): MapTarget {
  const asked = GOALS.filter((name) => args.text(name) !== undefined);
  if (asked.length !== 1) throw usage('goal', `map needs one of ${GOALS.map((name) => `--${name}`).join(', ')}, or --plan${asked.length === 0 ? '' : `, not ${asked.length} of them`}`, 'map');
  if (asked[0] === 'latency') {
    const ms = parseNumber((args.text('latency') ?? '').replace(/\s*ms$/, ''));
    if (!(ms > 0)) throw usage('latency', `--latency is milliseconds, such as 3ms, not ${JSON.stringify(args.text('latency'))}`, 'map');
    return { kind: 'latency', ms };
  }
  const rate = numberOption(args, asked[0]!, { least: 1, most: 1e6 })!;
  return { kind: asked[0] === 'total-rate' ? 'weights' : asked[0] === 'macs' ? 'macs' : 'rate', rate };
}

function thresholdsOf(args: Arguments): Partial<Thresholds> {
  return Object.fromEntries(args.texts('set').map((pair) => {
    const at = pair.indexOf('=');
    try {
      return [pair.slice(0, at), JSON.parse(pair.slice(at + 1))] as const;
    } catch (cause) {
      throw usage('set', `--set is NAME=VALUE with the value as JSON, such as beta=0.1, not ${JSON.stringify(pair)}: ${(cause as Error).message}`, 'map');
    }
  }));
}

function difficultyOf(args: Arguments): Difficulty | undefined {
  const kind = args.text('difficulty');
  if (kind === undefined) return undefined;
  if (kind !== 'hard' && kind !== 'easy') throw usage('difficulty', `--difficulty is hard or easy, not ${JSON.stringify(kind)}`, 'map');
  return { kind, reason: 'as you said' };
}

function structuresOf(args: Arguments): Pick<MapOptions, 'structures'> {
  const structures = args.text('structures');
  if (structures === undefined) return {};
  if (structures !== 'by-rules' && structures !== 'any') throw usage('structures', `--structures is by-rules or any, not ${JSON.stringify(structures)}`, 'map');
  return { structures };
}

async function measured(args: Arguments, model: Model, said: Difficulty | undefined): Promise<{ readonly difficulty?: Difficulty }> {
  const spec = args.text('data');
  if (said !== undefined) return { difficulty: said };
  return spec === undefined ? {} : { difficulty: await measureDifficulty(model, await loadSamples(args, model, spec), await engine({ threads: 1 })) };
}

async function damageOf(args: Arguments): Promise<{ readonly damage?: Damage }> {
  const path = args.text('sensitivity');
  if (path === undefined) return {};
  const scan = JSON.parse(await text(path)) as Partial<Scan> | null;
  if (typeof scan?.scheme?.kind !== 'string' || !Array.isArray(scan.layers)) throw new FretworkError('map.scan', `${path}: this is no scan`, { hint: 'write one with fretwork sensitivity --json' });
  return { damage: scanDamage(scan as Scan, energyDamage()) };
}

/** Throws `map.plan` for a layer that the model does not have. */
function known(model: Model, plan: MappingPlan): MappingPlan {
  const names = new Set(model.layers.map(({ name }) => name));
  const other = plan.entries.find(({ layer }) => !names.has(layer));
  if (other !== undefined) throw new FretworkError('map.plan', 'the plan names a layer that is not in the model', { layer: plain(other.layer), hint: 'make the plan for this model' });
  return plan;
}
