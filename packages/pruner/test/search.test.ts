import { costOf, decode, inferShapes, type Model, type Scheme } from '@fretwork/format';
import { beforeAll, describe, expect, it } from 'vitest';
import { findTarget, printSensitivity, pruneModel, scanSensitivity, sensitiveLayers, type Evaluate, type SensitivityScan } from '../src/index.js';
import { modelOf, weight } from './models.js';
import { accuracyOf, trainedTwoLayer } from './two-layer.js';

const SCHEME: Scheme = { kind: 'unstructured', rate: 1 };
const evaluate: Evaluate = (model) => accuracyOf((name) => decode(model.tensors.get(name)!).data as Float32Array);
let model: Model;
beforeAll(async () => { model = { ...(await trainedTwoLayer(7)).model, inputs: [{ name: 'v0', dtype: 'f32', shape: [1, 24] }] }; });

describe('scanSensitivity', () => {
  let scan: SensitivityScan;
  beforeAll(async () => { scan = await scanSensitivity(model, { scheme: SCHEME, rates: [2, 8, 32], evaluate }); });

  it('evaluates each layer alone at each rate', () => {
    expect(scan.baseline).toBe(evaluate(model));
    expect(scan.layers.map(({ layer, weights }) => [layer, weights])).toEqual([['in', 48 * 24], ['out', 6 * 48]]);
    for (const { layer, points } of scan.layers) {
      for (const { asked, reached, accuracy, drop } of points) {
        const alone = pruneModel(model, { plan: { target: '', mapper: '', entries: [{ layer, scheme: { kind: 'unstructured', rate: asked }, reason: '' }] } });
        expect(accuracy).toBe(evaluate(alone.model));
        expect(drop).toBeCloseTo(scan.baseline - accuracy!, 12);
        expect(reached).toBeCloseTo(asked, 0);
      }
      expect(points.at(-1)!.drop).toBeGreaterThan(points[0]!.drop! + 0.05);
    }
    expect(JSON.parse(JSON.stringify(scan))).toEqual(scan);
  });

  it('prints a table, and names the layers to leave alone', () => {
    const lines = printSensitivity(scan).split('\n');
    expect(lines.map((line) => line.split(/ +/)[0])).toEqual(['layer', 'in', 'out', '(dense)']);
    expect(lines[1]).toContain(scan.layers[0]!.points[2]!.accuracy!.toFixed(4));
    const drops = scan.layers.map(({ points }) => points[1]!.drop!);
    const between = (drops[0]! + drops[1]!) / 2;
    expect(sensitiveLayers(scan, { rate: 8, maxDrop: between })).toEqual([drops[0]! > drops[1]! ? 'in' : 'out']);
    expect(() => sensitiveLayers(scan, { rate: 3, maxDrop: 0 })).toThrow(/scan\.rate/);
  });

  it('says where a layer cannot be pruned at a rate, and leaves out what is skipped', async () => {
    const { layers } = await scanSensitivity(model, { scheme: { kind: 'filter', rate: 1 }, rates: [2, 16], evaluate, skip: ['in'] });
    expect(layers.map(({ layer }) => layer)).toEqual(['out']);
    expect(layers[0]!.points[1]).toEqual({ asked: 16, reason: expect.stringContaining('6 filters cannot keep one in 16') });
  });
});

describe('findTarget', () => {
  it('rate: the lowest that reaches it over all layers, skipped ones too', async () => {
    const { rate, value, pruned, trials } = await findTarget(model, { scheme: SCHEME, skip: ['out'] }, { rate: 3 });
    expect(value).toBeGreaterThanOrEqual(3);
    expect(value).toBeLessThan(3.05);
    expect(rate).toBeGreaterThan(5);
    expect(pruned.report.total.rate).toBe(value);
    expect(trials.length).toBeLessThan(20);
    await expect(findTarget(model, { scheme: SCHEME, skip: ['in'] }, { rate: 3 })).rejects.toThrow(/target\.unreachable/);
  });

  it('bytes and MACs: as the format counts them', async () => {
    const dense = costOf(model, inferShapes(model));
    const bytes = await findTarget(model, { scheme: { kind: 'bcr', rate: 1, blockRows: 4, blockColumns: 8, rowShare: 0 } }, { bytes: dense.weightBytes / 3 });
    expect(costOf(bytes.pruned.model, inferShapes(bytes.pruned.model)).weightBytes).toBe(bytes.value);
    expect(bytes.value / (dense.weightBytes / 3)).toBeGreaterThan(0.95);
    expect(bytes.value).toBeLessThanOrEqual(dense.weightBytes / 3);
    const macs = await findTarget(model, { scheme: SCHEME }, { macs: 360 });
    expect(macs.value).toBeLessThanOrEqual(360);
    expect(macs.value).toBeGreaterThan(345);
    expect(macs.rate).toBeCloseTo(1440 / 360, 0);
  });

  it('maxDrop: the highest rate that holds, and none that does not', async () => {
    const { rate, value, trials, pruned } = await findTarget(model, { scheme: SCHEME }, { maxDrop: 0.05, evaluate });
    expect(value).toBeLessThanOrEqual(0.05);
    expect(evaluate(model) as number - (evaluate(pruned.model) as number)).toBe(value);
    expect(trials.some((t) => !t.holds && t.rate > rate && t.rate < rate * 1.02)).toBe(true);
    const strict = await findTarget(model, { scheme: SCHEME }, { maxDrop: 0.01, evaluate });
    expect(strict.rate).toBeLessThan(rate);
    expect((await findTarget(model, { scheme: SCHEME }, { maxDrop: 1, evaluate })).rate).toBe(256);
    expect((await findTarget(model, { scheme: SCHEME }, { rate: 1 })).rate).toBe(1);
  });

  it('rates of a plan keep their order', async () => {
    const plan = { target: '', mapper: '', entries: [{ layer: 'in', scheme: { kind: 'unstructured', rate: 9 }, reason: '' }, { layer: 'out', scheme: { kind: 'unstructured', rate: 3 }, reason: '' }] } as const;
    const { request, value } = await findTarget(model, { plan }, { rate: 4 });
    const [first, second] = request.plan!.entries.map(({ scheme }) => (scheme.kind === 'dense' ? 1 : scheme.rate));
    expect(first).toBeCloseTo(second! ** 2, 6);
    expect(value).toBeCloseTo(4, 0);
  });

  it('takes another way of pruning, and stops when told to', async () => {
    let asked = 0;
    const stop = new AbortController();
    const chain = modelOf([{ name: 'a', operator: 'Gemm', weights: ['w'] }], { w: weight(1, [32, 32]) });
    const prune: typeof pruneModel = (m, request) => {
      if (++asked === 3) stop.abort(new Error('enough'));
      return pruneModel(m, request);
    };
    await expect(findTarget(chain, { scheme: SCHEME }, { rate: 5 }, { prune, signal: stop.signal })).rejects.toThrow('enough');
    expect(asked).toBe(3);
  });
});
