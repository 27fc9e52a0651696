/** What a session owes its caller: masks, penalties, checkpoints, memory, refusals. */
import { FretworkError } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import {
  adam, createTrainingSession, onnxRuntime, referenceSessions, sgd, type Batch, type TrainingSession, type TrainingSessionOptions,
} from '../src/index.js';
import { f32, NetworkMaker, smallCnn } from './networks.js';
import { float, ints } from './one-layer.js';
import { random } from './random.js';

const sessions = onnxRuntime({ threads: 1 });
const OPTIONS: TrainingSessionOptions = { loss: { kind: 'cross-entropy' }, optimiser: sgd({ momentum: 0.9, weightDecay: 1e-4 }), rate: 0.05, sessions };

const batchOf = (seed: number, size: number, shape: readonly number[] = [1, 16, 16], classes = 8): Batch => {
  const r = random(seed);
  return { inputs: { x: f32([size, ...shape], Float32Array.from(r.tensor([size, ...shape]).data as Float64Array)) }, labels: Array.from({ length: size }, () => r.between(0, classes - 1)) };
};

/** A convolution, dropout, a fully connected layer. */
function dropoutNet(): ReturnType<typeof smallCnn> {
  const m = new NetworkMaker(5);
  m.hold('ratio', [], [0.3]);
  const x = m.layer('Dropout', [m.layer('Relu', [m.conv('x', 1, 4, 3, 2, 1, true)]), 'ratio']);
  return m.finish('dropout', ['N', 1, 16, 16], m.gemm(m.layer('Flatten', [x]), 4 * 64, 8));
}

const bytes = (session: TrainingSession): string => Buffer.from(session.checkpoint()).toString('hex');

describe('a training session', () => {
  it('keeps masked weights at exactly zero, through momentum and weight decay', async () => {
    const session = createTrainingSession(smallCnn(1), OPTIONS);
    const [name, shape] = [...session.parameters].find(([, s]) => s.length === 4)!;
    const mask = Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i % 3 === 0 ? 0 : 1);
    await session.step(batchOf(1, 8));
    session.setMasks(new Map([[name, mask]]));
    for (let i = 0; i < 5; i++) await session.step(batchOf(i, 8));
    const weight = session.read([name]).get(name)!;
    expect(mask.every((keep, i) => (keep === 0 ? Object.is(weight[i], 0) : weight[i] !== 0))).toBe(true);
    await session.dispose();
  });

  it('pulls weights to a penalty target, and says what the penalty is', async () => {
    const session = createTrainingSession(smallCnn(1), { ...OPTIONS, optimiser: sgd(), rate: 0.1 });
    const [name] = [...session.parameters].find(([, s]) => s.length === 4)!;
    const weight = session.read([name]).get(name)!;
    const target = weight.map((w) => w + 0.5);
    session.setPenalties(new Map([[name, { strength: 8, target }]]));
    const { penalty } = await session.step(batchOf(1, 8));
    expect(penalty).toBeCloseTo(weight.length * 0.5 * 8 * 0.25, 3);
    for (let i = 0; i < 10; i++) await session.step(batchOf(1, 8));
    const after = session.read([name]).get(name)!;
    expect(Math.max(...after.map((w, i) => Math.abs(w - target[i]!)))).toBeLessThan(0.1);
    await session.dispose();
  });

  it('goes on from a checkpoint bit for bit, dropout and Adam included', async () => {
    const options = { ...OPTIONS, optimiser: adam(), seed: 7 };
    const [one, two] = [createTrainingSession(dropoutNet(), options), createTrainingSession(dropoutNet(), { ...options, seed: 99 })];
    for (let i = 0; i < 4; i++) await one.step(batchOf(i, 8));
    const saved = one.checkpoint();
    for (let i = 4; i < 8; i++) await one.step(batchOf(i, 8));
    two.restore(saved);
    for (let i = 4; i < 8; i++) await two.step(batchOf(i, 8));
    expect(two.steps).toBe(8);
    expect(bytes(two)).toBe(bytes(one));
    await one.dispose();
    await two.dispose();
  });

  it('refuses damaged checkpoints and changes nothing', () => {
    const session = createTrainingSession(dropoutNet(), OPTIONS);
    const before = bytes(session);
    const good = session.checkpoint();
    const flipped = good.map((b, i) => (i === good.length - 9 ? b ^ 1 : b));
    for (const bad of [new Uint8Array(3), good.subarray(0, good.length - 4), flipped, createTrainingSession(dropoutNet(), { ...OPTIONS, optimiser: adam() }).checkpoint(), createTrainingSession(smallCnn(1), OPTIONS).checkpoint()]) {
      expect(() => session.restore(bad)).toThrow(expect.objectContaining({ code: 'train.checkpoint' }));
    }
    expect(bytes(session)).toBe(before);
  });

  it('gives the same step for one batch of 12 as for accumulated 8 and 4', async () => {
    const frozen: TrainingSessionOptions = { ...OPTIONS, batchNorm: 'frozen' };
    const [one, two] = [createTrainingSession(smallCnn(1), frozen), createTrainingSession(smallCnn(1), frozen)];
    const whole = batchOf(3, 12);
    const part = (from: number, to: number): Batch => ({ inputs: { x: f32([to - from, 1, 16, 16], (whole.inputs['x']!.data as Float32Array).subarray(from * 256, to * 256)) }, labels: Array.from(whole.labels!).slice(from, to) });
    const [a, b] = [await one.step(whole), await two.step([part(0, 8), part(8, 12)])];
    expect(b.loss).toBeCloseTo(a.loss, 5);
    for (const [name, weight] of one.read()) weight.forEach((w, i) => expect(Math.abs(w - two.read([name]).get(name)![i]!)).toBeLessThan(1e-6));
    await one.dispose();
    await two.dispose();
  });

  it('takes batches of more shapes in one step than it keeps sessions', async () => {
    const session = createTrainingSession(smallCnn(1), OPTIONS);
    for (let i = 0; i < 2; i++) await session.step([1, 2, 3, 4, 5].map((size) => batchOf(size, size)));
    expect(session.steps).toBe(2);
    await session.dispose();
  });

  it('moves running statistics as ONNX says and evaluates with them', async () => {
    const session = createTrainingSession(smallCnn(1), { ...OPTIONS, rate: 0 });
    const mean = [...session.parameters.keys()].find((name) => name.endsWith('.var'))!;
    for (let i = 0; i < 60; i++) await session.step(batchOf(1, 16));
    const result = await session.step(batchOf(1, 16));
    const evaluated = await session.evaluate([batchOf(1, 16)]);
    expect(session.read([mean]).get(mean)!.every((v) => v !== 1)).toBe(true);
    expect(Math.abs(evaluated.loss - result.loss)).toBeLessThan(0.02 * result.loss);
    await session.dispose();
  });

  it('trains with the reference interpreter as well, to the same weights', async () => {
    const [ort, slow] = [createTrainingSession(smallCnn(2, 1, 8), OPTIONS), createTrainingSession(smallCnn(2, 1, 8), { ...OPTIONS, sessions: referenceSessions })];
    for (let i = 0; i < 2; i++) for (const session of [ort, slow]) await session.step(batchOf(i, 4, [1, 8, 8]));
    const other = slow.read();
    for (const [name, weight] of ort.read()) expect(Math.max(...weight.map((w, i) => Math.abs(w - other.get(name)![i]!))), name).toBeLessThan(1e-4);
    await ort.dispose();
  });

  it('learns from a teacher: with a share of 1 the labels say nothing', async () => {
    const teacher = smallCnn(8);
    const session = createTrainingSession(smallCnn(1), { ...OPTIONS, teacher, batchNorm: 'frozen', rate: 0.02 });
    const first = await session.step(batchOf(1, 16), { distillation: 1 });
    let last = first;
    for (let i = 0; i < 40; i++) last = await session.step({ ...batchOf(1, 16), labels: Array.from({ length: 16 }, () => i % 8) }, { distillation: 1 });
    expect(last.loss).toBeLessThan(0.5 * first.loss);
    await session.dispose();
  });

  it('does not grow in memory over 400 steps', async () => {
    const session = createTrainingSession(smallCnn(1), OPTIONS);
    const batch = batchOf(1, 32);
    const rss: number[] = [];
    for (let i = 0; i < 400; i++) {
      await session.step(batch);
      if (i % 50 === 49) {
        globalThis.gc?.();
        rss.push(process.memoryUsage().rss / 2 ** 20);
      }
    }
    expect(rss.at(-1)! - rss[2]!, rss.map((v) => v.toFixed(0)).join(' ')).toBeLessThan(25);
    await session.dispose();
  });
});

