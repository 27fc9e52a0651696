import { benchLayersInBrowser, benchLayersInNode, benchNeon, benchNeonAblation, benchNeonNetworks, benchNeonTuning, benchOpencl, countOpencl, benchModelsInBrowser, benchModelsInNode, MASK_SCHEMES, MASK_SOURCES, NEON_COSTS, type Block, type LayersRequest, type MaskSource, type ModelsRequest, type NamedModel, type NeonRequest, type OpenclCountRequest } from '@fretwork/bench';
import { NETWORKS } from '@fretwork/networks';
import { numberOption, numbersOption, usage } from '../arguments.js';
import { captionText, layersText, layerTimesText, modelsText, servedText } from '../bench-tables.js';
import type { Arguments, Command, Terminal } from '../contract.js';
import { deviceChoice } from '../opencl-device.js';
import { openclCountText, openclText } from '../opencl-table.js';
import { neonAblationText, neonNetworksText, neonText, neonTuningText } from '../neon-table.js';
import { EXIT } from '../contract.js';
import { SHAPE_OPTION } from '../input-shapes.js';
import { namedModels } from '../named-models.js';

const NEON_TYPES = ['f32', 'f16', 'i8'] as const;

interface Kind {
  readonly name: string;
  readonly run: (args: Arguments, terminal: Terminal) => Promise<unknown>;
}

/** What can be measured: the first operand. */
const KINDS: readonly Kind[] = [
  { name: 'layers', run: layers },
  { name: 'model', run: models },
  { name: 'browser', run: browser },
  { name: 'neon', run: neon },
  { name: 'opencl', run: openclKernels },
];

