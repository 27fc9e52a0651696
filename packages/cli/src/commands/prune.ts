import { FretworkError, type MappingPlan, type Recipe, type RecipeStep, type Scheme } from '@fretwork/format';
import { pruneModel, type Allocation, type PruneReport, type PruneTarget } from '@fretwork/pruner';
import { usage } from '../arguments.js';
import type { Arguments, Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { readFile, sha256 } from '../files.js';
import { checkModelPath, EXTERNAL_DATA_OPTION, readModelFile, writeModelFile } from '../model-file.js';
import { grouped, percent, plain, printTable } from '../print-table.js';
import { SCHEME_OPTIONS, schemeOption, schemeText } from '../scheme-option.js';
import { VERSION } from '../version.js';

const METHODS = ['magnitude'];
const ALLOCATIONS: readonly Allocation[] = ['balanced', 'equal', 'global'];

export const prune: Command = {
  name: 'prune',
  says: 'Cuts weights out of every layer that a scheme fits, and writes the sparse model.',
  operands: ['MODEL'],
  options: [
    ...SCHEME_OPTIONS,
    { name: 'skip', value: 'NAME', many: true, says: 'Leave this layer alone; * stands for anything.' },
    { name: 'skip-first', says: 'Leave the first convolution alone, which bears pruning worst.' },
    { name: 'plan', value: 'PLAN.json', says: 'Take schemes per layer from a mapping plan instead of --scheme, --block and --rate.' },
    { name: 'allocation', value: 'HOW', says: `How blocks share the rate: ${ALLOCATIONS.join(', ')}. Default: ${ALLOCATIONS[0]}.` },
    { name: 'method', value: 'NAME', says: `How weights are chosen: ${METHODS.join(', ')} (one shot, no training). Default: ${METHODS[0]}.` },
    { name: 'output', short: 'o', value: 'OUT', says: 'Where to write the model: .bcr, or .onnx with zeros in place of the cut weights.' },
    EXTERNAL_DATA_OPTION,
    { name: 'json', says: 'Print the report as JSON.' },
  ],
  examples: ['fretwork prune resnet20.onnx --scheme bcr --block 8x32 --rate 4 --skip conv1 -o resnet20.bcr'],
  run: async (args, terminal) => {
    const target = await targetOf(args);
    const output = args.text('output');
    if (output === undefined) throw usage('output', 'prune needs -o OUT', 'prune');
    checkModelPath(output);
    const method = oneOf(args, 'method', METHODS);
    const allocation = oneOf(args, 'allocation', ALLOCATIONS);
    const skip = args.texts('skip');
    const skipFirst = args.flag('skip-first');
    const { model, bytes } = await readModelFile(args.positionals[0]!, { externalData: args.flag('external-data') });
    const { model: pruned, report } = pruneModel(model, { ...target, skip, skipFirst, options: { allocation } });
    if (report.layers.every((layer) => layer.scheme.kind === 'dense')) {
      throw new FretworkError('prune.nothing', 'no layer was pruned', {
        expected: 'a layer that the scheme fits',
        actual: report.layers.map((l) => `${l.layer}: ${l.reason}`).slice(0, 3).join('; ') || 'no layer with weights',
        hint: 'choose another scheme, or fewer --skip',
      });
    }
    const options = sortedJson({ method, allocation, ...target, skip, skipFirst });
    const recipe = recipeOf(model.recipe, { tool: 'fretwork prune', version: VERSION, seed: 0, options }, sha256(bytes));
    const written = await writeModelFile(output, { ...pruned, recipe, ...(target.plan === undefined ? {} : { plan: target.plan }) });
    terminal.out(args.flag('json')
      ? `${JSON.stringify({ input: args.positionals[0], output, inputBytes: bytes.length, outputBytes: written, ...report }, undefined, 2)}\n`
      : describeReport(args, report, bytes.length, written, output));
    return EXIT.ok;
  },
};

async function targetOf(args: Arguments): Promise<PruneTarget> {
  const path = args.text('plan');
  if (path === undefined) return { scheme: schemeOption(args) };
  const also = ['scheme', 'block', 'rate', 'row-share'].find((name) => args.text(name) !== undefined);
  if (also !== undefined) throw usage('plan', `--plan brings its own schemes: leave --${also} out`, 'prune');
  return { plan: parsePlan(new TextDecoder().decode(await readFile(path)), path) };
}

/** The outline alone: schemes and layer names are judged by the pruner, against the model. */
function parsePlan(text: string, path: string): MappingPlan {
  let plan: Partial<MappingPlan> | null;
  try {
    plan = JSON.parse(text) as Partial<MappingPlan> | null;
  } catch (error) {
    throw new FretworkError('plan.json', `${path}: this is no JSON: ${(error as Error).message}`, { hint: 'a plan is { "entries": [{ "layer", "scheme", "reason" }] }' });
  }
  const entries = plan?.entries;
  const good = Array.isArray(entries) && entries.every((e: { layer?: unknown; scheme?: Partial<Scheme> } | null) => typeof e?.layer === 'string' && typeof e.scheme?.kind === 'string');
  if (!good) throw new FretworkError('plan.entries', `${path}: this is no mapping plan`, { expected: '{ "entries": [{ "layer": "conv1", "scheme": { "kind": "bcr", … } }] }', hint: 'compare it with the plan that --json prints' });
  return {
    target: plan?.target ?? '', mapper: plan?.mapper ?? 'by hand',
    entries: entries.map((e) => ({ ...e, reason: e.reason ?? '' })),
  };
}

function oneOf<T extends string>(args: Arguments, name: string, known: readonly T[]): T {
  const text = args.text(name) ?? known[0]!;
  const found = known.find((k) => k === text);
  if (found === undefined) throw usage(name, `there is no ${name} ${JSON.stringify(text)}; known: ${known.join(', ')}`, 'prune');
  return found;
}

/** Keys sorted at every depth: the same options give the same recipe, byte for byte. */
const sortedJson = (value: unknown): string => JSON.stringify(value, (_, v: unknown) =>
  (typeof v === 'object' && v !== null && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v));

const recipeOf = (before: Recipe | undefined, step: RecipeStep, hash: string): Recipe =>
  ({ steps: [...(before?.steps ?? []), step], hashes: before?.hashes ?? [['model', hash]] });

function describeReport(args: Arguments, report: PruneReport, before: number, after: number, output: string): string {
  const rows = report.layers.map((l) => [
    plain(l.layer), schemeText(l.scheme), grouped(l.weights), grouped(l.kept), percent(l.energy), grouped(l.bytesBefore), grouped(l.bytesAfter), plain(l.reason, 60),
  ]);
  return `${printTable(['layer', 'scheme', 'weights', 'kept', 'energy', 'bytes', 'bytes after', 'why'], rows)}`
    + `${args.positionals[0]} (${grouped(before)} bytes) → ${output} (${grouped(after)} bytes, ${percent(after / before)})\n`;
}