describe('what a session refuses', () => {
  const codeOf = async (work: () => unknown): Promise<string> => {
    try {
      await work();
    } catch (error) {
      return error instanceof FretworkError ? error.code : String(error);
    }
    return 'nothing thrown';
  };

  it('wrong batches, labels, masks, weights, calls after its end', async () => {
    const session = createTrainingSession(smallCnn(1), OPTIONS);
    const batch = batchOf(1, 4);
    expect(await codeOf(() => session.step([]))).toBe('train.batch');
    expect(await codeOf(() => session.step({ inputs: batch.inputs }))).toBe('train.batch');
    expect(await codeOf(() => session.step({ ...batch, labels: [0, 1, 2, 8] }))).toBe('train.batch');
    expect(await codeOf(() => session.step({ ...batch, labels: [0, 1, 2, 0.5] }))).toBe('train.batch');
    expect(await codeOf(() => session.step(batch, { distillation: 1 }))).toBe('train.batch');
    expect(await codeOf(() => session.setMasks(new Map([['nothing', [1]]])))).toBe('train.parameter');
    expect(await codeOf(() => session.setMasks(new Map([['w0', [1]]])))).toBe('train.mask');
    expect(await codeOf(() => session.write(new Map([['w0', new Float32Array(1)]])))).toBe('train.parameter');
    await session.dispose();
    expect(await codeOf(() => session.step(batch))).toBe('train.disposed');
  });

  it('a loss that is no number, leaving weights as they were', async () => {
    const session = createTrainingSession(smallCnn(1), OPTIONS);
    const batch = batchOf(1, 4);
    (batch.inputs['x']!.data as Float32Array)[0] = Number.NaN;
    const before = bytes(session);
    expect(await codeOf(() => session.step(batch))).toBe('train.diverged');
    expect(bytes(session)).toBe(before);
    await session.dispose();
  });

  it('all layers without a gradient at once', async () => {
    const m = new NetworkMaker(1);
    let x = m.conv('x', 1, 2);
    x = m.layer('LRN', [x], { size: { type: 'int', value: 3 }, alpha: float(1e-4) });
    x = m.layer('Round', [m.layer('Relu', [x])]);
    const model = m.finish('odd', ['N', 1, 16, 16], m.layer('Flatten', [m.layer('MaxPool', [x], { kernel_shape: ints(16, 16) })]));
    const session = createTrainingSession(model, OPTIONS);
    const error = await session.step(batchOf(1, 2, [1, 16, 16], 2)).catch((e: unknown) => e as FretworkError) as FretworkError;
    expect(error.code).toBe('train.unsupported');
    expect(error.message).toContain('LRN');
    expect(error.message).toContain('Round');
  });
});
