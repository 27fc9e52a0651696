import { join } from 'node:path';
import { compileModel, type Backend, type EmittedFiles, type ModelContext } from '@fretwork/compiler';
import { CPUS, emitSelfTest, neon, type Cpu, type NeonPlan } from '@fretwork/compiler-neon';
import { random } from '@fretwork/conformance';
import { dense, FretworkError, type DenseTensor } from '@fretwork/format';
import { createInterpreter, evaluateLayer } from '@fretwork/reference';
import { numberOption, usage } from '../arguments.js';
import type { Arguments, Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { makeFolder, writeFile } from '../files.js';
import { openShapes, SHAPE_OPTION } from '../input-shapes.js';
import { readModelFile } from '../model-file.js';
import { grouped, plain, printTable } from '../print-table.js';

/** One row per code generator. */
interface Target {
  readonly name: string;
  readonly says: string;
  readonly backend: (args: Arguments) => Backend<NeonPlan>;
  /** Files beside the code: stored inputs and the outputs that they must give. */
  readonly test: (plan: NeonPlan, context: ModelContext, inputs: Stored, outputs: Stored) => EmittedFiles;
}

type Stored = Readonly<Record<string, DenseTensor>>;

const TARGETS: readonly Target[] = [
  { name: 'neon', says: 'C11 with NEON intrinsics, for 64-bit ARM cores', backend: neonBackend, test: (plan, context, inputs, outputs) => emitSelfTest(plan, context, [{ inputs, outputs }]) },
];

export const compile: Command = {
  name: 'compile',
  says: 'Makes a self-contained C project of a model, its weights kept sparse, with a self-test that holds the reference\'s answer.',
  operands: ['MODEL'],
  options: [
    { name: 'target', value: 'NAME', says: `${TARGETS.map(({ name, says }) => `${name}: ${says}`).join('; ')}.` },
    { name: 'out', short: 'o', value: 'DIR', says: 'Where the files go; made where it is not there.' },
    { name: 'cpu', value: 'CPU', says: `neon: ${Object.keys(CPUS).join(', ')}. Default: generic.` },
    { name: 'type', value: 'TYPE', says: 'Type of weights and activations: f32.' },
    { name: 'threads', value: 'N', says: 'Threads that a run takes, 1 to 64; work is shared out when the code is made. Default: 1.' },
    { name: 'weights', value: 'HOW', says: 'array: compiled in; file: a .bin beside the code. Default: array up to four million words.' },
    { name: 'prefix', value: 'NAME', says: 'First word of all public C names. Default: model.' },
    SHAPE_OPTION,
    { name: 'seed', value: 'N', says: 'Of the inputs of the self-test. Default: 1.' },
    { name: 'json', says: 'Print { plan, files: [{ name, bytes }] } as JSON.' },
  ],
  examples: ['fretwork compile pruned.bcr --target neon -o out', 'fretwork compile model.onnx --target neon --cpu a76 --weights file -o out'],
  notes: [
    'Build what was made with cmake, or with: cc -O2 *.c -lm (with --threads: -lm -pthread; -DMODEL_NO_THREADS leaves all work to the caller).',
    'Exits with 1 where a layer cannot be compiled, and says why for each.',
  ],
  run: async (args, terminal) => {
    const target = TARGETS.find(({ name }) => name === args.text('target'));
    if (target === undefined) throw usage('target', `--target is one of ${TARGETS.map(({ name }) => name).join(', ')}`, 'compile');
    const out = args.text('out');
    if (out === undefined) throw usage('out', 'say where the files go: -o DIR', 'compile');
    const seed = numberOption(args, 'seed', { least: 0, most: 2 ** 32 - 1, whole: true }) ?? 1;
    const threads = numberOption(args, 'threads', { least: 1, most: 64, whole: true });
    const backend = target.backend(args);
    const { model: given } = await readModelFile(args.positionals[0]!);
    const compiled = compileModel(given, [backend], {
      inputShapes: openShapes(given, args.texts('shape'), 'compile'), evaluate: evaluateLayer, ...(threads === undefined ? {} : { threads }),
    });
    if (!compiled.ok) {
      terminal.err(`${given.name === '' ? 'This model' : plain(given.name)} cannot be compiled for ${target.name}:\n`);
      for (const { layer, reason, hint } of compiled.refusals) terminal.err(`  ${layer === '' ? '' : `layer ${plain(layer)}: `}${plain(reason, 200)}\n    → ${hint}\n`);
      return EXIT.no;
    }
    const { plan, model } = compiled;
    const inputs = draw(compiled, seed);
    const files = new Map([...compiled.files, ...target.test(plan, compiled, inputs, createInterpreter(model).run(inputs))]);
    await makeFolder(out);
    for (const [name, content] of files) await writeFile(join(out, name), content);
    const list = [...files].map(([name, content]) => ({ name, bytes: typeof content === 'string' ? new TextEncoder().encode(content).length : content.length }));
    if (args.flag('json')) {
      terminal.out(`${JSON.stringify({ plan, files: list }, undefined, 2)}\n`);
      return EXIT.ok;
    }
    const layers = plan.layers.filter(({ kernel }) => kernel !== 'view');
    terminal.out(printTable(['layer', 'operator', 'kernel', 'why'], layers.map((layer) => [plain(layer.layer, 32), layer.operator, layer.kernel, layer.reason])));
    terminal.out(`\n${printTable(['file', 'bytes'], list.map(({ name, bytes }) => [name, grouped(bytes)]))}`);
    terminal.out(`\n${out}: for ${plan.target}; ${grouped(plan.memory.peakBytes)} bytes of scratch memory\n`);
    return EXIT.ok;
  },
};

function neonBackend(args: Arguments): Backend<NeonPlan> {
  const cpu = args.text('cpu') ?? 'generic';
  if (!Object.hasOwn(CPUS, cpu)) throw usage('cpu', `--cpu is one of ${Object.keys(CPUS).join(', ')}, not ${JSON.stringify(cpu)}`, 'compile');
  const type = args.text('type') ?? 'f32';
  if (type !== 'f32') throw usage('type', `--type is f32, not ${JSON.stringify(type)}`, 'compile');
  const weights = args.text('weights');
  if (weights !== undefined && weights !== 'array' && weights !== 'file') throw usage('weights', `--weights is array or file, not ${JSON.stringify(weights)}`, 'compile');
  const prefix = args.text('prefix');
  return neon({ cpu: cpu as Cpu, type, ...(weights === undefined ? {} : { weights }), ...(prefix === undefined ? {} : { prefix }) });
}

/** Inputs for the self-test. Throws `compile.shape` where a size is not known. */
function draw({ model, shapes }: ModelContext, seed: number): Stored {
  const { next } = random(seed);
  return Object.fromEntries(model.inputs.map(({ name }) => {
    const shape = shapes.values.get(name)?.shape;
    if (shape === undefined || !shape.every((size) => typeof size === 'number')) throw new FretworkError('compile.shape', 'the shape of an input is not known', { tensor: name, hint: 'give it with --shape' });
    return [name, dense('f32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * next() - 1))];
  }));
}
