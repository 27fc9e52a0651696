import { decode, type MappingPlan, type Model, type Scheme } from '@fretwork/format';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  planTraining, pruneModel, pruneWithTraining, type Progress, type TrainedModel, type TrainingRequest,
} from '../src/index.js';
import { blocksOf } from './structure.js';
import { accuracyOf, trainedTwoLayer } from './two-layer.js';

const BCR8: Scheme = { kind: 'bcr', rate: 8, blockRows: 4, blockColumns: 8, rowShare: 0.5 };
const RETRAIN = { retrainEpochs: 15 };
const ADMM = { ...RETRAIN, rho: { kind: 'adaptive', from: 0.01 }, epochsPerStage: 30, updateEvery: 2 } as const;

const floats = (model: Model, name: string): Float32Array => decode(model.tensors.get(name)!).data as Float32Array;
const zeros = (model: Model): string => ['w1', 'w2'].map((name) => floats(model, name).map((w) => (w === 0 ? 0 : 1)).join('')).join();
const nonZero = (values: Float32Array): number => values.reduce((n, w) => n + (w === 0 ? 0 : 1), 0);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('methods that train, on a two-layer network', () => {
  const starts: Awaited<ReturnType<typeof trainedTwoLayer>>[] = [];
  beforeAll(async () => { for (const seed of [1, 2]) starts.push(await trainedTwoLayer(seed)); });
  const all = async (request: TrainingRequest): Promise<readonly TrainedModel[]> =>
    Promise.all(starts.map(({ model, trainer }) => pruneWithTraining(model, trainer(), request, { evaluateEvery: 0 })));

  it('are better than one shot, and ADMM and gradual better than one shot with the same retraining', async () => {
    const oneShot = mean(starts.map(({ model }) => {
      const { model: pruned } = pruneModel(model, { scheme: BCR8 });
      return accuracyOf((name) => floats(pruned, name));
    }));
    const reached = async (request: TrainingRequest): Promise<number> => mean((await all(request)).map(({ after }) => after.accuracy));
    const magnitude = await reached({ scheme: BCR8, method: 'magnitude', with: RETRAIN });
    const gradual = await reached({ scheme: BCR8, method: 'gradual', with: { ...RETRAIN, epochsPerStep: 2 } });
    const admm = await reached({ scheme: BCR8, method: 'admm', with: ADMM });
    expect(magnitude).toBeGreaterThan(oneShot + 0.1);
    expect(gradual).toBeGreaterThan(magnitude + 0.01);
    expect(admm).toBeGreaterThan(magnitude + 0.02);
  });

  it('ADMM: the primal residual of each stage falls, and columns go before rows', async () => {
    for (const { history, model, report } of await all({ scheme: BCR8, method: 'admm', with: ADMM })) {
      for (const part of ['columns', 'rows']) {
        const residuals = history.flatMap(({ phase, residual }) => (phase.do === 'admm-update' && phase.part === part ? residual! : []));
        expect(residuals).toHaveLength(15);
        expect(residuals.at(-1)).toBeLessThan(0.1 * residuals[0]!);
      }
      expect(history.flatMap(({ phase }) => (phase.do === 'prune' ? phase.part : []))).toEqual(['columns', 'rows']);
      // 48x24 is 36 blocks of 4x8 that keep 3 or 2 of 8 columns, then 1 or 2 of 4 rows.
      expect(Math.abs(report.pruned.rate / 8 - 1)).toBeLessThan(0.05);
      for (const block of blocksOf({ rows: 48, columns: 24, keep: Uint8Array.from(floats(model, 'w1'), (w) => (w === 0 ? 0 : 1)) }, 4, 8)) {
        expect(block.product).toBe(true);
      }
    }
  });

  it('a rho ladder starts over with each strength and ends close to the structure', async () => {
    const rho = { kind: 'ladder', from: 0.01, factor: 10, stages: 2 } as const;
    const [{ history }] = await all({ scheme: BCR8, method: 'admm', with: { ...ADMM, rho, epochsPerStage: 10, progressive: false } }) as [TrainedModel];
    const residuals = history.flatMap(({ residual }) => residual ?? []);
    expect(history.flatMap(({ phase }) => (phase.do === 'admm-start' ? phase.rho : []))).toEqual([0.01, 0.1]);
    expect(residuals.at(-1)).toBeLessThan(0.4 * residuals[0]!);
  });

  it('sparsity after retraining is that after pruning, weight by weight', async () => {
    const { model, trainer } = starts[0]!;
    for (const method of ['magnitude', 'gradual', 'admm'] as const) {
      const short = method === 'admm' ? { epochsPerStage: 4, updateEvery: 2 } : {};
      const run = async (retrainEpochs: number): Promise<TrainedModel> =>
        pruneWithTraining(model, trainer(), { scheme: BCR8, method, with: { ...short, retrainEpochs } }, { evaluateEvery: 0 });
      const [pruned, retrained] = [await run(0), await run(4)];
      expect(zeros(retrained.model), method).toBe(zeros(pruned.model));
      expect(floats(retrained.model, 'w1'), method).not.toEqual(floats(pruned.model, 'w1'));
      expect(retrained.report.pruned.kept).toBe(nonZero(floats(retrained.model, 'w1')) + nonZero(floats(retrained.model, 'w2')));
    }
  });

  it('the model that comes out is as accurate as the trainer says, biases included', async () => {
    const { model, trainer } = starts[0]!;
    const out = await pruneWithTraining(model, trainer(), { scheme: BCR8, method: 'magnitude', with: { retrainEpochs: 3 } });
    expect(accuracyOf((name) => floats(out.model, name))).toBe(out.after.accuracy);
    expect(out.before).toEqual(await trainer().evaluate());
    expect(floats(out.model, 'b1')).not.toEqual(floats(model, 'b1'));
    expect(out.model.layers.map(({ scheme }) => scheme)).toEqual([BCR8, undefined, BCR8]);
    expect(out.model.tensors.get('w1')!.kind).toBe('sparse');
  });

  it('reweighted: no ratio is set by hand, those of layers differ, and it is no worse than ADMM at one rate for all', async () => {
    const reweighted = await all({ scheme: { ...BCR8, rate: 1 }, method: 'reweighted', with: { ...RETRAIN, rate: 8 } });
    for (const { report, model } of reweighted) {
      const [first, second] = report.layers.map(({ rate }) => rate);
      expect(Math.abs(report.pruned.rate / 8 - 1)).toBeLessThan(0.03);
      expect(Math.max(first!, second!) / Math.min(first!, second!)).toBeGreaterThan(1.5);
      expect(model.layers[0]!.scheme).toEqual({ ...BCR8, rate: first });
    }
    const uniform = await all({ scheme: BCR8, method: 'admm', with: ADMM });
    expect(mean(reweighted.map(({ after }) => after.accuracy))).toBeGreaterThanOrEqual(mean(uniform.map(({ after }) => after.accuracy)));
  });

  it('reweighted: a higher price leaves fewer weights', async () => {
    const { model, trainer } = starts[0]!;
    const rates: number[] = [];
    for (const strength of [0.25, 0.5, 1]) {
      const out = await pruneWithTraining(model, trainer(), { scheme: { kind: 'unstructured', rate: 1 }, method: 'reweighted', with: { strength, retrainEpochs: 0 } }, { evaluateEvery: 0 });
      rates.push(out.report.pruned.rate);
    }
    expect(rates[1]).toBeGreaterThan(rates[0]! * 1.1);
    expect(rates[2]).toBeGreaterThan(rates[1]! * 1.1);
  });

  it('retrain holds the zeros of a pruned model', async () => {
    const { model, trainer } = starts[0]!;
    const { model: pruned } = pruneModel(model, { scheme: { kind: 'unstructured', rate: 6 } });
    const from = trainer();
    await from.write(new Map(['w1', 'w2'].map((name) => [name, floats(pruned, name)])));
    const out = await pruneWithTraining(pruned, from, { scheme: { kind: 'unstructured', rate: 1 }, method: 'retrain', with: { retrainEpochs: 8, distillation: 0.5 } });
    expect(zeros(out.model)).toBe(zeros(pruned));
    expect(out.after.accuracy).toBeGreaterThan(out.before.accuracy + 0.05);
    expect(out.report.pruned.rate).toBeCloseTo(6, 1);
  });

  it('a plan mixes schemes by layer; layers it does not name stay dense', async () => {
    const { model, trainer } = starts[0]!;
    const entry = (layer: string, scheme: Scheme): MappingPlan['entries'][number] => ({ layer, scheme, reason: 'test' });
    const run = async (entries: MappingPlan['entries']): Promise<readonly number[]> => {
      const request: TrainingRequest = { plan: { target: '', mapper: '', entries }, method: 'admm', with: { ...ADMM, epochsPerStage: 4, retrainEpochs: 1 } };
      return (await pruneWithTraining(model, trainer(), request)).report.layers.map(({ rate }) => rate);
    };
    expect(await run([entry('in', BCR8), entry('out', { kind: 'unstructured', rate: 3 })])).toEqual([expect.closeTo(8, 0), expect.closeTo(3, 1)]);
    expect(await run([entry('in', { kind: 'filter', rate: 2 })])).toEqual([2, 1]);
  });
});

