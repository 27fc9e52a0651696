import type { Model, Recipe } from '@fretwork/format';
import { numberOption, usage } from '../arguments.js';
import type { Arguments, Command, Terminal } from '../contract.js';
import { EXIT } from '../contract.js';
import { sha256 } from '../files.js';
import { checkModelPath, EXTERNAL_DATA_OPTION, readModelFile, writeModelFile } from '../model-file.js';
import { percent } from '../print-table.js';
import { ARCHITECTURE_NOTES, ARCHITECTURE_OPTIONS, architecture } from '../training/architecture.js';
import { checkpointFile } from '../training/checkpoint-file.js';
import { loadTrainingData, TRAINING_DATA_OPTIONS } from '../training/data.js';
import { engine } from '../training/engine.js';
import { interruptible, RESUME } from '../training/interruption.js';
import { judge, makeTrainer } from '../training/make-trainer.js';
import { writeRecipe } from '../training/recipe-file.js';
import { SETTING_OPTIONS, settingsOf, type Settings } from '../training/settings.js';
import { sortedJson } from '../training/sorted-json.js';
import { RATES, scheduleOf, trainEpochs, type EpochPlan } from '../training/train-run.js';
import { VERSION } from '../version.js';

export const train: Command = {
  name: 'train',
  says: 'Trains a classifier, from a file or from random weights, and writes it.',
  operands: ['[MODEL]'],
  options: [
    ...ARCHITECTURE_OPTIONS,
    { name: 'epochs', value: 'N', says: 'Times that training goes through all samples. Default: 10.' },
    { name: 'course', value: 'HOW', says: `How the learning rate goes: ${RATES.join(', ')}. Default: ${RATES[0]}, down to 0.` },
    { name: 'warm-up', value: 'N', says: 'Epochs in which the rate rises first. Default: 0.' },
    { name: 'teacher', value: 'MODEL', says: 'A model to learn from, too.' },
    { name: 'distillation', value: 'SHARE', says: 'Share of the loss that compares with the teacher, 0 to 1. Default: 0.9 with --teacher, else 0.' },
    { name: 'output', short: 'o', value: 'OUT', says: 'Where to write the model: .onnx or .bcr.' },
    ...TRAINING_DATA_OPTIONS,
    ...SETTING_OPTIONS,
    { name: 'evaluate-every', value: 'N', says: 'Epochs between two evaluations; 0: at the end alone. Default: 1.' },
    EXTERNAL_DATA_OPTION,
    { name: 'json', says: 'Print { before, after, seconds, … } as JSON.' },
  ],
  examples: [
    'fretwork train --arch vgg-small --data fashion-mnist --scale 1/255 --augment flip --epochs 8 -o vgg.onnx',
    'fretwork train GRU_L.onnx --data kws --learning-rate 1e-4 --epochs 5 -o tuned.onnx',
  ],
  notes: [
    ...ARCHITECTURE_NOTES, '',
    'Training runs on onnxruntime-node, which you install beside fretwork. Ctrl-C stops it after the step at hand; --resume goes on from the last checkpoint.',
  ],
  run: async (args, terminal) => {
    const output = args.text('output');
    if (output === undefined) throw usage('output', 'train needs -o OUT', 'train');
    checkModelPath(output);
    const started = performance.now();
    const settings = settingsOf(args);
    const plan = planOf(args);
    const { model, hash } = await modelOf(args, settings);
    const runner = await engine({ threads: settings.threads });
    const data = await loadTrainingData(args, model);
    const teacher = args.text('teacher') === undefined ? undefined : await readModelFile(args.text('teacher')!);
    const distillation = numberOption(args, 'distillation', { least: 0, most: 1 }) ?? (teacher === undefined ? 0 : 0.9);
    const inputs = { ...hash, train: data.train.hash, test: data.test.hash, ...(teacher !== undefined && { teacher: sha256(teacher.bytes) }) };
    const options = { ...plan, distillation, ...(args.text('arch') !== undefined && { arch: args.text('arch'), option: args.texts('option') }) };
    const checkpoint = checkpointFile(args.text('checkpoint') ?? `${output}.checkpoint`, { ...options, settings, inputs, engine: runner.version });
    const before = await judge(model, data.test, runner.sessions, settings.batch);
    const trainer = makeTrainer(model, { data, settings, engine: runner, command: 'train', ...(teacher !== undefined && { teacher: teacher.model }), rate: (step) => schedule(step) });
    const schedule = scheduleOf(plan, settings.learningRate, trainer.stepsPerEpoch);
    try {
      await interruptible(RESUME, async (signal) => {
        const found = args.flag('resume') ? await checkpoint.read() : undefined;
        if (found !== undefined) await trainer.restore(found.subarray(4));
        await trainEpochs(trainer, {
          epochs: plan.epochs, done: found === undefined ? 0 : new DataView(found.buffer, found.byteOffset).getUint32(0, true),
          evaluateEvery: numberOption(args, 'evaluate-every', { least: 0, most: 1e6, whole: true }) ?? 1,
          distillation, signal, terminal, onCheckpoint: (done, bytes) => checkpoint.write(counted(done, bytes)),
        });
      });
      const trained = trainer.model();
      const step = { tool: 'fretwork train', version: VERSION, seed: settings.seed, options: sortedJson({ ...options, ...settings }) };
      const recipe: Recipe = { steps: [...(model.recipe?.steps ?? []), step], hashes: [...(model.recipe?.hashes ?? []), ...Object.entries(inputs)] };
      const after = await judge(trained, data.test, runner.sessions, settings.batch);
      const heldOut = data.holdout === undefined ? {} : { heldOut: { after: await judge(trained, data.holdout, runner.sessions, settings.batch) } };
      const bytes = await writeModelFile(output, { ...trained, recipe });
      await checkpoint.remove();
      const seconds = (performance.now() - started) / 1000;
      const facts = { before, after, ...heldOut, epochs: plan.epochs };
      const path = args.text('recipe') ?? `${output}.recipe.json`;
      await writeRecipe(path, args, runner, { settings: { ...options, ...settings }, inputs, output, seconds, facts });
      report(args, terminal, { output, recipe: path, bytes, seconds, ...facts });
    } finally {
      await trainer.dispose();
    }
    return EXIT.ok;
  },
};

