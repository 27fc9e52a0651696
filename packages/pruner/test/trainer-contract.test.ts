import { decode, type Scheme } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { METHODS, penalise, pruneModel, pruneWithTraining, type MethodName, type Trainer, type TrainingRequest } from '../src/index.js';
import { modelOf, weight } from './models.js';
import { quadratic } from './quadratic.js';
import { normal, random } from './random.js';

const SHAPES = { conv: [16, 8, 3, 3], dense: [32, 24] };
const model = modelOf([{ name: 'conv', operator: 'Conv', weights: ['conv'] }, { name: 'dense', operator: 'Gemm', weights: ['dense'] }],
  { conv: weight(60, SHAPES.conv), dense: weight(61, SHAPES.dense) });
const start = Object.fromEntries(Object.keys(SHAPES).map((name) => [name, decode(model.tensors.get(name)!).data as Float32Array]));
const trainer = (importance = {}): ReturnType<typeof quadratic> => quadratic(SHAPES, start, importance);

const SHORT: Readonly<Record<MethodName, object>> = {
  magnitude: { retrainEpochs: 2 },
  gradual: { steps: 4, retrainEpochs: 2 },
  admm: { rho: { kind: 'ladder', from: 0.1, factor: 10, stages: 3 }, epochsPerStage: 6, updateEvery: 2, retrainEpochs: 2 },
  reweighted: { epochsPerRound: 4, retrainEpochs: 2, rate: 4 },
  retrain: { retrainEpochs: 2 },
};
const SCHEMES: readonly Scheme[] = [
  { kind: 'unstructured', rate: 4 }, { kind: 'filter', rate: 4 }, { kind: 'channel', rate: 4 },
  { kind: 'pattern', rate: 4, keep: 4, patterns: 8 }, { kind: 'block-punched', rate: 4, blockFilters: 8, blockChannels: 4 },
  ...[0, 0.5, 1].map((rowShare) => ({ kind: 'bcr', rate: 4, blockRows: 4, blockColumns: 8, rowShare }) as const),
];
const cases = (Object.keys(METHODS) as MethodName[]).filter((m) => m !== 'retrain').flatMap((method) => SCHEMES.map((scheme) => [method, scheme] as const));

describe('every method with every scheme', () => {
  it.each(cases)('%s with %j meets the rate and the structure', async (method, scheme) => {
    const request = { scheme, method, with: SHORT[method] } as TrainingRequest;
    const own = trainer();
    const { model: pruned, report } = await pruneWithTraining(model, own, request);
    // A channel of the convolution is 7 % of all.
    const slack = method === 'reweighted' ? 0.2 : 0.06;
    expect(Math.abs(report.pruned.rate / 4 - 1)).toBeLessThan(slack);
    // What stays of a quadratic is what it began with; what is shown as kept has the scheme's own structure.
    for (const { tensor, kept } of report.layers.flatMap(({ tensors }) => tensors)) {
      const values = decode(pruned.tensors.get(tensor)!).data as Float32Array;
      expect(values.reduce((n, w) => n + (w === 0 ? 0 : 1), 0)).toBe(kept);
      expect(own.weights.get(tensor)).toEqual(values);
    }
    const again = pruneModel(pruned, { plan: { target: '', mapper: '', entries: report.layers.map(({ layer, scheme: s }) => ({ layer, scheme: s, reason: 'again' })) },
      options: { allocation: method === 'reweighted' ? 'global' : 'balanced' } });
    const lost = again.report.pruned.energy;
    expect(lost).toBeGreaterThan(scheme.kind === 'bcr' && (method === 'reweighted' || method === 'admm') ? 0.9 : 0.999);
  });

  it('reweighted lets the layer keep more whose weights the loss needs', async () => {
    for (const [needed, other] of [['conv', 'dense'], ['dense', 'conv']] as const) {
      const { report } = await pruneWithTraining(model, trainer({ [needed]: 1, [other]: 0.1 }),
        { scheme: { kind: 'unstructured', rate: 1 }, method: 'reweighted', with: { strength: 300, rate: 4 } });
      const rate = Object.fromEntries(report.layers.map((l) => [l.layer, l.rate]));
      expect(rate[needed]! * 1.5).toBeLessThan(rate[other]!);
    }
  });
});

describe('penalise', () => {
  it('is the gradient of its own value', () => {
    const next = random(62);
    const draw = (): Float32Array => Float32Array.from({ length: 20 }, () => normal(next));
    const [w, target, strength] = [draw(), draw(), draw().map(Math.abs)];
    for (const penalty of [{ strength, target }, { strength: 0.3, target }, { strength }]) {
      const gradient = new Float32Array(20);
      penalise(penalty, w, gradient);
      for (const i of [0, 7, 19]) {
        const at = (step: number): number => penalise(penalty, w.map((v, k) => (k === i ? v + step : v)), new Float32Array(20));
        expect((at(0.01) - at(-0.01)) / 0.02).toBeCloseTo(gradient[i]!, 4);
      }
    }
  });
});

describe('what is refused', () => {
  const codeOf = async (own: Trainer, request: TrainingRequest = { scheme: SCHEMES[0]!, method: 'magnitude' }): Promise<string> =>
    pruneWithTraining(model, own, request).then(() => 'nothing', (error: { code: string }) => error.code);

  it('trainers that are not of this contract or of this model', async () => {
    expect(await codeOf({ ...trainer(), apiVersion: 2 as 1 })).toBe('train.api');
    expect(await codeOf({ ...trainer(), parameters: new Map([['conv', SHAPES.conv]]) })).toBe('train.parameter');
    expect(await codeOf({ ...trainer(), parameters: new Map(Object.entries({ ...SHAPES, conv: [16, 8, 9] })) })).toBe('train.parameter');
    expect(await codeOf({ ...trainer(), parameters: new Map(Object.entries({ ...SHAPES, other: [1] })) })).toBe('train.parameter');
  });

  it('runs that would do nothing, or came to nothing', async () => {
    expect(await codeOf(trainer(), { scheme: SCHEMES[0]!, skip: ['*'], method: 'magnitude' })).toBe('train.nothing');
    expect(await codeOf(trainer(), { scheme: SCHEMES[0]!, method: 'admm', with: { epochsPerStage: 2 } })).toBe('train.option');
    expect(await codeOf({ ...trainer(), step: async () => ({ batches: 1, loss: NaN, penalty: 0 }) })).toBe('train.diverged');
  });
});
