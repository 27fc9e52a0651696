import { FretworkError, type Recipe, type RecipeStep } from '@fretwork/format';
import { findTarget, pruneModel, shrinkModel, type Allocation, type PruneReport, type PruneRequest, type PruneTarget } from '@fretwork/pruner';
import { numberOption, usage } from '../arguments.js';
import type { Arguments, Command, OptionRow, Terminal } from '../contract.js';
import { EXIT } from '../contract.js';
import { readFile, sha256 } from '../files.js';
import { checkModelPath, EXTERNAL_DATA_OPTION, readModelFile, writeModelFile, type ModelFile } from '../model-file.js';
import { grouped, percent, plain, printTable } from '../print-table.js';
import { SCHEME_OPTIONS, schemeOption, schemeText } from '../scheme-option.js';
import { checkpointFile } from '../training/checkpoint-file.js';
import { loadTrainingData, TRAINING_DATA_OPTIONS, type PreparedSamples } from '../training/data.js';
import { EXTRA_OPTIONS, joined, loadExtra } from '../training/extra.js';
import { engine } from '../training/engine.js';
import { interruptible, RESUME } from '../training/interruption.js';
import { answers, judge } from '../training/make-trainer.js';
import { METHOD_SETTINGS, methodSettings, PRUNE_METHODS, type MethodSettings, type PruneMethod } from '../training/method-settings.js';
import { parsePlan } from '../training/plan-file.js';
import { prune as pruneBy, type PruneOutcome, type PruneRun } from '../training/prune-run.js';
import { writeRecipe } from '../training/recipe-file.js';
import { SETTING_OPTIONS, settingsOf } from '../training/settings.js';
import { sortedJson } from '../training/sorted-json.js';
import { structural, TARGET_OPTION, targetOption, type ModelTarget } from '../training/target-option.js';
import { VERSION } from '../version.js';

const TEACHER_OPTION: OptionRow = {
  name: 'teacher', value: 'MODEL',
  says: 'The model that --set distillation compares with, where MODEL was pruned before: the dense one it came from. Default: MODEL.',
};

const ALLOCATIONS: readonly Allocation[] = ['balanced', 'equal', 'global'];

