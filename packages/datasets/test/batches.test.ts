import { describe, expect, it } from 'vitest';
import {
  augment, batches, colour, horizontalFlip, mix, ndArray, noise, planBatches, randomCrop, shapes, stretch, timeShift, type Batch, type Dataset, type NdArray,
} from '@fretwork/datasets';

const counted = (n: number): Dataset => ({
  inputs: ndArray('u8', [n, 1, 2, 3], Uint8Array.from({ length: n * 6 }, (_, i) => i)),
  labels: Int32Array.from({ length: n }, (_, i) => i % 3),
});
const sorted = (order: Int32Array): number[] => [...order].sort((a, b) => a - b);
const numbers = (array: NdArray): number[] => Array.from(array.data as Float32Array);

describe('planBatches', () => {
  it('keeps the stored order without a seed, and keeps or drops the last', () => {
    expect(planBatches(7, { size: 3 })).toEqual({ size: 3, count: 3, order: Int32Array.of(0, 1, 2, 3, 4, 5, 6) });
    expect(planBatches(7, { size: 3, last: 'drop' })).toEqual({ size: 3, count: 2, order: Int32Array.of(0, 1, 2, 3, 4, 5) });
    expect(planBatches(2, { size: 3, last: 'drop' }).count).toBe(0);
    expect(planBatches(0, { size: 3 }).count).toBe(0);
  });

  it('shuffles by seed and epoch: a permutation, the same every time, another for each', () => {
    const plan = (seed: number, epoch: number): Int32Array => planBatches(100, { size: 10, seed, epoch }).order;
    expect(plan(1, 0)).toEqual(plan(1, 0));
    expect(sorted(plan(1, 0))).toEqual(sorted(planBatches(100, { size: 10 }).order));
    for (const other of [plan(1, 1), plan(2, 0)]) expect(other).not.toEqual(plan(1, 0));
  });

  it('puts every sample everywhere equally often', () => {
    const places = new Float64Array(4 * 4);
    for (let seed = 0; seed < 4000; seed++) planBatches(4, { size: 1, seed }).order.forEach((sample, place) => places[sample * 4 + place]!++);
    // 1,000 expected in each, with a deviation of 27.
    for (const count of places) expect(Math.abs(count - 1000)).toBeLessThan(140);
  });
});

describe('batches', () => {
  it('gives samples with their labels and indices', () => {
    const set = counted(5);
    const all = [...batches(set, { size: 2, seed: 9 })];
    expect(all.map((batch) => batch.inputs.shape[0])).toEqual([2, 2, 1]);
    expect(sorted(Int32Array.from(all.flatMap((batch) => [...batch.indices])))).toEqual([0, 1, 2, 3, 4]);
    for (const { inputs, labels, indices } of all) {
      indices.forEach((sample, i) => {
        expect(labels[i]).toBe(set.labels[sample]);
        expect(inputs.data.slice(i * 6, i * 6 + 6)).toEqual(set.inputs.data.slice(sample * 6, sample * 6 + 6));
      });
    }
  });

  it('normalises last', () => {
    const [first] = batches(counted(1), { size: 1, normalise: { scale: 2, mean: 1 } });
    expect(first!.inputs).toEqual({ dtype: 'f32', shape: [1, 1, 2, 3], data: Float32Array.of(-1, 1, 3, 5, 7, 9) });
  });

  it('augments a sample alike in batches of any size, and differently in the next epoch', () => {
    const set = shapes({ seed: 1, count: 40, size: 16 });
    const run = (size: number, epoch: number): Map<number, readonly number[]> => new Map([...batches(set, {
      size, seed: 3, epoch, augment: [randomCrop({ padding: 2 }), horizontalFlip()],
    })].flatMap(({ inputs, indices }: Batch) => [...indices].map((sample, i) => [sample, Array.from(inputs.data.slice(i * 256, (i + 1) * 256) as Uint8Array)] as const)));
    expect(run(40, 0)).toEqual(run(7, 0));
    const next = run(40, 1);
    const same = [...run(40, 0)].filter(([sample, pixels]) => pixels.join() === next.get(sample)!.join()).length;
    // 25 places and two sides: a sample stays the same by chance once in 50.
    expect(same).toBeLessThan(8);
  });
});

