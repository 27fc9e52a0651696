import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SHAPE_CLASSES, normalise, shapes, type Dataset } from '@fretwork/datasets';
import { nearestTemplate } from './nearest-template.js';
import { trainSoftmaxRegression } from './softmax-regression.js';

const sha256 = (set: Dataset): string => createHash('sha256').update(set.inputs.data as Uint8Array).update(new Uint8Array(set.labels.buffer)).digest('hex');

describe('shapes', () => {
  it('draws the same bytes for the same seed', () => {
    expect(sha256(shapes({ seed: 1, count: 64, size: 16 }))).toBe('b41d61900523f2666872af83d0cad0d60bdd2b4ca983dd22bf78348474b2e277');
    expect(sha256(shapes({ seed: 1, count: 64, size: 32 }))).toBe('362188c410de91517376e7725b328dac09dcb59f0cc26af61bdbf6433e20b3ea');
    expect(shapes({ seed: 2, count: 8, size: 16 }).inputs.data).not.toEqual(shapes({ seed: 1, count: 8, size: 16 }).inputs.data);
  });

  it('begins a larger set with the smaller one', () => {
    const small = shapes({ seed: 5, count: 20, size: 32 });
    const large = shapes({ seed: 5, count: 30, size: 32 });
    expect(small.inputs.shape).toEqual([20, 3, 32, 32]);
    expect(large.inputs.data.slice(0, small.inputs.data.length)).toEqual(small.inputs.data);
    expect(large.labels.slice(0, 20)).toEqual(small.labels);
  });

  it('holds each class once in every eight', () => {
    const { labels, classes } = shapes({ seed: 3, count: 80, size: 16 });
    expect(classes).toEqual(SHAPE_CLASSES.map((row) => row.name));
    const orders = new Set<string>();
    for (let at = 0; at < 80; at += 8) {
      const run = [...labels.subarray(at, at + 8)];
      orders.add(run.join(''));
      expect(run.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    }
    expect(orders.size).toBeGreaterThan(5);
  });

  it('draws nothing for a count of 0', () => {
    expect(shapes({ seed: 1, count: 0, size: 16 }).inputs.shape).toEqual([0, 1, 16, 16]);
  });
});

describe('what the shapes ask of a classifier', () => {
  const train = shapes({ seed: 1, count: 1600, size: 16 });
  const test = shapes({ seed: 2, count: 800, size: 16 });
  const floats = (set: Dataset): Float32Array => normalise(set.inputs, { scale: 1 / 255, mean: 0.5, std: 0.25 });

  it('a linear one learns nothing that holds: softmax regression stays below 30 % where chance is 12.5 %', () => {
    const predict = trainSoftmaxRegression(floats(train), train.labels, { classes: 8, epochs: 20, rate: 0.002 });
    const share = (set: Dataset): number => {
      const found = predict(floats(set));
      return set.labels.reduce((sum, label, i) => sum + (found[i] === label ? 1 : 0), 0) / set.labels.length;
    };
    // It did learn: its own training images it knows clearly better than chance.
    expect(share(train)).toBeGreaterThan(0.2);
    expect(share(test)).toBeLessThan(0.3);
  });

  it('the form is there to be seen: the nearest turned and scaled template is right for over 95 %', () => {
    const few = 120;
    const plane = 256;
    const images = test.inputs.data as Uint8Array;
    let right = 0;
    for (let i = 0; i < few; i++) if (nearestTemplate(images.subarray(i * plane, (i + 1) * plane), 16) === test.labels[i]) right++;
    expect(right / few).toBeGreaterThan(0.95);
  });
});