export const bench: Command = {
  name: 'bench',
  says: 'Times Fretwork against its peers, interleaved in one run, after every answer was checked.',
  operands: ['WHAT', '[MODEL…]'],
  options: [
    { name: 'only', value: 'NAME', many: true, says: 'Only layers with NAME in their name or group, such as 3x3, @14 or matrix-vector.' },
    { name: 'scheme', value: 'KIND', says: `${MASK_SCHEMES.map(({ name }) => name).join(', ')}. Default: bcr.` },
    { name: 'block', value: 'RxC', says: 'Rows x columns of a block. Default: 8x32.' },
    { name: 'sparsity', value: 'S', says: 'Shares of zeros, divided by commas. Default: 0.75,0.9,0.95. Dense is measured always.' },
    { name: 'masks', value: 'SOURCE', says: 'iid: each row and column of a block stays by chance (default); uniform: the same counts in each block; even: as uniform, with the very density asked for; magnitude: projected by the pruner.' },
    { name: 'rate', value: 'N', says: 'model: keep one weight in N of every layer. Default: 10. neon, of networks: rates, divided by commas.' },
    { name: 'as-is', says: 'model: do not prune; a .bcr file keeps what it has.' },
    { name: 'random-weights', says: 'model: draw the weights, for topologies that come without.' },
    SHAPE_OPTION,
    { name: 'pages', value: 'WHICH', says: 'browser: isolated (served with COOP and COEP), plain, or both. Default: both.' },
    { name: 'chromium', value: 'PATH', says: 'browser: the Chromium to start. Default: FRETWORK_CHROMIUM, else the usual places.' },
    { name: 'threads', value: 'N', says: 'Threads, of ours and of the peers. Default: 1.' },
    { name: 'rounds', value: 'N', says: 'Rounds that count. Default: 50.' },
    { name: 'alone', says: 'layers: no peers, to compare threads: theirs wait awake and take the cores from ours.' },
    { name: 'warm', says: 'model: leave out the cold starts, for which each contender gets a process of its own.' },
    { name: 'revectorize', says: "layers: let V8 join vectors in pairs, an experiment of V8's behind a flag; Node alone. The first line says what came of it." },
    { name: 'by-layer', says: 'model: show where the time goes, layer by layer, and what pruning did to each.' },
    { name: 'tensors', value: 'HOW', says: 'Ours is given inputs and gives outputs as copies, or as views on its memory (default).' },
    { name: 'type', value: 'TYPE', says: 'neon: type of weights and activations of ours: f32, f16 or i8; peers compute in float32. Default: f32.' },
    { name: 'peers', value: 'DIR', says: 'neon: root of Debian\'s arm64 packages, unpacked (docs/neon.md says how).' },
    { name: 'cycles', says: 'neon: model cycles of two cores too, by llvm-mca.' },
    { name: 'misses', says: 'neon: count misses of a modelled first cache too; takes several times as long.' },
    { name: 'wall', says: "neon: time the same code on this machine too, its intrinsics made x86's by SIMDe (libsimde-dev)." },
    { name: 'ablation', says: 'neon: what each optimisation brings, layer by layer.' },
    { name: 'tune', value: 'N', says: 'neon: what N trials of the tuner find, layer by layer; with --ablation: as its last step, by instructions.' },
    { name: 'tune-for', value: 'COST', says: `neon: what --tune makes small: ${NEON_COSTS.join(', ')}. Default: a76-cache.` },
    { name: 'widths', value: 'N', says: 'opencl: elements of a vector, divided by commas. Default: 16.' },
    { name: 'kernels', value: 'NAMES', says: 'opencl: kernels whose names have one of these parts in them, divided by commas, such as wave or r4p2. Default: all.' },
    { name: 'queue', says: "opencl: time sixteen runs queued one after another, by the host's clock, in the place of single ones by the device's: on GPUs a launch by itself takes microseconds." },
    { name: 'counts', says: 'opencl: instructions and bytes of global memory under oclgrind in the place of times.' },
    { name: 'clblast', says: 'opencl: the dense kernels against CLBlast too, tuned first; needs cc, libclblast-dev and clblast-utils.' },
    { name: 'platform', value: 'N', says: 'opencl: counted from 0. Default: 0.' },
    { name: 'device', value: 'N', says: 'opencl: of the platform. Default: 0.' },
    { name: 'native', says: 'Measure onnxruntime-node too, which is no WebAssembly.' },
    { name: 'seed', value: 'N', says: 'Of weights, inputs and masks. Default: 1.' },
    { name: 'json', says: 'Print { caption, rows: [{ layer, scheme, block, sparsity, threads, ms, spread, peers }] }, times in ms; model: rows of networks.' },
  ],
  examples: ['fretwork bench layers --only 3x3 --sparsity 0.9', 'fretwork bench layers --scheme columns --block 16x64 --only matrix-vector --json', 'fretwork bench model mobilenetv2 model.onnx --rate 10', 'fretwork bench browser --only convolution --json', 'fretwork bench browser mobilenetv2 --pages isolated', 'fretwork bench neon --only resnet --peers arm64 --cycles'],
  notes: [
    'WHAT: layers  single layers of well-known networks',
    '      model   whole networks: files, or with random weights',
    `              ${NETWORKS.map(({ name }) => name).join(', ')}`,
    '      browser the same in headless Chromium: layers, or networks where there are any; needs playwright-core and rolldown',
    '      neon    code of `compile --target neon`: instructions counted under qemu-aarch64, against XNNPACK, OpenBLAS',
    '              and the Arm Compute Library; --scheme and --block: both of each where left out; or whole networks, where there are any',
    '      opencl  sparse kernels of `compile --target opencl` against dense ones of the same width, by the device\'s clock; needs koffi',
    'Peers are packages to install beside: onnxruntime-web, @litertjs/core with flatbuffers, @tensorflow/tfjs-core with',
    '@tensorflow/tfjs-backend-wasm, onnxruntime-node. What is missing is said, not skipped in silence.',
    'A ? stands where the spread of the samples is larger than the gap: nothing can be said there.',
  ],
  run: async (args, terminal) => {
    const [what] = args.positionals as [string];
    const kind = KINDS.find(({ name }) => name === what);
    if (kind === undefined) throw usage('operand', `bench does not know ${JSON.stringify(what)}; known: ${KINDS.map(({ name }) => name).join(', ')}`, 'bench');
    const report = await kind.run(args, terminal);
    if (args.flag('json')) terminal.out(`${JSON.stringify(report, undefined, 2)}\n`);
    return EXIT.ok;
  },
};

async function layers(args: Arguments, terminal: Terminal): Promise<unknown> {
  const report = await benchLayersInNode(layersRequest(args, terminal), { threads: threadsOption(args), native: args.flag('native'), alone: args.flag('alone') });
  if (!args.flag('json')) terminal.out(`${captionText(report.caption)}\n${layersText(report)}`);
  return report;
}

