import { FretworkError, parseModel, readModel, type Model } from '@fretwork/format';
import { describe, expect, test } from 'vitest';
import { TINY_LAYERS } from '../test/tiny-layers.js';
import { benchLayers, type LayersRequest, type Peering, type Place } from './bench-layers.js';
import { benchModels, timeModel, type ModelPlace, type ModelsRequest, type StartCold } from './bench-models.js';
import { measureCeiling } from './layers/ceiling.js';
import { startCopy } from './layers/copy-job.js';
import { measureRoundTrip } from './layers/round-trip.js';
import { coldStart } from './models/cold-start.js';
import { forkColdStart } from './models/fork-cold-start.js';
import { prepareModel } from './models/prepare.js';
import { randomWeights } from './models/random-weights.js';
import type { Made, PeerRow } from './peers/contract.js';
import { nodeHost } from './peers/node-host.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const place: Place = { host: nodeHost(1), engine: 'engine', machine: 'machine' };
const timing = { rounds: 2, warmUpMs: 0, sampleMs: 0 };
const request: LayersRequest = { layers: TINY_LAYERS, scheme: 'bcr', block: [4, 8], sparsity: [0.5, 0.75], masks: 'uniform', tensors: 'views', seed: 1, timing };

/** A peer that makes whatever `layer` says. */
function peer(layer: () => Made): Peering {
  const row: PeerRow = { name: 'litert', says: '', native: false, where: ['node'], start: () => Promise.reject(new Error('not asked')) };
  return { row, started: { ok: true, version: '1', layer: () => Promise.resolve(layer()), model: () => Promise.resolve(layer()) } };
}

describe('benchLayers', () => {
  test('reports each layer dense and at each sparsity, in the shape that scripts rely on', async () => {
    const absent: Peering = { row: { ...peer(() => ({ ok: false, reason: '', hint: '' })).row, name: 'tfjs-wasm' }, started: { ok: false, reason: 'not here', hint: 'install it' } };
    const { caption, rows } = await benchLayers(request, [peer(() => ({ ok: false, reason: 'no such layer', hint: 'none' })), absent], place);
    expect(rows.map(({ layer, sparsity }) => `${layer} ${sparsity}`)).toEqual(TINY_LAYERS.flatMap(({ name, group }) => (group === 'depthwise' ? [0] : [0, 0.5, 0.75]).map((s) => `${name} ${s}`)));
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(['layer', 'scheme', 'block', 'sparsity', 'threads', 'ms', 'spread', 'peers']);
      expect(row).toMatchObject({ scheme: row.sparsity === 0 ? 'dense' : 'bcr', block: row.sparsity === 0 ? null : '4x8', threads: 1, ms: expect.any(Number), spread: expect.any(Number) });
      expect(row.peers).toEqual({ litert: null, 'tfjs-wasm': null, 'own-dense': expect.any(Number) });
    }
    expect(caption).toMatchObject({ what: 'layers', engine: 'engine', threads: 1, tensors: 'views', peers: [{ name: 'litert', version: '1' }, { name: 'tfjs-wasm', reason: 'not here (install it)' }] });
    expect(caption.refused).toHaveLength(TINY_LAYERS.length);
    const halves = caption.details.filter(({ sparsity }) => sparsity === 0.5);
    expect(halves.every(({ reached }) => Math.abs(reached - 0.5) < 0.15)).toBe(true);
    expect(JSON.parse(JSON.stringify(rows))).toEqual(rows);
  });

  test('sets more threads against one, at the same sparsity', async () => {
    const two: Place = { ...place, host: nodeHost(2) };
    const { caption, rows } = await benchLayers({ ...request, only: ['tiny full'] }, [], two);
    expect(rows.map(({ sparsity, threads, peers }) => [sparsity, threads, Object.keys(peers)])).toEqual([0, 0.5, 0.75].map((sparsity) => [sparsity, 2, ['own-dense', 'own-one-thread']]));
    expect(new Set(rows.map(({ peers }) => peers['own-one-thread'])).size).toBe(3);
    expect(caption.threads).toBe(2);
  });

  test('asks for the ceiling of each row where there are several threads, and of the same work', async () => {
    const asked: string[] = [];
    const ceiling: Place['ceiling'] = ({ layer, masks }, copies) => {
      asked.push(`${layer.name} ${masks?.density ?? 1} ${copies}`);
      return Promise.resolve(1.5);
    };
    const { caption } = await benchLayers({ ...request, only: ['tiny full'] }, [], { ...place, host: nodeHost(2), ceiling, roundTrip: () => Promise.resolve(120) });
    expect(asked).toEqual([1, 0.5, 0.25].map((density) => `tiny full ${density} 2`));
    expect(caption.details.map((detail) => detail.ceiling)).toEqual([1.5, 1.5, 1.5]);
    expect(caption.details.map((detail) => detail.roundTripNs)).toEqual([120, 120, 120]);
    const alone = await benchLayers({ ...request, only: ['tiny full'] }, [], { ...place, ceiling, roundTrip: () => Promise.resolve(120) });
    expect(alone.caption.details.every((detail) => !('ceiling' in detail) && !('roundTripNs' in detail))).toBe(true);
  });

  test('finds the ceiling by copies in processes of their own', async () => {
    const job = { layer: TINY_LAYERS[0]!, tensors: 'views', seed: 1 } as const;
    const main = new URL('../test/copy-process.mjs', import.meta.url);
    expect(await measureCeiling(job, 3, main)).toBe(3);
    await expect(measureCeiling({ ...job, seed: -1 }, 2, main)).rejects.toMatchObject({ code: 'bench.ceiling' });
    const time = await startCopy({ ...job, masks: { scheme: 'bcr', block: [4, 8], density: 0.5, source: 'iid' } });
    expect(time(1)).toBeGreaterThan(0);
  });

  test('finds how long a number takes to another thread and back, and gives up on one that does not answer', async () => {
    const ns = await measureRoundTrip(new URL('./layers/round-trip-main.ts', import.meta.url));
    expect(ns).toBeGreaterThan(1);
    expect(ns).toBeLessThan(1e6);
    await expect(measureRoundTrip(new URL('../test/silent-thread.mjs', import.meta.url))).rejects.toMatchObject({ code: 'bench.round-trip' });
  }, 60_000);

  test('times nothing where an answer is wrong, and lets everything go', async () => {
    let disposed = 0;
    const liar = peer(() => ({ ok: true, runner: { run: () => undefined, answer: () => new Float32Array(8 * 7 * 7), dispose: () => { disposed++; } } }));
    await expect(benchLayers({ ...request, only: ['tiny 3x3'] }, [liar], place)).rejects.toMatchObject({ code: 'bench.answer' });
    expect(disposed).toBe(1);
  });

  test('refuses what makes no sense', async () => {
    await expect(benchLayers({ ...request, sparsity: [0] }, [], place)).rejects.toMatchObject({ code: 'bench.option' });
    await expect(benchLayers({ ...request, scheme: 'diagonal' }, [], place)).rejects.toThrow(FretworkError);
    await expect(benchLayers({ ...request, signal: AbortSignal.abort(new Error('enough')) }, [], place)).rejects.toThrow('enough');
  });
});

