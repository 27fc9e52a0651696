import { decode, dense, type Attribute, type DenseTensor, type Layer, type Model, type Scheme, type Tensor } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { calibrate, pruneModel, type CalibratedWeight, type CalibrateRequest } from '../src/index.js';
import { captureWith, correlated, outputsOf } from './capture.js';
import { modelOf, weight } from './models.js';
import { pick, random, whole } from './random.js';
import { blocksOf } from './structure.js';

const distance = (a: Float32Array, b: Float32Array): number => a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0);
const with_ = (model: Model, attributes: Readonly<Record<string, Readonly<Record<string, Attribute>>>>): Model => ({
  ...model, layers: model.layers.map((layer): Layer => ({ ...layer, attributes: new Map([...layer.attributes, ...Object.entries(attributes[layer.name] ?? {})]) })),
});
const ints = (...value: number[]): Attribute => ({ type: 'ints', value });

const SCHEMES: readonly Scheme[] = [
  { kind: 'unstructured', rate: 4 }, { kind: 'filter', rate: 2 }, { kind: 'channel', rate: 2 },
  { kind: 'pattern', rate: 4, keep: 4, patterns: 8 }, { kind: 'block-punched', rate: 3, blockFilters: 4, blockChannels: 2 },
  ...[0, 0.5, 1].map((rowShare) => ({ kind: 'bcr', rate: 4, blockRows: 4, blockColumns: 9, rowShare }) as const),
];

interface Layered { readonly name: string; readonly model: Model; readonly shape: readonly number[] }

/** One random layer of each operator. */
function layers(seed: number): readonly Layered[] {
  const next = random(seed);
  const [cin, cout] = [4 * whole(next, 1, 3), 4 * whole(next, 2, 5)];
  const groups = pick(next, [1, 2]);
  const one = (operator: string, tensors: Readonly<Record<string, Tensor>>, attributes: Readonly<Record<string, Attribute>> = {}): Model =>
    with_(modelOf([{ name: 'layer', operator, weights: Object.keys(tensors) }], tensors), { layer: attributes });
  return [
    { name: `conv of ${groups} groups`, shape: [cin, 7, 6], model: one('Conv', { w: weight(seed, [cout, cin / groups, 3, 3]), b: weight(seed + 1, [cout]) },
      { group: { type: 'int', value: groups }, strides: ints(2, 1), pads: ints(1, 0, 1, 2), dilations: ints(1, 2) }) },
    { name: 'conv SAME', shape: [cin, 5, 6], model: one('Conv', { w: weight(seed, [cout, cin, 3, 3]) }, { auto_pad: { type: 'string', value: pick(next, ['SAME_UPPER', 'SAME_LOWER']) }, strides: ints(2, 2) }) },
    { name: 'gemm', shape: [48], model: one('Gemm', { w: weight(seed, [48, 20]), b: weight(seed + 1, [20]) }, { alpha: { type: 'float', value: 0.5 } }) },
    { name: 'matmul', shape: [3, 40], model: one('MatMul', { w: weight(seed, [40, 24]) }) },
  ];
}