/** Epochs done (u32 little-endian), then the trainer's own. */
function counted(done: number, bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(4 + bytes.length);
  new DataView(all.buffer).setUint32(0, done, true);
  all.set(bytes, 4);
  return all;
}

function planOf(args: Arguments): EpochPlan {
  const course = RATES.find((one) => one === (args.text('course') ?? RATES[0]));
  if (course === undefined) throw usage('course', `there is no course ${JSON.stringify(args.text('course'))}; known: ${RATES.join(', ')}`, 'train');
  const epochs = numberOption(args, 'epochs', { least: 1, most: 1e6, whole: true }) ?? 10;
  return { epochs, course, warmUp: numberOption(args, 'warm-up', { least: 0, most: epochs - 1, whole: true }) ?? 0 };
}

async function modelOf(args: Arguments, { seed }: Settings): Promise<{ readonly model: Model; readonly hash: Readonly<Record<string, string>> }> {
  const [path] = args.positionals;
  const arch = args.text('arch');
  if ((path === undefined) === (arch === undefined)) throw usage('operand', 'train needs either MODEL or --arch', 'train');
  if (arch !== undefined) return { model: architecture(args, arch, seed), hash: {} };
  if (args.texts('option').length > 0) throw usage('option', '--option belongs to --arch', 'train');
  const { model, bytes } = await readModelFile(path!, { externalData: args.flag('external-data') });
  return { model, hash: { model: sha256(bytes) } };
}

function report(args: Arguments, terminal: Terminal, result: {
  readonly output: string; readonly recipe: string; readonly bytes: number; readonly seconds: number;
  readonly before: { readonly accuracy: number }; readonly after: { readonly accuracy: number };
}): void {
  const { output, recipe, before, after } = result;
  terminal.out(args.flag('json') ? `${JSON.stringify(result, undefined, 2)}\n`
    : `accuracy on test samples: ${percent(before.accuracy)} → ${percent(after.accuracy)}; written to ${output}, recipe in ${recipe}\n`);
}