const TOPOLOGY = parseModel(`fretwork 1
model net
producer test version 1 opset 0

input image f32 [N, 3, 8, 8]
output y f32

layer made = ConstantOfShape(sizes) -> w0
layer conv = Conv(image, w0, b0) -> c
  ints pads = [1, 1, 1, 1]
layer norm = BatchNormalization(c, scale, shift, mean, variance) -> n
layer relu = Relu(n) -> r
layer pool = GlobalAveragePool(r) -> p
layer flat = Flatten(p) -> f
layer full = Gemm(f, w1, b1) -> y

tensor sizes i64 [4] = [16, 3, 3, 3]
tensor b0 f32 [16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
tensor scale f32 [16] = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
tensor shift f32 [16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
tensor mean f32 [16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
tensor variance f32 [16] = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
tensor w1 f32 [16, 10] = [${Array.from({ length: 160 }, () => 1).join(', ')}]
tensor b1 f32 [10] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
`);

const filled = (model: Model, name: string): number[] => Array.from(model.tensors.get(name)!.kind === 'dense' ? (model.tensors.get(name) as { data: Float32Array }).data : []);

describe('whole networks', () => {
  const scheme = { kind: 'bcr', rate: 4, blockRows: 4, blockColumns: 8, rowShare: 0.5 } as const;
  const modelPlace = (peers: readonly Peering[], startCold: StartCold = () => Promise.resolve(null)): ModelPlace => ({
    engine: 'engine', machine: 'machine', threads: 1, startCold,
    prepare: (model) => prepareModel(model, models), time: (model, timing) => timeModel(model, { ...models, timing }, peers, 1),
  });
  const models: ModelsRequest = { scheme, randomWeights: true, tensors: 'views', seed: 3, timing };

  test('drawn weights replace constants, the same for the same seed', () => {
    const [one, two, other] = [3, 3, 4].map((seed) => randomWeights(TOPOLOGY, seed));
    expect(one!.layers.map(({ operator }) => operator)).not.toContain('ConstantOfShape');
    expect(new Set(filled(one!, 'w0')).size).toBeGreaterThan(400);
    expect(filled(one!, 'w0')).toEqual(filled(two!, 'w0'));
    expect(filled(one!, 'w0')).not.toEqual(filled(other!, 'w0'));
    expect(filled(one!, 'variance').every((value) => value > 0.5)).toBe(true);
    expect(one!.tensors.get('sizes')).toBe(TOPOLOGY.tensors.get('sizes'));
  });

  test('dense contenders get the same network with nothing to skip', () => {
    const prepared = prepareModel({ name: 'net', model: TOPOLOGY }, { scheme, randomWeights: true, seed: 3 });
    expect(prepared.reached).toBeGreaterThan(2);
    const sparse = [...readModel(prepared.sparse).tensors.values()].filter(({ kind }) => kind === 'sparse');
    expect(sparse.length).toBeGreaterThan(0);
    const dense = readModel(prepared.dense);
    for (const tensor of dense.tensors.values()) expect(tensor.kind).toBe('dense');
    const weights = [...dense.tensors.values()].filter(({ shape }) => shape.length > 1) as { data: Float32Array }[];
    expect(weights.every(({ data }) => data.every((value) => value !== 0))).toBe(true);
  });

  test('say where the time goes, layer by layer', async () => {
    const { rows: [row] } = await benchModels([{ name: 'net', model: TOPOLOGY }], models, modelPlace([]));
    const { layers } = row!;
    expect(layers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
    expect(layers.filter(({ operator }) => operator === 'Conv').length).toBeGreaterThan(0);
    for (const { operator, ms, denseMs, kept } of layers) {
      expect(ms).toBeGreaterThan(0);
      expect(denseMs).toBeGreaterThan(0);
      if (operator === 'Conv') expect(kept).toBeLessThan(0.9);
    }
  });

  test('are timed after every answer was checked', async () => {
    const prepared: string[] = [];
    const report = await benchModels([{ name: 'net', model: TOPOLOGY }], models, modelPlace([peer(() => ({ ok: false, reason: 'no ONNX', hint: 'convert' }))], async (contender) => {
      prepared.push(contender);
      return null;
    }));
    expect(prepared).toEqual(['own-dense', 'fretwork']);
    expect(report.rows).toHaveLength(1);
    expect(report.rows[0]).toMatchObject({ model: 'net', scheme: 'bcr', block: '4x8', rate: 4, threads: 1, cold: null, peers: { litert: null, 'own-dense': { cold: null } } });
    expect(report.rows[0]!.modelBytes).toBeLessThan(report.rows[0]!.peers['own-dense']!.modelBytes);
    expect(report.caption.refused).toEqual([{ peer: 'litert', layer: 'net', reason: 'no ONNX (convert)' }]);
    const wrong = peer(() => ({ ok: true, runner: { run: () => undefined, answer: () => new Float32Array(10), dispose: () => undefined } }));
    await expect(benchModels([{ name: 'net', model: TOPOLOGY }], models, modelPlace([wrong]))).rejects.toMatchObject({ code: 'bench.answer' });
  });

  test('start cold by themselves, in a process that answers once', async () => {
    const prepared = prepareModel({ name: 'net', model: TOPOLOGY }, { scheme, randomWeights: true, seed: 3 });
    const folder = await mkdtemp(join(tmpdir(), 'fretwork-bench-'));
    try {
      const job = async (contender: 'fretwork' | 'onnxruntime-web', bytes: Uint8Array) => {
        const file = join(folder, contender);
        await writeFile(file, bytes);
        return { contender, file, inputs: prepared.inputs, seed: 3, threads: 1 } as const;
      };
      for (const one of [await job('fretwork', prepared.sparse), await job('onnxruntime-web', prepared.onnx)]) {
        expect(await coldStart(one)).toMatchObject({ startMs: expect.any(Number), loadMs: expect.any(Number), firstRunMs: expect.any(Number), memoryBytes: expect.any(Number) });
      }
      const main = new URL('../test/echo-process.mjs', import.meta.url);
      const ours = await job('fretwork', prepared.sparse);
      expect(await forkColdStart(ours, main)).toEqual(ours);
      await expect(forkColdStart({ ...ours, seed: -1 }, main)).rejects.toThrow(/did not start by itself: told to fail/);
      await expect(forkColdStart({ ...ours, seed: -2 }, main)).rejects.toThrow(/the process ended with 7/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