describe('calibrated against plain one shot', () => {
  it.each(SCHEMES)('the output of every layer is nearer to the dense one: %j', async (scheme) => {
    let compared = 0;
    const ratios: number[] = [];
    for (let seed = 70; seed < 74; seed++) {
      for (const { name, model, shape } of layers(seed)) {
        const { model: plain, report } = pruneModel(model, { scheme });
        if (report.pruned.weights === 0) continue;
        const says = `seed ${seed}, ${name}`;
        const batches = correlated(seed, 12, shape);
        const result = await calibrate(model, { scheme, captureInputs: captureWith(batches), places: 1000, recalibrate: 'none' });
        const target = outputsOf(model, batches);
        const [before, after] = [distance(outputsOf(plain, batches), target), distance(outputsOf(result.model, batches), target)];
        // Nothing in a layer makes up for an output of it that is gone: filters are chosen better, or the same ones.
        if (scheme.kind === 'filter') expect(after, says).toBeLessThanOrEqual(before);
        else expect(after, says).toBeLessThan(before);
        expect(result.report.pruned.kept, says).toBeLessThanOrEqual(Math.ceil(report.pruned.kept * 1.05 + 18));
        expect(result.weights[0]!.error! / result.weights[0]!.plainError!, says).toBeCloseTo(after / before, 3);
        const unseen = correlated(seed + 500, 12, shape);
        const fresh = outputsOf(model, unseen);
        ratios.push(distance(outputsOf(result.model, unseen), fresh) / distance(outputsOf(plain, unseen), fresh));
        compared++;
      }
    }
    expect(compared).toBeGreaterThanOrEqual(scheme.kind === 'pattern' ? 8 : 12);
    // On inputs that it has not seen: on average by a wide margin.
    expect(Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length)).toBeLessThan(scheme.kind === 'filter' ? 0.95 : 0.75);
  });

  it('keeps the structure that was asked for', async () => {
    const scheme = { kind: 'bcr', rate: 6, blockRows: 4, blockColumns: 8, rowShare: 0.5 } as const;
    const model = modelOf([{ name: 'layer', operator: 'Gemm', weights: ['w'], attributes: { transB: 1 } }], { w: weight(80, [32, 64]) });
    const { model: pruned, report } = await calibrate(model, { scheme, captureInputs: captureWith(correlated(80, 16, [64])) });
    const values = decode(pruned.tensors.get('w')!).data as Float32Array;
    for (const block of blocksOf({ rows: 32, columns: 64, keep: Uint8Array.from(values, (w) => (w === 0 ? 0 : 1)) }, 4, 8)) expect(block.product).toBe(true);
    expect(report.pruned.rate).toBeCloseTo(6, 0);
    expect(pruned.layers[0]!.scheme).toEqual(scheme);
  });

  it('in narrow blocks of columns it is nearly as good as in one piece', async () => {
    const model = modelOf([{ name: 'layer', operator: 'Gemm', weights: ['w'], attributes: { transB: 1 } }], { w: weight(81, [24, 96]) });
    const captureInputs = captureWith(correlated(81, 40, [96], 20));
    const weightOf = async (options: Partial<CalibrateRequest>): Promise<CalibratedWeight> =>
      (await calibrate(model, { scheme: { kind: 'unstructured', rate: 4 }, captureInputs, ...options } as CalibrateRequest)).weights[0]!;
    const error = async (options: Partial<CalibrateRequest>): Promise<number> => (await weightOf(options)).error!;
    const [one, blocks] = [await error({}), await error({ blockColumns: 16 })];
    expect(blocks).toBeLessThan(1.4 * one);
    expect(blocks).toBeLessThan(0.3 * (await weightOf({})).plainError!);
    expect(blocks).not.toBe(one);
    expect(await error({ memory: 1 })).toBe(one);
  });

  it('GRU: both weights, every gate', async () => {
    const sequence = (seed: number): readonly DenseTensor[] => correlated(seed, 10, [2, 24]);
    const model = with_(modelOf([{ name: 'gru', operator: 'GRU', weights: ['w', 'r'] }], { w: scaled(weight(82, [2, 48, 24]), 0.4), r: scaled(weight(83, [2, 48, 16]), 0.4) }),
      { gru: { hidden_size: { type: 'int', value: 16 }, direction: { type: 'string', value: 'bidirectional' }, linear_before_reset: { type: 'int', value: 1 } } });
    const scheme = { kind: 'unstructured', rate: 4 } as const;
    const { model: pruned, weights } = await calibrate(model, { scheme, captureInputs: captureWith(sequence(82)) });
    for (const { error, plainError, tensor } of weights) expect(error!, tensor).toBeLessThan(0.8 * plainError!);
    const [target, plain] = [outputsOf(model, sequence(84)), pruneModel(model, { scheme }).model];
    expect(distance(outputsOf(pruned, sequence(84)), target)).toBeLessThan(0.8 * distance(outputsOf(plain, sequence(84)), target));
  });

  it('says where it could not look at inputs, and prunes those by magnitude', async () => {
    const model = with_(modelOf([{ name: 'gru', operator: 'GRU', weights: ['w', 'r'], attributes: { hidden_size: 16 } }], { w: weight(85, [1, 48, 24]), r: weight(86, [1, 48, 16]) }), {});
    const silent: Model = { ...model, layers: model.layers.map((l) => ({ ...l, outputs: ['', 'v1'] })) };
    const { weights } = await calibrate(silent, { scheme: { kind: 'unstructured', rate: 4 }, captureInputs: captureWith(correlated(85, 4, [2, 24])) });
    expect(weights.map(({ tensor, score, reason }) => [tensor, score === 'magnitude', reason])).toEqual([
      ['r', true, 'the layer does not give its states (output Y)'], ['w', false, 'least error of its output'],
    ]);
  });
});

const scaled = (tensor: Tensor, factor: number): Tensor => dense('f32', tensor.shape, (decode(tensor).data as Float32Array).map((v) => v * factor));

