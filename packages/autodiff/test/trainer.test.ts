/** The `ModelTrainer` contract of `@fretwork/pruner`, as far as it can be told from outside. */
import { shapes } from '@fretwork/datasets';
import { describe, expect, it } from 'vitest';
import { createTrainer, onnxRuntime, samples, sgd, type ModelTrainer, type SampleSource, type TrainerOptions } from '../src/index.js';
import { f32, smallCnn } from './networks.js';

function shapeSource(seed: number, count: number): SampleSource {
  const { inputs, labels } = shapes({ seed, count, size: 16 });
  return samples({ inputs: { x: f32([count, 1, 16, 16], Float32Array.from(inputs.data as Uint8Array, (v) => v / 64 - 2)) }, labels });
}

const OPTIONS: TrainerOptions = {
  loss: { kind: 'cross-entropy' }, optimiser: sgd({ momentum: 0.9 }), rate: 0.02, sessions: onnxRuntime({ threads: 1 }),
  train: shapeSource(1, 100), test: shapeSource(2, 50), batchSize: 16, seed: 4,
};
const PLAIN = { learningRate: 1, distillation: 0 } as const;

async function stateOf(trainer: ModelTrainer): Promise<string> {
  return Buffer.from(await trainer.checkpoint()).toString('hex');
}

describe('a trainer', () => {
  it('goes through whole batches of an epoch, evaluates every test sample, and improves', async () => {
    const seen: number[][] = [];
    const source: SampleSource = { count: 100, batch: (indices) => { seen.push([...indices]); return OPTIONS.train.batch(indices); } };
    const trainer = createTrainer(smallCnn(1), { ...OPTIONS, train: source });
    const before = await trainer.evaluate();
    const { batches } = await trainer.step({ unit: 'epoch', count: 1, ...PLAIN });
    expect(batches).toBe(6);
    expect(new Set(seen.flat()).size).toBe(96);
    for (let i = 0; i < 4; i++) await trainer.step({ unit: 'epoch', count: 1, ...PLAIN });
    expect(seen[0]).not.toEqual(seen[6]);
    expect((await trainer.evaluate()).loss).toBeLessThan(before.loss);
    await trainer.dispose();
  });

  it('is the same from the same seed, whether in one step or in several, and from a checkpoint', async () => {
    const [one, two, three] = [1, 2, 3].map(() => createTrainer(smallCnn(1), OPTIONS)) as [ModelTrainer, ModelTrainer, ModelTrainer];
    await one.step({ unit: 'batch', count: 9, ...PLAIN });
    await two.step({ unit: 'batch', count: 4, ...PLAIN });
    const saved = await two.checkpoint();
    await two.step({ unit: 'batch', count: 5, ...PLAIN });
    await three.step({ unit: 'batch', count: 2, learningRate: 3, distillation: 0 });
    await three.restore(saved);
    await three.step({ unit: 'batch', count: 5, ...PLAIN });
    expect(await stateOf(two)).toBe(await stateOf(one));
    expect(await stateOf(three)).toBe(await stateOf(one));
    const other = createTrainer(smallCnn(1), { ...OPTIONS, seed: 5 });
    await other.step({ unit: 'batch', count: 9, ...PLAIN });
    expect(await stateOf(other)).not.toBe(await stateOf(one));
    for (const trainer of [one, two, three, other]) await trainer.dispose();
  });

  it('teaches with itself as it was: at first there is nothing to learn', async () => {
    const trainer = createTrainer(smallCnn(1), { ...OPTIONS, batchNorm: 'frozen' });
    const { loss } = await trainer.step({ unit: 'batch', count: 1, learningRate: 0, distillation: 1 });
    expect(Math.abs(loss)).toBeLessThan(1e-4);
    expect((await trainer.step({ unit: 'batch', count: 1, learningRate: 0, distillation: 0.5 })).loss).toBeGreaterThan(0.5);
    await trainer.dispose();
  });

  it('stops at a signal, after some whole batch', async () => {
    const stop = new AbortController();
    const trainer = createTrainer(smallCnn(1), { ...OPTIONS, train: { count: 100, batch: (indices) => { if (indices.length > 0) stop.abort(new Error('enough')); return OPTIONS.train.batch(indices); } } });
    await expect(trainer.step({ unit: 'epoch', count: 1, ...PLAIN, signal: stop.signal })).rejects.toThrow('enough');
    const fresh = createTrainer(smallCnn(1), OPTIONS);
    await fresh.step({ unit: 'batch', count: 1, ...PLAIN });
    expect(await stateOf(trainer)).toBe(await stateOf(fresh));
    await trainer.dispose();
    await fresh.dispose();
  });

  it('refuses options that make no sense', () => {
    for (const wrong of [{ batchSize: 0 }, { batchSize: 101 }, { accumulate: 1.5 }, { accumulate: 7 }]) {
      expect(() => createTrainer(smallCnn(1), { ...OPTIONS, ...wrong }), JSON.stringify(wrong)).toThrow(expect.objectContaining({ code: 'train.option' }));
    }
  });
});