async function browser(args: Arguments, terminal: Terminal): Promise<unknown> {
  if (args.flag('native')) throw usage('native', 'machine code does not run in a page: leave --native out', 'bench');
  if (args.flag('revectorize')) throw usage('revectorize', 'pages cannot set flags of their engine: leave --revectorize out', 'bench');
  const which = choice(args, 'pages', ['both', 'isolated', 'plain']);
  const isolated = which === 'both' ? [true, false] : [which === 'isolated'];
  const executable = args.text('chromium');
  const options = { threads: threadsOption(args), isolated, ...(executable === undefined ? {} : { executable }) };
  const print = (text: string): void => { if (!args.flag('json')) terminal.out(text); };
  if (args.positionals.length > 1) {
    const pages = await benchModelsInBrowser(await modelsOf(args), modelsRequest(args, terminal), options);
    for (const report of pages) print(`${captionText(report.caption)}\n${modelsText(report)}\n${servedText(report)}\n`);
    return { pages };
  }
  const pages = await benchLayersInBrowser(layersRequest(args, terminal), options);
  for (const report of pages) print(`${captionText(report.caption)}\n${layersText(report)}\n${servedText(report)}\n`);
  return { pages };
}

async function models(args: Arguments, terminal: Terminal): Promise<unknown> {
  const report = await benchModelsInNode(await modelsOf(args), modelsRequest(args, terminal), { threads: threadsOption(args), native: args.flag('native'), cold: !args.flag('warm') });
  if (!args.flag('json')) terminal.out(`${captionText(report.caption)}\n${modelsText(report)}${args.flag('by-layer') ? `\n${layerTimesText(report)}` : ''}`);
  return report;
}

async function neon(args: Arguments, terminal: Terminal): Promise<unknown> {
  if (args.positionals.length > 1) return neonNetworks(args, terminal);
  const [scheme, peers] = [args.text('scheme'), args.text('peers')];
  const request = {
    only: args.texts('only'), schemes: scheme === undefined ? ['bcr', 'columns'] : [scheme], blocks: args.text('block') === undefined ? [[4, 16], [8, 32]] as const : [blockOption(args)],
    sparsity: numbersOption(args, 'sparsity') ?? [0.75, 0.9, 0.95], seed: numberOption(args, 'seed', { least: 0, most: 2 ** 32 - 1, whole: true }) ?? 1,
    type: choice(args, 'type', NEON_TYPES), cycles: args.flag('cycles'), misses: args.flag('misses'), wall: args.flag('wall'), ...(peers === undefined ? {} : { peers }), onProgress: (says: string) => terminal.err(`${says}\n`),
  } satisfies NeonRequest;
  if (request.type !== 'f32' && (args.flag('ablation') || args.flag('wall') || args.text('tune') !== undefined)) throw usage('type', `--ablation, --tune and --wall are for f32: leave --type ${request.type} out`, 'bench');
  const trials = numberOption(args, 'tune', { least: 1, most: 1e6, whole: true }) ?? 0;
  if (args.flag('ablation')) {
    const ablation = await benchNeonAblation(request, trials);
    if (!args.flag('json')) terminal.out(neonAblationText(ablation));
    return ablation;
  }
  if (trials > 0) {
    const tuning = await benchNeonTuning(request, { trials, cost: args.text('tune-for') ?? 'a76-cache' });
    if (!args.flag('json')) terminal.out(neonTuningText(tuning));
    return tuning;
  }
  const report = await benchNeon(request);
  if (!args.flag('json')) terminal.out(neonText(report));
  return report;
}

async function openclKernels(args: Arguments, terminal: Terminal): Promise<unknown> {
  const layers = {
    only: args.texts('only').length === 0 ? ['1x1', 'vgg 3x3 512'] : args.texts('only'), schemes: [args.text('scheme') ?? 'bcr'], blocks: args.text('block') === undefined ? [[4, 16], [8, 32]] : [blockOption(args)],
    sparsity: numbersOption(args, 'sparsity') ?? [0.75, 0.9, 0.95], seed: numberOption(args, 'seed', { least: 0, most: 2 ** 32 - 1, whole: true }) ?? 1,
    onProgress: (says: string) => terminal.err(`${says}\n`),
  } satisfies OpenclCountRequest;
  if (args.flag('counts')) {
    const counted = await countOpencl(layers);
    if (!args.flag('json')) terminal.out(openclCountText(counted));
    return counted;
  }
  const report = await benchOpencl({
    ...layers, widths: numbersOption(args, 'widths') ?? [16], rounds: numberOption(args, 'rounds', { least: 1, most: 1e6, whole: true }) ?? 20,
    device: deviceChoice(args), clock: args.flag('queue') ? 'queue' : 'device', clblast: args.flag('clblast'), ...(args.text('kernels') === undefined ? {} : { kernels: args.text('kernels')!.split(',') }),
  });
  if (!args.flag('json')) terminal.out(openclText(report));
  return report;
}