describe('long runs', () => {
  const request = {
    admm: { scheme: BCR8, method: 'admm', with: { ...ADMM, epochsPerStage: 6, retrainEpochs: 3 } },
    reweighted: { scheme: BCR8, method: 'reweighted', with: { rounds: 2, epochsPerRound: 3, retrainEpochs: 3, rate: 4 } },
    gradual: { scheme: BCR8, method: 'gradual', with: { steps: 3, retrainEpochs: 3 } },
  } as const satisfies Record<string, TrainingRequest>;

  it.each(['admm', 'reweighted', 'gradual'] as const)('%s stops where it is told to, and goes on from the checkpoint to the same bytes', async (method) => {
    const { model, trainer } = await trainedTwoLayer(3);
    const whole = await pruneWithTraining(model, trainer(), request[method]);
    for (const stopAt of [2, 4]) {
      const stop = new AbortController();
      let last: Uint8Array | undefined;
      const run = pruneWithTraining(model, trainer(), request[method], {
        signal: stop.signal, onCheckpoint: (bytes) => { last = bytes; },
        onProgress: ({ epoch }) => { if (epoch === stopAt) stop.abort(new Error('enough')); },
      });
      await expect(run).rejects.toThrow('enough');
      const resumed = await pruneWithTraining(model, trainer(), request[method], { resume: last! });
      for (const name of ['w1', 'b1', 'w2', 'b2']) expect(floats(resumed.model, name)).toEqual(floats(whole.model, name));
      expect(resumed.report).toEqual(whole.report);
      expect(resumed.history.length).toBeLessThan(whole.history.length);
    }
  });

  it('tells how far it is, and how long it will take', async () => {
    const { model, trainer } = await trainedTwoLayer(3);
    const told: Progress[] = [];
    let clock = 0;
    const { schedule } = planTraining(model, request.gradual);
    await pruneWithTraining(model, trainer(), request.gradual, { onProgress: (p) => told.push(p), now: () => { clock += 100; return clock; } });
    expect(told.map(({ phase }) => phase)).toEqual(schedule);
    expect(told.at(-1)).toMatchObject({ done: schedule.length, epoch: 5, epochs: 5, etaMs: 0, accuracy: expect.any(Number), loss: expect.any(Number) });
    const [first] = told.filter(({ epoch }) => epoch === 1);
    expect(first!.etaMs).toBe(4 * 100);
    expect(JSON.parse(JSON.stringify(schedule))).toEqual(schedule);
  });

  it('refuses checkpoints of other runs and damaged ones', async () => {
    const { model, trainer } = await trainedTwoLayer(3);
    let last: Uint8Array = new Uint8Array();
    await pruneWithTraining(model, trainer(), request.gradual, { onCheckpoint: (bytes) => { last = bytes; } });
    await expect(pruneWithTraining(model, trainer(), request.admm, { resume: last })).rejects.toThrow(/checkpoint\.other/);
    for (const wrong of [last.slice(0, 8), last.slice(0, -1), last.map((b, i) => (i === 40 ? b ^ 1 : b)), new Uint8Array(20)]) {
      await expect(pruneWithTraining(model, trainer(), request.gradual, { resume: wrong })).rejects.toThrow(/checkpoint\.damaged/);
    }
  });
});