/** conv - norm - relu - conv (no bias) - relu - conv - flatten - gemm. */
function network(seed: number): Model {
  const next = random(seed);
  const positive = (n: number): Tensor => dense('f32', [n], Float32Array.from({ length: n }, () => 0.5 + next()));
  const he = (s: number, shape: readonly number[]): Tensor => scaled(weight(s, shape), Math.sqrt(2 / shape.slice(1).reduce((a, b) => a * b, 1)));
  const model = modelOf([
    { name: 'conv1', operator: 'Conv', weights: ['w1', 'b1'] },
    { name: 'norm', operator: 'BatchNormalization', weights: ['scale', 'beta', 'mean', 'variance'] }, { name: 'relu1', operator: 'Relu' },
    { name: 'conv2', operator: 'Conv', weights: ['w2'] }, { name: 'relu2', operator: 'Relu' },
    { name: 'pool', operator: 'GlobalAveragePool' }, { name: 'flatten', operator: 'Flatten' },
    { name: 'gemm', operator: 'Gemm', weights: ['w3', 'b3'], attributes: { transB: 1 } },
  ], {
    w1: he(seed, [16, 4, 3, 3]), b1: weight(seed + 1, [16]), scale: positive(16), beta: weight(seed + 2, [16]), mean: weight(seed + 3, [16]), variance: positive(16),
    w2: he(seed + 4, [24, 16, 3, 3]), w3: he(seed + 5, [12, 24]), b3: weight(seed + 6, [12]),
  });
  return with_(model, { conv1: { pads: ints(1, 1, 1, 1) }, conv2: { pads: ints(1, 1, 1, 1) } });
}

describe('recalibration', () => {
  const scheme = { kind: 'bcr', rate: 4, blockRows: 4, blockColumns: 9, rowShare: 0.5 } as const;

  it('brings means of the last layer back, and helps the whole network', async () => {
    const ratios: number[] = [];
    for (const seed of [90, 190, 290]) {
      const model = network(seed);
      const batches = correlated(seed, 8, [4, 6, 6]);
      const request = { scheme, captureInputs: captureWith(batches), places: 1000 } as const;
      const [without, set] = [await calibrate(model, { ...request, recalibrate: 'none' }), await calibrate(model, request)];
      const fresh = correlated(seed + 7, 8, [4, 6, 6]);
      const target = outputsOf(model, fresh);
      const at = (m: Model): number => distance(outputsOf(m, fresh), target);
      ratios.push(at(set.model) / at(without.model));
      expect(at(set.model)).toBeLessThan(0.6 * at(pruneModel(model, { scheme }).model));
      expect(set.recalibrated).toEqual(['conv1', 'norm', 'conv2', 'gemm']);
      const [dense_, now] = [outputsOf(model, batches), outputsOf(set.model, batches)];
      for (let c = 0; c < 12; c++) {
        const meanOf = (values: Float32Array): number => values.reduce((sum, v, i) => sum + (i % 12 === c ? v : 0), 0) / (values.length / 12);
        expect(meanOf(now)).toBeCloseTo(meanOf(dense_), 4);
      }
      expect(set.model.layers.find((l) => l.name === 'conv2')!.inputs).toHaveLength(3);
      expect(model.layers.find((l) => l.name === 'conv2')!.inputs).toHaveLength(2);
    }
    expect(ratios.reduce((a, b) => a * b, 1)).toBeLessThan(0.5);
  });

  it('is the same for the same seed, and the dense model is left alone', async () => {
    const model = network(91);
    const before = JSON.stringify([...model.tensors].map(([name, t]) => [name, [...decode(t).data as Float32Array]]));
    const run = async (): Promise<Model> => (await calibrate(model, { scheme, captureInputs: captureWith(correlated(91, 4, [4, 6, 6])), places: 9, seed: 5 })).model;
    const [one, two] = [await run(), await run()];
    expect(one.tensors).toEqual(two.tensors);
    expect(JSON.stringify([...model.tensors].map(([name, t]) => [name, [...decode(t).data as Float32Array]]))).toBe(before);
  });
});

describe('what is refused', () => {
  const model = network(92);
  const scheme = { kind: 'unstructured', rate: 4 } as const;
  const codeOf = async (captureInputs: CalibrateRequest['captureInputs'], more: object = {}): Promise<unknown> =>
    calibrate(model, { scheme, captureInputs, ...more }).then(() => 'nothing', (error: { code?: string; message: string }) => error.code ?? error.message);

  it('no inputs, wrong ones, and those that are not finite', async () => {
    expect(await codeOf(() => [])).toBe('capture.empty');
    expect(await codeOf(() => [new Map()])).toBe('capture.empty');
    const wrong = (tensor: DenseTensor): CalibrateRequest['captureInputs'] => (_, names) => [new Map(names.map((n) => [n, { inputs: [tensor], outputs: [] }]))];
    expect(await codeOf(wrong(dense('f32', [1, 4], new Float32Array(4))))).toBe('capture.shape');
    expect(await codeOf(wrong(dense('i32', [1, 4, 6, 6], new Int32Array(144))))).toBe('capture.shape');
    expect(await codeOf(captureWith([dense('f32', [1, 4, 6, 6], new Float32Array(144).fill(NaN))]))).toBe('capture.value');
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    expect(await codeOf(captureWith(correlated(92, 1, [4, 6, 6])), { signal: stop.signal })).toBe('enough');
  });
});