async function neonNetworks(args: Arguments, terminal: Terminal): Promise<unknown> {
  const peers = args.text('peers');
  const { seed } = layersRequest(args, terminal);
  const [{ name, scheme }, block] = [maskSchemeOption(args), blockOption(args)];
  const rates = args.flag('as-is') ? [] : numbersOption(args, 'rate') ?? [10];
  const odd = rates.find((rate) => !(rate >= 1 && rate <= 1e6));
  if (odd !== undefined) throw usage('rate', `--rate is 1 to 1000000, not ${odd}`, 'bench');
  const report = await benchNeonNetworks(await modelsOf(args), {
    schemes: rates.map((rate) => [`${name} ${block.join('x')}`, scheme(rate, block)] as const), seed, type: choice(args, 'type', NEON_TYPES), randomWeights: args.flag('random-weights'), ...(peers === undefined ? {} : { peers }),
    onProgress: (says) => terminal.err(`${says}\n`),
  });
  if (!args.flag('json')) terminal.out(neonNetworksText(report));
  return report;
}

async function modelsOf(args: Arguments): Promise<readonly NamedModel[]> {
  const names = args.positionals.slice(1);
  if (names.length === 0) throw usage('operand', 'bench model needs at least one MODEL', 'bench');
  return namedModels(names, args.texts('shape'), 'bench');
}

function maskSchemeOption(args: Arguments): (typeof MASK_SCHEMES)[number] {
  const scheme = MASK_SCHEMES.find((row) => row.name === (args.text('scheme') ?? 'bcr'));
  if (scheme === undefined) throw usage('scheme', `there is no scheme ${JSON.stringify(args.text('scheme'))}; known: ${MASK_SCHEMES.map((row) => row.name).join(', ')}`, 'bench');
  return scheme;
}

function modelsRequest(args: Arguments, terminal: Terminal): ModelsRequest {
  const scheme = maskSchemeOption(args);
  const rate = numberOption(args, 'rate', { least: 1, most: 1e6 }) ?? 10;
  const { tensors, seed, timing, onProgress } = layersRequest(args, terminal);
  return {
    ...(args.flag('as-is') ? {} : { scheme: scheme.scheme(rate, blockOption(args)) }), randomWeights: args.flag('random-weights'), tensors, seed, timing, ...(onProgress === undefined ? {} : { onProgress }),
  };
}

function layersRequest(args: Arguments, terminal: Terminal): LayersRequest {
  return {
    only: args.texts('only'), scheme: args.text('scheme') ?? 'bcr', block: blockOption(args), sparsity: numbersOption(args, 'sparsity') ?? [0.75, 0.9, 0.95],
    masks: choice<MaskSource>(args, 'masks', MASK_SOURCES), tensors: choice(args, 'tensors', ['views', 'copies']),
    seed: numberOption(args, 'seed', { least: 0, most: 2 ** 32 - 1, whole: true }) ?? 1,
    revectorize: args.flag('revectorize'),
    timing: { rounds: numberOption(args, 'rounds', { least: 1, most: 1e6, whole: true }) ?? 50 },
    onProgress: (says) => terminal.err(`${says}\n`),
  };
}

const threadsOption = (args: Arguments): number => numberOption(args, 'threads', { least: 1, most: 64, whole: true }) ?? 1;

function blockOption(args: Arguments): Block {
  const text = args.text('block') ?? '8x32';
  const match = /^([1-9]\d{0,6})x([1-9]\d{0,6})$/.exec(text);
  if (match === null) throw usage('block', `--block is rows x columns, such as 8x32, not ${JSON.stringify(text)}`, 'bench');
  return [Number(match[1]), Number(match[2])];
}

/** The first is the default. */
function choice<T extends string>(args: Arguments, name: string, known: readonly T[]): T {
  const text = args.text(name) ?? known[0]!;
  const found = known.find((one) => one === text);
  if (found === undefined) throw usage(name, `--${name} is one of ${known.join(', ')}, not ${JSON.stringify(text)}`, 'bench');
  return found;
}
