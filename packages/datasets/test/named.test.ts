import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, type TestContext } from 'vitest';
import { NAMED_SETS, loadDataset, parseDataSpec, select, type Dataset, type LoadOptions } from '@fretwork/datasets';
import { namedFiles } from './named-files.js';

const forged = namedFiles();

async function loadForged(spec: string, options: Partial<LoadOptions> = {}): Promise<{ readonly set: Dataset; readonly read: readonly string[] }> {
  const read: string[] = [];
  const set = await loadDataset(spec, {
    root: 'data/',
    decoders: { jpeg: () => ({ width: 32, height: 32, channels: 3, data: new Uint8Array(3072) }) },
    readFile: async (path) => {
      read.push(path);
      const bytes = forged[path];
      if (bytes === undefined) throw new Error(`no file ${path}`);
      return bytes;
    },
    ...options,
  });
  return { set, read };
}

const splits = NAMED_SETS.flatMap((set) => set.splits.map((split) => [`${set.name}/${split.name}`, set] as const));

describe('NAMED_SETS', () => {
  it.each(splits)('%s parses, and reads only files of its row', async (spec, row) => {
    expect(parseDataSpec(spec)).toEqual({ kind: row.name, paths: [], split: spec.split('/')[1] });
    const { set, read } = await loadForged(spec);
    expect(read.length).toBeGreaterThan(0);
    for (const path of read) expect(row.files.map((file) => `data/${row.name}/${file}`)).toContain(path);
    expect(set.inputs.shape).toEqual([set.labels.length, ...row.samples[0]!]);
    expect(set.classes!.length).toBeGreaterThan(Math.max(...set.labels, 0));
  });

  it.each(NAMED_SETS.map((row) => [row.name, row] as const))('%s alone means its first split', (name, row) => {
    expect(parseDataSpec(name)).toEqual({ kind: name, paths: [], split: row.splits[0]!.name });
  });

  it('keeps the kind cifar10:FILE apart from the set cifar10', () => {
    expect(parseDataSpec('cifar10:x.bin')).toEqual({ kind: 'cifar10', paths: ['x.bin'] });
  });

  it('kws: nobody speaks on both sides, and the unknown words go with their speakers', async () => {
    const { set: train } = await loadForged('kws/train');
    const { set: test } = await loadForged('kws/test');
    const first = (set: Dataset): number[] => [...set.labels].map((_, i) => Number(set.inputs.data[i * 490]));
    const speaker = (sample: number): string => ['a', 'b', '-', 'a', 'b'][sample]!;
    expect([...first(train), ...first(test)].sort()).toEqual([0, 1, 2, 3, 4]);
    const voices = (set: Dataset): Set<string> => new Set(first(set).map(speaker).filter((name) => name !== '-'));
    expect([voices(train).size, voices(test).size]).toEqual([1, 1]);
    for (const name of voices(train)) expect(voices(test).has(name)).toBe(false);
  });

  it.each([
    ['kws', [490], 'mfcc_49x10'], ['kws', [1, 49, 10], 'mfcc_49x10'], ['kws', [25, 10], 'mfcc_25x10'], ['kws', [1, 1, 250], 'mfcc_25x10'],
    ['mnist', [784], 'train10k'], ['mnist', [28, 28], 'train10k'], ['cifar10', [3072], 'lossless_test'], ['fsdd', [25, 20], 'recordings'],
  ] as const)('%s for a model that takes %j reads %s', async (spec, inputShape, file) => {
    const { set, read } = await loadForged(spec, { inputShape });
    expect(read.some((path) => path.includes(file))).toBe(true);
    expect(set.inputs.shape).toEqual([set.labels.length, ...inputShape]);
    expect(set.inputs.data.length).toBe(set.labels.length * inputShape.reduce<number>((a, b) => a * b, 1));
  });

  it('fsdd: waveforms padded to a second, labelled by digit, two speakers kept for the test', async () => {
    const { set } = await loadForged('fsdd/train');
    expect([...set.labels]).toEqual([3]);
    expect(set.inputs.data.slice(0, 3)).toEqual(Float32Array.of(0.5, -0.5, 0));
    expect([...(await loadForged('fsdd/test')).set.labels]).toEqual([7]);
  });
});

describe('select', () => {
  it('takes samples in the order asked for, one of them twice', async () => {
    const { set } = await loadForged('fashion-mnist/train');
    const some = select(set, [2, 0, 2]);
    expect([...some.labels]).toEqual([2, 0, 2]);
    expect([0, 784, 1568].map((at) => some.inputs.data[at])).toEqual([2, 0, 2]);
    expect(some.inputs.shape).toEqual([3, 1, 28, 28]);
  });
});

describe('the sets themselves', () => {
  const root = process.env['FRETWORK_DATA_DIR'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
  const load = (ctx: TestContext, spec: string, inputShape?: readonly number[]): Promise<Dataset> => {
    if (!existsSync(root)) ctx.skip('no real data: set FRETWORK_DATA_DIR');
    return loadDataset(spec, { root, readFile, ...(inputShape === undefined ? {} : { inputShape }) });
  };

  it('kws: as many as the table says, every class in both splits', async (ctx) => {
    const train = await load(ctx, 'kws/train');
    const test = await load(ctx, 'kws/test');
    expect([train.labels.length, test.labels.length]).toEqual([1263, 912]);
    expect((await load(ctx, 'kws/all')).labels.length).toBe(2175);
    for (const set of [train, test]) expect(new Set(set.labels).size).toBe(12);
    expect((await load(ctx, 'kws/test', [25, 10])).labels).toEqual(test.labels);
  });

  it('fsdd: 900 recordings of two speakers, 90 of each digit', async (ctx) => {
    const test = await load(ctx, 'fsdd/test', [49, 10]);
    expect(test.inputs.shape).toEqual([900, 49, 10]);
    expect(Array.from({ length: 10 }, (_, digit) => test.labels.filter((label) => label === digit).length)).toEqual(new Array(10).fill(90));
    expect((test.inputs.data as Float32Array).every(Number.isFinite)).toBe(true);
  });

  it('the images: as many as the table says', async (ctx) => {
    expect((await load(ctx, 'cifar10/train')).labels.length).toBe(5085);
    expect((await load(ctx, 'fashion-mnist')).labels.length).toBe(10_000);
    expect((await load(ctx, 'mnist/train')).labels.length).toBe(8_000);
  });
});
