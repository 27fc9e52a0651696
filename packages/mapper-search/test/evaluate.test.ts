import { onnxRuntime } from '@fretwork/autodiff';
import type { MappingPlan } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { inProcess, packTask, type Job } from '../src/index.js';
import { openTask } from '../src/evaluate/task.js';
import { smallModel, smallTask, stripes } from './tasks.js';

const sessions = onnxRuntime({ threads: 1, spinning: false });
const plan = (rate: number, layers = ['first', 'second']): MappingPlan => ({ target: '', mapper: '', entries: layers.map((layer) => ({ layer, scheme: { kind: 'unstructured', rate }, reason: '' })) });
const job = (rate: number, more: Partial<Job> = {}): Job => ({ plan: plan(rate), seed: 1, bars: [null, null], ...more });

describe.each(['magnitude', 'calibrated'] as const)('a fast evaluation by %s', (projection) => {
  it('is pure: the same job gives the same, whatever went before it', async () => {
    const [one, other] = [inProcess(smallTask({ projection }), sessions), inProcess(smallTask({ projection }), sessions)];
    const first = await one.evaluate(job(2));
    await other.evaluate(job(12));
    await other.evaluate(job(2, { seed: 5 }));
    expect(await other.evaluate(job(2))).toEqual(first);
    expect(first.rungs).toHaveLength(3);
    await Promise.all([one.close(), other.close()]);
  });

  it('tells a gentle plan from one that leaves next to nothing, and stops below a bar', async () => {
    const evaluator = inProcess(smallTask({ projection }), sessions);
    const [gentle, harsh] = [await evaluator.evaluate(job(1.5)), await evaluator.evaluate(job(60))];
    expect(gentle.rungs.at(-1)!).toBeGreaterThan(0.9);
    expect(gentle.rungs.at(-1)!).toBeGreaterThan(harsh.rungs.at(-1)!);
    expect(await evaluator.evaluate(job(60, { bars: [0, harsh.rungs[1]! + 0.01] }))).toEqual({ rungs: harsh.rungs.slice(0, 2), stopped: true });
    await evaluator.close();
  });
});

it('brings batch norms to the pruned network before it trains', async () => {
  const untrained = { rungs: [0], learningRate: 0.02 };
  const [with_, without] = [inProcess(smallTask({ ...untrained, recalibrationBatches: 60 }), sessions), inProcess(smallTask({ ...untrained, recalibrationBatches: 0 }), sessions)];
  const [a, b] = [await with_.evaluate(job(2, { bars: [] })), await without.evaluate(job(2, { bars: [] }))];
  expect(a.rungs).not.toEqual(b.rungs);
  await Promise.all([with_.close(), without.close()]);
});

it('stops with the reason of its signal', async () => {
  const evaluator = inProcess(smallTask(), sessions);
  await expect(evaluator.evaluate(job(2), { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  await evaluator.close();
});

it('packs by hash, and takes nothing else under one', async () => {
  const { record, blobs } = smallTask();
  expect(smallTask().record).toEqual(record);
  const task = await openTask(record, (hash) => blobs.get(hash)!);
  expect(task.train).toEqual(stripes(240, 1));
  await expect(openTask(record, () => new Uint8Array(8))).rejects.toThrow(/queue\.blob/);
  expect(() => packTask({ model: smallModel(), train: stripes(3, 1), judge: stripes(3, 1), settings: { ...record.settings, rungs: [5, 5] } })).toThrow(/search\.option/);
});