export const prune: Command = {
  name: 'prune',
  says: 'Cuts weights out of every layer that a scheme fits, in one shot or while it trains, and writes the sparse model.',
  operands: ['MODEL'],
  options: [
    ...SCHEME_OPTIONS,
    TARGET_OPTION,
    { name: 'skip', value: 'NAME', many: true, says: 'Leave this layer alone; * stands for anything.' },
    { name: 'skip-first', says: 'Leave the first convolution alone, which bears pruning worst.' },
    { name: 'plan', value: 'PLAN.json', says: 'Take schemes per layer from a mapping plan instead of --scheme, --block and --rate.' },
    { name: 'allocation', value: 'HOW', says: `How blocks share the rate: ${ALLOCATIONS.join(', ')}. Default: ${ALLOCATIONS[0]}.` },
    { name: 'method', value: 'NAME', says: `How weights are chosen: ${PRUNE_METHODS.join(', ')}. Default: ${PRUNE_METHODS[0]}, in one shot; all others need --data.` },
    { name: 'set', value: 'NAME=VALUE', many: true, says: 'A setting of the method, see below.' },
    TEACHER_OPTION,
    { name: 'shrink', says: 'Take filters and channels that are gone out for good, and what belongs to them in other layers.' },
    { name: 'output', short: 'o', value: 'OUT', says: 'Where to write the model: .bcr, or .onnx with zeros in place of the cut weights.' },
    ...TRAINING_DATA_OPTIONS,
    ...EXTRA_OPTIONS,
    ...SETTING_OPTIONS,
    { name: 'evaluate-every', value: 'N', says: 'Epochs between two evaluations while training; 0: at the end alone. Default: 1.' },
    EXTERNAL_DATA_OPTION,
    { name: 'json', says: 'Print the report as JSON.' },
  ],
  examples: [
    'fretwork prune resnet20.onnx --scheme bcr --block 8x32 --rate 4 --skip conv1 -o resnet20.bcr',
    'fretwork prune GRU_L.onnx --data kws --method calibrated --scheme bcr --block 4x16 --rate 4 -o gru.bcr',
    'fretwork prune GRU_L.onnx --data kws --method admm --set epochs-per-stage=5 --set epochs=10 --rate 10 -o gru.bcr',
    'fretwork prune gru.bcr --teacher GRU_L.onnx --data kws --method calibrated --set epochs=20 --set distillation=0.9 --rate 20 -o gru20.bcr',
  ],
  notes: [
    'Settings (--set NAME=VALUE)',
    ...METHOD_SETTINGS.map(({ name, value, methods, says }) => `  ${name}=${value}${methods === undefined ? '' : ` (${methods.join(', ')})`}: ${says}`),
    '',
    'Training runs on onnxruntime-node, which you install beside fretwork. Ctrl-C stops it after the step at hand; --resume goes on from the last checkpoint.',
  ],
  run: async (args, terminal) => {
    const output = args.text('output');
    const method = oneOf(args, 'method', PRUNE_METHODS);
    const given = methodSettings(args, method);
    const target = targetOption(args);
    const request = await requestOf(args, target, method);
    if (output === undefined) throw usage('output', 'prune needs -o OUT', 'prune');
    checkModelPath(output);
    const file = await readModelFile(args.positionals[0]!, { externalData: args.flag('external-data') });
    const { options: projection, ...asked } = request;
    const options = {
      method, ...projection, ...asked, ...(Object.keys(given).length > 0 && { with: given }), ...(target !== undefined && { modelTarget: target }),
      ...(args.flag('shrink') && { shrink: true }),
    };
    const trains = method !== 'magnitude' || (given.retrainEpochs ?? 0) > 0 || target?.kind === 'max-drop';
    if (!trains && args.text('data') === undefined) return await oneShot(args, terminal, { file, request, target, output, options });
    return await withData(args, terminal, { file, request, target, output, options, method, given });
  },
};

