import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SEQUENCE_CLASSES, sequences, type Dataset } from '@fretwork/datasets';
import { nearestMotif } from './nearest-motif.js';
import { trainSoftmaxRegression } from './softmax-regression.js';

const floats = (set: Dataset): Float32Array => set.inputs.data as Float32Array;
const sha256 = (set: Dataset): string => createHash('sha256').update(new Uint8Array(floats(set).buffer)).update(new Uint8Array(set.labels.buffer)).digest('hex');

describe('sequences', () => {
  it('draws the same bytes for the same seed', () => {
    expect(sha256(sequences({ seed: 1, count: 64 }))).toBe('7151fdcb00a5da44dc459ac96644ce593336a3135a869d67c6d718b95fda5c87');
    expect(floats(sequences({ seed: 2, count: 8 }))).not.toEqual(floats(sequences({ seed: 1, count: 8 })));
  });

  it('begins a larger set with the smaller one, each class once in every eight', () => {
    const small = sequences({ seed: 5, count: 16 });
    const large = sequences({ seed: 5, count: 30 });
    expect(small.inputs.shape).toEqual([16, 25, 10]);
    expect(floats(large).slice(0, floats(small).length)).toEqual(floats(small));
    expect(small.classes).toEqual(SEQUENCE_CLASSES.map((row) => row.name));
    for (const at of [0, 8]) expect([...small.labels.subarray(at, at + 8)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('what the sequences ask of a classifier', () => {
  const train = sequences({ seed: 1, count: 1600 });
  const test = sequences({ seed: 2, count: 800 });
  const share = (found: ArrayLike<number>, labels: Int32Array): number => labels.reduce((sum, label, i) => sum + (found[i] === label ? 1 : 0), 0) / labels.length;

  it('a linear one learns nothing that holds: softmax regression stays below 25 % where chance is 12.5 %', () => {
    const predict = trainSoftmaxRegression(floats(train), train.labels, { classes: 8, epochs: 20, rate: 0.01 });
    // It did learn: its own training sequences it knows clearly better than chance.
    expect(share(predict(floats(train)), train.labels)).toBeGreaterThan(0.25);
    expect(share(predict(floats(test)), test.labels)).toBeLessThan(0.25);
  });

  it('the motif is there to be heard: the template that fits best is right for over 95 %', () => {
    const few = 80;
    const found = Array.from({ length: few }, (_, i) => nearestMotif(floats(test).subarray(i * 250, (i + 1) * 250)));
    expect(share(found, test.labels.subarray(0, few))).toBeGreaterThan(0.95);
  });
});