describe('randomCrop', () => {
  it('moves an image by up to the padding, zeros coming in', () => {
    const image = ndArray('u8', [1, 2, 2, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) seen.add(numbers(augment(image, [randomCrop({ padding: 1 })], { seed })).join(''));
    const moved: string[] = [];
    for (const dy of [-1, 0, 1]) {
      for (const dx of [-1, 0, 1]) {
        moved.push([0, 1].flatMap((c) => [0, 1].flatMap((y) => [0, 1].map((x) => (
          y + dy < 0 || y + dy > 1 || x + dx < 0 || x + dx > 1 ? 0 : c * 4 + (y + dy) * 2 + x + dx + 1)))).join(''));
      }
    }
    expect([...seen].sort()).toEqual(moved.sort());
  });

  it('may move all of a small image away', () => {
    const image = ndArray('f32', [1, 1, 1, 2], Float32Array.of(1, 2));
    for (let seed = 0; seed < 50; seed++) expect(augment(image, [randomCrop({ padding: 9 })], { seed }).data.length).toBe(2);
  });
});

describe('horizontalFlip', () => {
  it('mirrors each row of each channel', () => {
    const image = ndArray('i16', [1, 2, 1, 3], Int16Array.of(1, 2, 3, 4, 5, 6));
    expect(numbers(augment(image, [horizontalFlip({ probability: 1 })], { seed: 1 }))).toEqual([3, 2, 1, 6, 5, 4]);
    expect(numbers(augment(image, [horizontalFlip({ probability: 0 })], { seed: 1 }))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(numbers(image)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('mirrors about half of the images', () => {
    const images = ndArray('u8', [1000, 1, 1, 2], Uint8Array.from({ length: 2000 }, (_, i) => i % 2));
    const mirrored = numbers(augment(images, [horizontalFlip()], { seed: 5 })).filter((value, i) => i % 2 === 0 && value === 1).length;
    expect(Math.abs(mirrored - 500)).toBeLessThan(80);
  });
});

describe('noise', () => {
  it('has a mean of 0 and a deviation up to the one asked for', () => {
    const waves = ndArray('f32', [200, 500], new Float32Array(100_000).fill(1));
    const changed = numbers(augment(waves, [noise({ deviation: 0.1 })], { seed: 2 }));
    const deviations = Array.from({ length: 200 }, (_, i) => Math.sqrt(changed.slice(i * 500, i * 500 + 500).reduce((sum, x) => sum + (x - 1) ** 2, 0) / 500));
    expect(changed.reduce((a, b) => a + b, 0) / changed.length).toBeCloseTo(1, 2);
    expect(Math.max(...deviations)).toBeLessThan(0.12);
    expect(Math.max(...deviations)).toBeGreaterThan(0.08);
    expect(Math.min(...deviations)).toBeLessThan(0.02);
  });
});

describe('timeShift', () => {
  it('repeats the step at the end where it is asked to', () => {
    const found = new Set<string>();
    for (let seed = 0; seed < 100; seed++) found.add(numbers(augment(ndArray('f32', [1, 3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)), [timeShift({ most: 1, fill: 'edge' })], { seed })).join(' '));
    expect([...found].sort()).toEqual(['1 2 1 2 3 4', '1 2 3 4 5 6', '3 4 5 6 5 6']);
  });

  it('moves waveforms and features in time, zeros coming in', () => {
    const seen = (array: NdArray): string[] => {
      const found = new Set<string>();
      for (let seed = 0; seed < 100; seed++) found.add(numbers(augment(array, [timeShift({ most: 1 })], { seed })).join(' '));
      return [...found].sort();
    };
    expect(seen(ndArray('f32', [1, 3], Float32Array.of(1, 2, 3)))).toEqual(['0 1 2', '1 2 3', '2 3 0']);
    expect(seen(ndArray('f32', [1, 2, 2], Float32Array.of(1, 2, 3, 4)))).toEqual(['0 0 1 2', '1 2 3 4', '3 4 0 0']);
  });

  it('shifts everything out where the shift is longer than the sound', () => {
    for (let seed = 0; seed < 50; seed++) expect(augment(ndArray('f32', [1, 2], Float32Array.of(1, 2)), [timeShift({ most: 9 })], { seed }).data.length).toBe(2);
  });
});

describe('colour', () => {
  it('adds the same to a feature at all times, with the deviation asked for', () => {
    const changed = numbers(augment(ndArray('f64', [500, 3, 2], new Float64Array(3000).fill(1)), [colour({ deviation: 0.5 })], { seed: 4 }));
    const added = Array.from({ length: 1000 }, (_, i) => changed[Math.floor(i / 2) * 6 + (i % 2)]! - 1);
    for (let i = 0; i < changed.length; i++) expect(changed[i]! - 1).toBe(added[Math.floor(i / 6) * 2 + (i % 2)]);
    expect(Math.sqrt(added.reduce((sum, x) => sum + x * x, 0) / added.length)).toBeCloseTo(0.5, 1);
    expect(new Set(added).size).toBe(1000);
  });
});

describe('stretch', () => {
  it('plays about the middle at a pace within bounds: a slope stays a slope', () => {
    const slope = ndArray('f64', [1, 9, 1], Float64Array.from({ length: 9 }, (_, t) => t));
    const paces = Array.from({ length: 200 }, (_, seed) => {
      const heard = numbers(augment(slope, [stretch({ most: 0.2 })], { seed }));
      expect(heard[4]).toBeCloseTo(4, 12);
      const pace = heard[5]! - heard[4]!;
      heard.forEach((x, t) => expect(x).toBeCloseTo(Math.max(0, Math.min(8, 4 + (t - 4) * pace)), 12));
      return pace;
    });
    expect(Math.min(...paces)).toBeGreaterThanOrEqual(0.8);
    expect(Math.min(...paces)).toBeLessThan(0.85);
    expect(Math.max(...paces)).toBeLessThanOrEqual(1.2);
    expect(Math.max(...paces)).toBeGreaterThan(1.15);
  });

  it('leaves a single step as it is', () => {
    expect(numbers(augment(ndArray('f32', [1, 1, 2], Float32Array.of(1, 2)), [stretch({ most: 0.5 })], { seed: 1 }))).toEqual([1, 2]);
  });
});

describe('mix', () => {
  it('blends in up to the share asked for of a sample of the batch, as it is stored', () => {
    // Sample i is 1 at place i: what comes out spells the shares.
    const one = ndArray('f64', [4, 4], Float64Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0)));
    const met = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const shares = numbers(augment(one, [mix({ most: 0.4 })], { seed }));
      for (let i = 0; i < 4; i++) {
        const row = shares.slice(4 * i, 4 * i + 4);
        expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        expect(row[i]).toBeGreaterThanOrEqual(0.6);
        expect(row.filter((x) => x > 0).length).toBeLessThanOrEqual(2);
        row.forEach((x, j) => x > 0 && met.add(`${i}${j}`));
      }
    }
    expect(met.size).toBe(16);
  });
});
