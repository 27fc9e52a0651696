import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { compileModel, runPasses } from '@fretwork/compiler';
import { attribute, FretworkError, inferShapes, type Layer, type Model, type Scheme, type ShapeTable } from '@fretwork/format';
import { pruneModel } from '@fretwork/pruner';
import { evaluateLayer } from '@fretwork/reference';
import { randomWeights } from '../models/random-weights.js';
import type { NamedModel } from '../models/prepare.js';
import type { NeonNetworkRow, NeonNetworksReport, NeonNetworksRequest, Product } from './contract.js';
import { typeText } from './bench-neon.js';
import { buildCounter } from './count.js';
import { neonMeter } from './meter.js';
import { backendFor } from './own.js';
import { countPeers } from './peers.js';

/** Clock that modelled cycles are turned into milliseconds by. */
const GIGAHERTZ = 2.8;

/** Regions that the marks of one program tell apart, with room to spare. */
const MOST_LAYERS = 30;

/** Whole networks, dense and pruned in one shot: instructions, modelled cycles and milliseconds. Throws as `benchNeon`, and `bench.model` for one that is not compiled. */
export async function benchNeonNetworks(models: readonly NamedModel[], request: NeonNetworksRequest): Promise<NeonNetworksReport> {
  const say = request.onProgress ?? ((): void => {});
  const { type = 'f32' } = request;
  const meter = await neonMeter('instructions', type);
  const rows: NeonNetworkRow[] = [];
  try {
    for (const { name, model, inputShapes } of models) {
      const filled = request.randomWeights ? randomWeights(model, request.seed) : model;
      const { model: folded } = runPasses(filled, undefined, { evaluate: evaluateLayer, ...(inputShapes === undefined ? {} : { inputShapes }) });
      const peers = request.peers === undefined ? undefined : await sumOfPeers(resolve(request.peers), productsOf(folded, inferShapes(folded)), say);
      if (peers !== undefined) rows.push({ network: name, weights: 'dense, best peer of each layer', reached: 1, ...peers, ms: msOf(peers.cycles) });
      const variants: readonly (readonly [string, Scheme | undefined])[] = [['dense', undefined], ...request.schemes];
      for (const [weights, scheme] of variants) {
        say(`counting ${name} ${weights}`);
        const pruned = scheme === undefined ? undefined : pruneModel(folded, { scheme });
        const compiled = compileModel(pruned?.model ?? folded, [backendFor(type)], inputShapes === undefined ? {} : { inputShapes });
        if (!compiled.ok) throw new FretworkError('bench.model', `${name} is not compiled`, { actual: compiled.refusals.map(({ layer, reason }) => `${layer}: ${reason}`).join('; '), hint: 'fretwork compile says more' });
        const { instructions, cycles } = await meter.count(compiled.files);
        rows.push({
          network: name, weights, reached: pruned?.report.pruned.rate ?? 1, instructions, cycles, ms: msOf(cycles),
          ...(peers === undefined ? {} : { fewer: peers.instructions / instructions, faster: Object.fromEntries(Object.entries(cycles).map(([core, own]) => [core, peers.cycles[core]! / own])) }),
        });
      }
    }
    return { caption: `whole networks under qemu-aarch64, clang 14 -O2, one thread${typeText(request)}; ms: modelled cycles at ${GIGAHERTZ} GHz`, rows };
  } finally {
    await meter.dispose();
  }
}

const msOf = (cycles: Readonly<Record<string, number>>): Record<string, number> => Object.fromEntries(Object.entries(cycles).map(([core, count]) => [core, count / GIGAHERTZ / 1e6]));

/** A layer's product as peers do it, and how often a run does it. */
interface Repeated {
  readonly product: Product;
  times: number;
}

/** Convolutions and products of a dense network; what peers have no operator for (moves, sums, pools) is left out, in their favour. */
export function productsOf(model: Model, shapes: ShapeTable): readonly Repeated[] {
  const found = new Map<string, Repeated>();
  for (const layer of model.layers) {
    for (const { product, times } of ofLayer(layer, (name) => (model.tensors.get(name)?.shape ?? shapes.values.get(name)?.shape ?? []) as readonly number[])) {
      const { name: _name, ...key } = product;
      const known = found.get(JSON.stringify(key));
      if (known === undefined) found.set(JSON.stringify(key), { product, times });
      else known.times += times;
    }
  }
  return [...found.values()];
}

function ofLayer({ name, operator, inputs, outputs, ...layer }: Layer, shapeOf: (name: string) => readonly number[]): readonly Repeated[] {
  const [x, w] = [shapeOf(inputs[0]!), shapeOf(inputs[1] ?? '')];
  if (operator === 'Conv') {
    const [m, channels, kernel, width] = w as [number, number, number, number];
    const [size, across] = [x[2]!, x[3]];
    const groups = attribute({ name, operator, inputs, outputs, ...layer }, 'group', 'int', 1);
    const [stride = 1] = attribute({ name, operator, inputs, outputs, ...layer }, 'strides', 'ints', [1, 1]);
    const depthwise = groups > 1 && groups === m && channels === 1;
    if (size !== across || kernel !== width || (groups > 1 && !depthwise)) throw new FretworkError('bench.model', 'peers are counted on square maps and kernels', { layer: name, hint: 'leave --peers out' });
    const out = shapeOf(outputs[0]!)[2]!;
    const plain = kernel === 1 && stride === 1 && !depthwise;
    return [{ product: { name, m, k: channels * kernel * kernel, n: out * out, ...(plain ? {} : { maps: { size, kernel, stride, depthwise } }) }, times: x[0]! }];
  }
  if (operator === 'Gemm' || operator === 'MatMul') {
    const m = shapeOf(outputs[0]!).at(-1)!;
    return [{ product: { name, m, k: x.at(-1)!, n: shapeOf(outputs[0]!).reduce((a, b) => a * b, 1) / m }, times: 1 }];
  }
  if (operator === 'GRU' || operator === 'LSTM') {
    const [directions, m, k] = w as [number, number, number];
    const recurrent = shapeOf(inputs[2]!);
    return [{ product: { name, m, k, n: x[0]! * x[1]! }, times: directions }, { product: { name, m, k: recurrent[2]!, n: 1 }, times: directions * x[0]! * x[1]! }];
  }
  return [];
}

/** For each layer the peer that is best at it, instructions and cycles apart, summed up. */
async function sumOfPeers(root: string, repeated: readonly Repeated[], say: (text: string) => void): Promise<Pick<NeonNetworkRow, 'instructions' | 'cycles'>> {
  const directory = await mkdtemp(join(tmpdir(), 'fretwork-peers-'));
  try {
    const plugin = await buildCounter(directory);
    let instructions = 0;
    const cycles: Record<string, number> = {};
    for (let from = 0; from < repeated.length; from += MOST_LAYERS) {
      const part = repeated.slice(from, from + MOST_LAYERS);
      const counted = await countPeers(root, part.map(({ product }) => product), plugin, directory, { cycles: true, misses: false, onProgress: say });
      for (const { product, times } of part) {
        const own = counted.filter((row) => row.product === product);
        instructions += times * Math.min(...own.map((row) => row.instructions));
        for (const core of Object.keys(own[0]!.cycles)) cycles[core] = (cycles[core] ?? 0) + times * Math.min(...own.map((row) => row.cycles[core]!));
      }
    }
    return { instructions, cycles };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