interface Job {
  readonly file: ModelFile;
  readonly request: PruneRequest;
  readonly target: ModelTarget | undefined;
  readonly output: string;
  /** All that was asked for, for recipes. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** By magnitude alone: needs neither data nor engine. */
async function oneShot(args: Arguments, terminal: Terminal, { file, request, target, output, options }: Job): Promise<number> {
  const { pruned } = target === undefined ? { pruned: pruneModel(file.model, request) } : await findTarget(file.model, request, structural(target)!);
  const written = await write(args, { file, request, output, options, seed: 0, hashes: [] }, pruned);
  terminal.out(args.flag('json')
    ? `${JSON.stringify({ input: args.positionals[0], output, inputBytes: file.bytes.length, outputBytes: written, ...pruned.report }, undefined, 2)}\n`
    : describeReport(args, pruned.report, file.bytes.length, written, output));
  return EXIT.ok;
}

/** With samples: to calibrate, to train, to judge by. */
async function withData(args: Arguments, terminal: Terminal, job: Job & { readonly method: PruneMethod; readonly given: MethodSettings }): Promise<number> {
  const { file, target, output, options, method, given } = job;
  const started = performance.now();
  const settings = settingsOf(args);
  const runner = await engine({ threads: settings.threads });
  const teacher = args.text('teacher') === undefined ? undefined : await readModelFile(args.text('teacher')!);
  const labelled = await loadTrainingData(args, file.model);
  const extra = await loadExtra(args, file.model, (samples) => answers(teacher?.model ?? file.model, samples, runner.sessions, settings.batch));
  const data = extra === undefined ? labelled : { ...labelled, train: joined(labelled.train, extra) };
  if (target?.kind === 'max-drop' && data.holdout === undefined) throw usage('target', 'max-drop needs --holdout N: samples to choose the rate by, since the test samples must not', 'prune');
  const inputs = {
    model: sha256(file.bytes), train: data.train.hash, test: data.test.hash,
    ...(teacher !== undefined && { teacher: sha256(teacher.bytes) }), ...(extra !== undefined && { extra: extra.hash }),
  };
  const checkpoint = checkpointFile(args.text('checkpoint') ?? `${output}.checkpoint`, { ...options, settings, inputs, engine: runner.version });
  const outcome = await interruptible(RESUME, async (signal): Promise<PruneOutcome & { readonly asked?: number }> => {
    const rate = job.request.scheme === undefined || !('rate' in job.request.scheme) || args.text('rate') === undefined ? undefined : job.request.scheme.rate;
    const run: PruneRun = {
      method, with: given, settings, data, engine: runner, terminal, signal, ...(teacher !== undefined && { teacher: teacher.model }), ...(rate !== undefined && { rate }),
      evaluateEvery: numberOption(args, 'evaluate-every', { least: 0, most: 1e6, whole: true }) ?? 1,
      ...(target?.kind === 'max-drop' ? {} : { onCheckpoint: checkpoint.write, ...(args.flag('resume') && { resume: await checkpoint.read() }) }),
    };
    return target === undefined ? await pruneBy(file.model, job.request, run) : await towards(target, job, run);
  });
  const written = await write(args, { ...job, seed: settings.seed, hashes: [['train', inputs.train]] }, outcome);
  await checkpoint.remove();
  const { report, before, after, taught, heldOut, epochs } = outcome;
  const facts = { rate: report.pruned.rate, totalRate: report.total.rate, before, after, ...(taught !== undefined && { teacher: taught }), ...(heldOut !== undefined && { heldOut }), epochs };
  const seconds = (performance.now() - started) / 1000;
  const recipe = args.text('recipe') ?? `${output}.recipe.json`;
  await writeRecipe(recipe, args, runner, { settings: { ...options, ...settings }, inputs, output, seconds, facts });
  terminal.out(args.flag('json')
    ? `${JSON.stringify({ input: args.positionals[0], output, recipe, inputBytes: file.bytes.length, outputBytes: written, seconds, ...facts, ...report }, undefined, 2)}\n`
    : describeReport(args, report, file.bytes.length, written, output) + describeAccuracy(outcome));
  return EXIT.ok;
}

/** The rate that meets the target, and the model at it. For `max-drop` every candidate goes through the whole method. */
async function towards(target: ModelTarget, { file: { model }, request }: Job, run: PruneRun): Promise<PruneOutcome> {
  const { terminal, signal } = run;
  const wanted = structural(target);
  const onTrial = ({ rate, value, holds }: { readonly rate: number; readonly value: number; readonly holds: boolean }): void =>
    terminal.err(`rate ${rate.toFixed(2)}: ${target.kind} ${value.toPrecision(4)}, ${holds ? 'holds' : 'does not hold'}\n`);
  const at = (found: PruneRequest): PruneRun => ({ ...run, ...(found.scheme !== undefined && 'rate' in found.scheme && { rate: found.scheme.rate }) });
  if (wanted !== undefined) {
    const found = await findTarget(model, request, wanted, { signal, onTrial });
    return await pruneBy(model, found.request, at(found.request));
  }
  const outcomes = new Map<unknown, PruneOutcome>();
  const held = (samples: PreparedSamples): Promise<number> => judge(model, samples, run.engine.sessions, run.settings.batch).then(({ accuracy }) => accuracy);
  const found = await findTarget(model, request, {
    maxDrop: target.value, evaluate: (candidate) => outcomes.get(candidate)?.heldOut?.after.accuracy ?? held(run.data.holdout!),
  }, {
    signal, onTrial, tolerance: 0.1, highest: 64,
    prune: async (_, asked) => {
      const outcome = await pruneBy(model, asked, at(asked));
      outcomes.set(outcome.model, outcome);
      return outcome;
    },
  });
  return outcomes.get(found.pruned.model)!;
}

interface Writing {
  readonly file: ModelFile;
  readonly request: PruneRequest;
  readonly output: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly hashes: Recipe['hashes'];
}

/** Bytes written. Throws `prune.nothing`. */
async function write(args: Arguments, { file: { model, bytes }, request, output, options, seed, hashes }: Writing, { model: pruned, report }: { readonly model: ModelFile['model']; readonly report: PruneReport }): Promise<number> {
  if (report.layers.every((layer) => layer.scheme.kind === 'dense')) {
    throw new FretworkError('prune.nothing', 'no layer was pruned', {
      expected: 'a layer that the scheme fits',
      actual: report.layers.map((l) => `${l.layer}: ${l.reason}`).slice(0, 3).join('; ') || 'no layer with weights',
      hint: 'choose another scheme, or fewer --skip',
    });
  }
  const step: RecipeStep = { tool: 'fretwork prune', version: VERSION, seed, options: sortedJson(options) };
  const recipe: Recipe = { steps: [...(model.recipe?.steps ?? []), step], hashes: [...(model.recipe?.hashes ?? [['model', sha256(bytes)] as const]), ...hashes] };
  const smaller = args.flag('shrink') ? shrinkModel(pruned).model : pruned;
  return await writeModelFile(output, { ...smaller, recipe, ...(request.plan === undefined ? {} : { plan: request.plan }) });
}

async function requestOf(args: Arguments, target: ModelTarget | undefined, method: PruneMethod): Promise<PruneRequest> {
  return {
    ...await targetOf(args, target, method), skip: args.texts('skip'), skipFirst: args.flag('skip-first'),
    options: { allocation: oneOf(args, 'allocation', ALLOCATIONS) },
  };
}

async function targetOf(args: Arguments, target: ModelTarget | undefined, method: PruneMethod): Promise<PruneTarget> {
  const path = args.text('plan');
  // Where the rate is found or falls out, the scheme is asked for without one.
  if (path === undefined) return { scheme: schemeOption(args, target !== undefined || method === 'reweighted' ? 2 : undefined) };
  const also = ['scheme', 'block', 'rate', 'row-share'].find((name) => args.text(name) !== undefined);
  if (also !== undefined) throw usage('plan', `--plan brings its own schemes: leave --${also} out`, 'prune');
  return { plan: parsePlan(new TextDecoder().decode(await readFile(path)), path) };
}

function oneOf<T extends string>(args: Arguments, name: string, known: readonly T[]): T {
  const text = args.text(name) ?? known[0]!;
  const found = known.find((k) => k === text);
  if (found === undefined) throw usage(name, `there is no ${name} ${JSON.stringify(text)}; known: ${known.join(', ')}`, 'prune');
  return found;
}

function describeReport(args: Arguments, report: PruneReport, before: number, after: number, output: string): string {
  const rows = report.layers.map((l) => [
    plain(l.layer), schemeText(l.scheme), grouped(l.weights), grouped(l.kept), percent(l.energy), grouped(l.bytesBefore), grouped(l.bytesAfter), plain(l.reason, 60),
  ]);
  return `${printTable(['layer', 'scheme', 'weights', 'kept', 'energy', 'bytes', 'bytes after', 'why'], rows)}`
    + `${args.positionals[0]} (${grouped(before)} bytes) → ${output} (${grouped(after)} bytes, ${percent(after / before)})\n`;
}

function describeAccuracy({ before, after, taught, heldOut, report }: PruneOutcome): string {
  const line = (what: string, from: number, to: number): string => `${what}: ${percent(from)} → ${percent(to)} at rate ${report.pruned.rate.toFixed(2)}\n`;
  return line('accuracy on test samples', before.accuracy, after.accuracy)
    + (taught === undefined ? '' : `accuracy of the teacher: ${percent(taught.accuracy)}\n`)
    + (heldOut === undefined ? '' : line('on samples held out', heldOut.before.accuracy, heldOut.after.accuracy));
}
