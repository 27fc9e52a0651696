import { shapes } from '@fretwork/datasets';
import { describe, expect, it } from 'vitest';
import { adam, cosine, createTrainingSession, onnxRuntime, type Batch } from '../src/index.js';
import { f32, smallCnn, smallGru } from './networks.js';
import { random } from './random.js';

const sessions = onnxRuntime({ threads: 1 });

/** Batches of the drawn set, pixels to about -1 … 1. */
function imageBatches(seed: number, count: number, size: number): Batch[] {
  const { inputs, labels } = shapes({ seed, count, size: 16 });
  const pixels = Float32Array.from(inputs.data as Uint8Array, (v) => v / 64 - 2);
  return Array.from({ length: count / size }, (_, b) => ({
    inputs: { x: f32([size, 1, 16, 16], pixels.subarray(b * size * 256, (b + 1) * size * 256)) },
    labels: labels.subarray(b * size, (b + 1) * size),
  }));
}

/** Sequences of ±1 whose class is the parity of how often 1 follows -1, among noise channels: no sum of inputs tells it. */
function sequenceBatches(seed: number, count: number, size: number, steps: number): Batch[] {
  const r = random(seed);
  return Array.from({ length: count }, () => {
    const x = new Float32Array(steps * size * 2);
    const labels = new Int32Array(size);
    for (let n = 0; n < size; n++) {
      let [before, rises] = [1, 0];
      for (let t = 0; t < steps; t++) {
        const bit = r.next() < 0.5 ? -1 : 1;
        if (bit > before) rises++;
        before = bit;
        x[(t * size + n) * 2] = bit;
        x[(t * size + n) * 2 + 1] = r.next() * 2 - 1;
      }
      labels[n] = rises % 2;
    }
    return { inputs: { x: f32([steps, size, 2], x) }, labels };
  });
}

describe('training on onnxruntime-node', () => {
  it('teaches a small CNN the drawn shapes, where softmax regression is right for 18 %', async () => {
    const batches = imageBatches(1, 1600, 32);
    const trainer = createTrainingSession(smallCnn(1), { loss: { kind: 'cross-entropy' }, optimiser: adam(), rate: cosine({ rate: 5e-3, steps: 400 }), sessions });
    const before = await trainer.evaluate(imageBatches(2, 320, 32));
    for (let step = 0; step < 400; step++) await trainer.step(batches[step % batches.length]!);
    const after = await trainer.evaluate(imageBatches(2, 320, 32));
    expect(before.accuracy).toBeLessThan(0.35);
    expect(after.accuracy).toBeGreaterThan(0.6);
    await trainer.dispose();
  });

  it('teaches a GRU a parity that no linear model can tell', async () => {
    const batches = sequenceBatches(1, 40, 64, 8);
    const trainer = createTrainingSession(smallGru(1, 8, 2, 24, 2), { loss: { kind: 'cross-entropy' }, optimiser: adam(), rate: 1e-2, clipNorm: 1, sessions });
    for (let step = 0; step < 500; step++) await trainer.step(batches[step % batches.length]!);
    const after = await trainer.evaluate(sequenceBatches(2, 8, 64, 8));
    expect(after.accuracy).toBeGreaterThan(0.9);
    await trainer.dispose();
  });
});
