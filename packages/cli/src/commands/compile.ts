import { join } from 'node:path';
import { NEON_COSTS, randomWeights } from '@fretwork/bench';
import { compileModel, type Backend, type BackendPlan, type EmittedFiles, type ModelContext, type TunedModel } from '@fretwork/compiler';
import { CPUS, emitSelfTest, neon, type Cpu, type NeonPlan } from '@fretwork/compiler-neon';
import { emitSelfTest as openclSelfTest } from '@fretwork/compiler-opencl';
import { random } from '@fretwork/conformance';
import { dense, FretworkError, type DenseTensor } from '@fretwork/format';
import { createInterpreter, evaluateLayer } from '@fretwork/reference';
import { numberOption, usage } from '../arguments.js';
import type { Arguments, Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { makeFolder, writeFile } from '../files.js';
import { openShapes, SHAPE_OPTION } from '../input-shapes.js';
import { readModelFile } from '../model-file.js';
import { tunedRows, tuneNeon, type TuneRequest } from '../neon-tuning.js';
import { openclBackend, tuneOpencl } from '../opencl-target.js';
import { grouped, plain, printTable } from '../print-table.js';

/** One row per code generator. */
interface Target {
  readonly name: string;
  readonly says: string;
  /** Options that other targets do not have. */
  readonly own: readonly string[];
  readonly open: (args: Arguments) => Opened;
}

/** A code generator with its options, whatever its plans are like. */
interface Opened {
  readonly backend: Backend;
  /** Files beside the code: stored inputs and the outputs that they must give. */
  readonly test: (plan: BackendPlan, context: ModelContext, inputs: Stored, outputs: Stored) => EmittedFiles;
  /** What `--tune` finds. */
  readonly tune: (context: ModelContext, request: Omit<TuneRequest, 'cost'>) => Promise<TunedModel>;
}

type Stored = Readonly<Record<string, DenseTensor>>;

/** A backend is handed no plan but its own: what it emits and tests is what it planned. */
const opened = <Plan extends BackendPlan>(backend: Backend<Plan>, selfTest: (plan: Plan, context: ModelContext, cases: readonly { readonly inputs: Stored; readonly outputs: Stored }[]) => EmittedFiles, tune: Opened['tune']): Opened =>
  ({ backend: backend as unknown as Backend, test: (plan, context, inputs, outputs) => selfTest(plan as Plan, context, [{ inputs, outputs }]), tune });

const TARGETS: readonly Target[] = [
  // Weights that are compiled in would be compiled at every trial.
  { name: 'neon', says: 'C11 with NEON intrinsics, for 64-bit ARM cores', own: ['cpu', 'threads', 'weights', 'tune-for'], open: (args) => opened(neonBackend(args), emitSelfTest, (context, request) => tuneNeon(context, neonBackend(args, 'file'), { ...request, cost: costOption(args) })) },
  { name: 'opencl', says: 'OpenCL 1.2 kernels with a C host, for mobile GPUs', own: ['path', 'platform', 'device'], open: (args) => opened(openclBackend(args), openclSelfTest, (context, request) => tuneOpencl(args, context, request)) },
];

export const compile: Command = {
  name: 'compile',
  says: 'Makes a self-contained C project of a model, its weights kept sparse, with a self-test that holds the reference\'s answer.',
  operands: ['MODEL'],
  options: [
    { name: 'target', value: 'NAME', says: `${TARGETS.map(({ name, says }) => `${name}: ${says}`).join('; ')}.` },
    { name: 'out', short: 'o', value: 'DIR', says: 'Where the files go; made where it is not there.' },
    { name: 'cpu', value: 'CPU', says: `neon: ${Object.keys(CPUS).join(', ')}. Default: generic.` },
    { name: 'type', value: 'TYPE', says: 'Type of weights and activations: f32; neon: also f16, and i8 (convolutions and products on bytes, the rest float32), for cores of armv8.2-a and later; opencl: also f16-storage (halves in memory, sums in float) and f16. Default: f32.' },
    { name: 'path', value: 'PATH', says: 'opencl: buffer, or image: products read activations as texels (Adreno). Default: buffer.' },
    { name: 'platform', value: 'N', says: 'opencl: where --tune measures, counted from 0. Default: 0.' },
    { name: 'device', value: 'N', says: 'opencl: of the platform. Default: 0.' },
    { name: 'threads', value: 'N', says: 'neon: threads that a run takes, 1 to 64; work is shared out when the code is made. Default: 1.' },
    { name: 'weights', value: 'HOW', says: 'neon: array, compiled in, or file, a .bin beside the code. Default: array up to four million words.' },
    { name: 'prefix', value: 'NAME', says: 'First word of all public C names. Default: model.' },
    { name: 'random-weights', says: 'Draw the weights, for topologies that come without.' },
    { name: 'tune', value: 'N', says: 'Try N ways of doing each layer and take the cheapest; neon: under an emulator, which needs clang-14 and qemu-aarch64; opencl: by time on the device, which needs koffi.' },
    { name: 'tune-for', value: 'COST', says: `neon: what is counted: ${NEON_COSTS.join(', ')}, cycles as llvm-mca models them, with misses of a modelled first cache or without. Default: ${NEON_COSTS[0]}.` },
    { name: 'tuning-log', value: 'FILE', says: 'What earlier tuning found: read where it is there, written with what was found.' },
    SHAPE_OPTION,
    { name: 'seed', value: 'N', says: 'Of the inputs of the self-test, and of tuning. Default: 1.' },
    { name: 'json', says: 'Print { plan, files: [{ name, bytes }] } as JSON, and tuned: what tuning found.' },
  ],
  examples: ['fretwork compile pruned.bcr --target neon -o out', 'fretwork compile model.onnx --target neon --cpu a76 --weights file -o out', 'fretwork compile pruned.bcr --target neon --cpu a76 --type f16 -o out', 'fretwork compile pruned.bcr --target opencl --type f16-storage -o out', 'fretwork compile pruned.bcr --target neon --tune 200 --tuning-log neon.log -o out'],
  notes: [
    'Build what was made with cmake, or with: cc -O2 *.c -lm; opencl: and -lOpenCL (neon with --threads: -lm -pthread; -DMODEL_NO_THREADS leaves all work to the caller).',
    'Exits with 1 where a layer cannot be compiled, and says why for each.',
  ],
  run: async (args, terminal) => {
    const target = TARGETS.find(({ name }) => name === args.text('target'));
    if (target === undefined) throw usage('target', `--target is one of ${TARGETS.map(({ name }) => name).join(', ')}`, 'compile');
    for (const other of TARGETS) {
      const stray = other === target ? undefined : other.own.find((name) => args.text(name) !== undefined);
      if (stray !== undefined) throw usage(stray, `--${stray} is for --target ${other.name}`, 'compile');
    }
    const out = args.text('out');
    if (out === undefined) throw usage('out', 'say where the files go: -o DIR', 'compile');
    const seed = numberOption(args, 'seed', { least: 0, most: 2 ** 32 - 1, whole: true }) ?? 1;
    const threads = numberOption(args, 'threads', { least: 1, most: 64, whole: true });
    const { backend, test, tune } = target.open(args);
    const { model: read } = await readModelFile(args.positionals[0]!);
    const given = args.flag('random-weights') ? randomWeights(read, seed) : read;
    const options = { inputShapes: openShapes(given, args.texts('shape'), 'compile'), evaluate: evaluateLayer, ...(threads === undefined ? {} : { threads }) };
    const untuned = compileModel(given, [backend], options);
    const tuned = untuned.ok ? await tuneFor(args, tune, untuned, seed, (text) => terminal.err(text)) : undefined;
    const compiled = tuned === undefined ? untuned : compileModel(given, [backend], { ...options, tunings: tuned.tunings });
    if (!compiled.ok) {
      terminal.err(`${given.name === '' ? 'This model' : plain(given.name)} cannot be compiled for ${target.name}:\n`);
      for (const { layer, reason, hint } of compiled.refusals) terminal.err(`  ${layer === '' ? '' : `layer ${plain(layer)}: `}${plain(reason, 200)}\n    → ${hint}\n`);
      return EXIT.no;
    }
    const { plan, model } = compiled;
    const inputs = draw(compiled, seed);
    const files = new Map([...compiled.files, ...test(plan, compiled, inputs, createInterpreter(model).run(inputs))]);
    await makeFolder(out);
    for (const [name, content] of files) await writeFile(join(out, name), content);
    const list = [...files].map(([name, content]) => ({ name, bytes: typeof content === 'string' ? new TextEncoder().encode(content).length : content.length }));
    if (args.flag('json')) {
      terminal.out(`${JSON.stringify({ plan, files: list, ...(tuned === undefined ? {} : { tuned: tuned.layers }) }, undefined, 2)}\n`);
      return EXIT.ok;
    }
    const layers = plan.layers.filter(({ kernel }) => kernel !== 'view');
    terminal.out(printTable(['layer', 'operator', 'kernel', 'why'], layers.map((layer) => [plain(layer.layer, 32), layer.operator, layer.kernel, layer.reason])));
    terminal.out(`\n${printTable(['file', 'bytes'], list.map(({ name, bytes }) => [name, grouped(bytes)]))}`);
    if (tuned !== undefined) terminal.out(`\n${printTable(['tuned', 'how', 'tried', 'cheaper', 'by', 'choice'], tunedRows(tuned.layers))}`);
    terminal.out(`\n${out}: for ${plan.target}; ${grouped(plan.memory.peakBytes)} bytes of scratch memory\n`);
    return EXIT.ok;
  },
};

/** What `--tune` finds; undefined where it is not asked for. */
function tuneFor(args: Arguments, tune: Opened['tune'], context: ModelContext, seed: number, say: (text: string) => void): Promise<TunedModel> | undefined {
  const [trials, logPath] = [numberOption(args, 'tune', { least: 1, most: 1e6, whole: true }), args.text('tuning-log')];
  costOption(args);
  return trials === undefined ? undefined : tune(context, { trials, seed, say, ...(logPath === undefined ? {} : { logPath }) });
}

function costOption(args: Arguments): string {
  const cost = args.text('tune-for') ?? NEON_COSTS[0]!;
  if (!NEON_COSTS.includes(cost)) throw usage('tune-for', `--tune-for is one of ${NEON_COSTS.join(', ')}, not ${JSON.stringify(cost)}`, 'compile');
  return cost;
}

function neonBackend(args: Arguments, weights: string | undefined = args.text('weights')): Backend<NeonPlan> {
  const cpu = args.text('cpu') ?? 'generic';
  if (!Object.hasOwn(CPUS, cpu)) throw usage('cpu', `--cpu is one of ${Object.keys(CPUS).join(', ')}, not ${JSON.stringify(cpu)}`, 'compile');
  const type = args.text('type') ?? 'f32';
  if (type !== 'f32' && type !== 'f16' && type !== 'i8') throw usage('type', `--type is f32, f16 or i8, not ${JSON.stringify(type)}`, 'compile');
  if (type !== 'f32' && args.text('tune') !== undefined) throw usage('tune', '--tune is for --type f32', 'compile');
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
