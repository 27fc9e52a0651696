import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usage } from '../arguments.js';
import { loadConfig } from '../compress/load-config.js';
import { openFolder, type Folder } from '../compress/folder.js';
import { COMPRESS_OPTIONS, requestOf, withConfig } from '../compress/request.js';
import { runStages } from '../compress/run-stages.js';
import { BEFORE_TRAINING, STAGES } from '../compress/stages.js';
import { planText, reportText } from '../compress/tables.js';
import type { CompressReport } from '../compress/report/record.js';
import type { Arguments, Command, Terminal } from '../contract.js';
import { EXIT } from '../contract.js';
import { EXTERNAL_DATA_OPTION, readModelFile } from '../model-file.js';
import { engine } from '../training/engine.js';
import { interruptible } from '../training/interruption.js';
import { settingsOf } from '../training/settings.js';

export const compress: Command = {
  name: 'compress',
  says: 'From a model and a budget to a faster model: maps, prunes, trains, checks and measures it, and writes a report.',
  operands: ['MODEL'],
  options: [
    ...COMPRESS_OPTIONS,
    { name: 'output', short: 'o', value: 'OUT', says: 'The folder to write to. A second call goes on where the first stopped.' },
    { name: 'dry-run', says: 'Print the plan and what it would gain, and stop before any training; needs no -o.' },
    EXTERNAL_DATA_OPTION,
    { name: 'json', says: 'Print the report as JSON, with --dry-run the plan.' },
  ],
  examples: [
    'fretwork compress GRU_L.onnx --data kws --max-drop 0.5 -o out',
    'fretwork compress resnet20.onnx --data cifar10 --scale 1/255 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 --max-drop 1 -o out',
    'fretwork compress model.onnx --data npy:X.npy,Y.npy --test npy:TX.npy,TY.npy --latency 3ms --dry-run',
  ],
  notes: [
    'OUT gets model.bcr, model.onnx (pruned), plan.json, recipe.json, report.json, report.html, and in stages/ what each stage left:',
    ...STAGES.map(({ name, says }) => `  ${name}: ${says}`),
    'Ctrl-C stops after the step at hand; the same command goes on. An edited plan.json is obeyed: run the command again.',
    'Exit code 1: --max-drop or --latency did not hold, on the test samples or in the measurement; the files are there all the same.',
    'fretwork.config.ts: export default defineConfig({ data, target, mapper, pruner, ignore, seed, training, maxDrop, latencyMs, rate }), see docs/compress.md.',
  ],
  run: async (args, terminal) => {
    const out = args.text('output');
    if (out !== undefined) return await run(args, terminal, out);
    if (!args.flag('dry-run')) throw usage('output', 'compress needs -o OUT, a folder', 'compress');
    const folder = await mkdtemp(join(tmpdir(), 'fretwork-compress-'));
    try {
      return await run(args, terminal, folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function run(args: Arguments, terminal: Terminal, out: string): Promise<number> {
  const found = await loadConfig(args.text('config'));
  if (found !== undefined) terminal.err(`configuration: ${found.path}\n`);
  const { model } = await readModelFile(args.positionals[0]!, { externalData: args.flag('external-data') });
  const runner = await engine({ threads: settingsOf(withConfig(args, found?.config ?? {})).threads });
  const request = await requestOf(args, found?.config ?? {}, model, runner, out);
  const folder = await openFolder(out);
  const dry = args.flag('dry-run');
  await interruptible('run the same command again: it goes on where it stopped', (signal) => runStages(dry ? BEFORE_TRAINING : STAGES, { request, folder, signal, terminal }));
  return dry ? await dryRun(args, terminal, folder) : await finished(args, terminal, folder);
}

async function dryRun(args: Arguments, terminal: Terminal, folder: Folder): Promise<number> {
  terminal.out(args.flag('json') ? `${JSON.stringify({ plan: await folder.json('plan.json'), rehearsal: await folder.json('stages/rehearsal.json') }, undefined, 2)}\n` : await planText(folder));
  return EXIT.ok;
}

async function finished(args: Arguments, terminal: Terminal, folder: Folder): Promise<number> {
  const report = await folder.json<CompressReport>('report.json');
  terminal.out(args.flag('json') ? `${JSON.stringify(report, undefined, 2)}\n` : `${reportText(report)}report: ${folder.path('report.html')}\n`);
  return report.verdicts.every(({ asked, held }) => held || !asked) ? EXIT.ok : EXIT.no;
}
