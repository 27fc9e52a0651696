import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DATA_KINDS, loadDataset, ndArray, normalise, parseDataSpec, writeNpy, type Dataset } from '@fretwork/datasets';
import { concat, idx } from './forge.js';

const gz = (bytes: Uint8Array): Uint8Array => new Uint8Array(gzipSync(bytes));
const floats = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);

/** For each kind a spec, its files, and the shape and labels they must give. A new kind without a row here fails. */
const CASES: Readonly<Record<string, { readonly spec: string; readonly files: Readonly<Record<string, Uint8Array>>; readonly shape: readonly number[]; readonly labels: readonly number[] }>> = {
  npy: {
    spec: 'npy:C:\\data\\X.npy,Y.npy.GZ',
    files: { 'C:\\data\\X.npy': writeNpy(ndArray('f32', [2, 3], new Float32Array(6))), 'Y.npy.GZ': gz(writeNpy(ndArray('i64', [2], BigInt64Array.of(1n, 0n)))) },
    shape: [2, 3],
    labels: [1, 0],
  },
  idx: { spec: 'idx:I.gz,L', files: { 'I.gz': gz(idx([2, 2, 1], [1, 2, 3, 4])), L: idx([2], [4, 2]) }, shape: [2, 1, 2, 1], labels: [4, 2] },
  cifar10: { spec: 'cifar10:B.bin.gz', files: { 'B.bin.gz': gz(concat([7], new Uint8Array(3072))) }, shape: [1, 3, 32, 32], labels: [7] },
  cifar100: { spec: 'cifar100:B.bin', files: { 'B.bin': concat([1, 42], new Uint8Array(3072)) }, shape: [1, 3, 32, 32], labels: [42] },
  f32: { spec: 'f32:F.gz,L.u8,2x1', files: { 'F.gz': gz(floats), 'L.u8': Uint8Array.of(3, 200) }, shape: [2, 2, 1], labels: [3, 200] },
};

const load = (row: (typeof CASES)[string]): Promise<Dataset> => loadDataset(row.spec, {
  readFile: async (path) => {
    const bytes = row.files[path];
    if (bytes === undefined) throw new Error(`no file ${path}`);
    return bytes;
  },
});

describe('DATA_KINDS', () => {
  it.each(DATA_KINDS.map((row) => [row.name, row] as const))('%s: its example parses, its files load', async (name, row) => {
    const parsed = parseDataSpec(row.example);
    expect(parsed.kind).toBe(name);
    expect(parsed.paths.length).toBe(row.fields.filter((field) => field === 'path').length);
    const wanted = CASES[name]!;
    const set = await load(wanted);
    expect(set.inputs.shape).toEqual(wanted.shape);
    expect([...set.labels]).toEqual(wanted.labels);
  });
});

describe('parseDataSpec', () => {
  it('takes a spec apart', () => {
    expect(parseDataSpec('f32:a/X.f32.gz,Y.u8,49x10')).toEqual({ kind: 'f32', paths: ['a/X.f32.gz', 'Y.u8'], sampleShape: [49, 10] });
    expect(parseDataSpec('npy:C:\\X.npy,Y.npy')).toEqual({ kind: 'npy', paths: ['C:\\X.npy', 'Y.npy'] });
  });
});

describe('loadDataset', () => {
  it('passes an error of readFile on as it is', async () => {
    const gone = new Error('gone');
    await expect(loadDataset('cifar10:x', { readFile: () => Promise.reject(gone) })).rejects.toBe(gone);
  });

  it('holds the limit for each file', async () => {
    const readFile = async (): Promise<Uint8Array> => gz(new Uint8Array(3073));
    await expect(loadDataset('cifar10:x.gz', { readFile, limit: 3072 })).rejects.toMatchObject({ code: 'gzip.limit', details: { file: 'x.gz' } });
    expect((await loadDataset('cifar10:x.gz', { readFile, limit: 3073 })).labels.length).toBe(1);
  });
});

describe('normalise', () => {
  it('scales, subtracts and divides, in this order', () => {
    expect([...normalise(ndArray('u8', [3], Uint8Array.of(0, 10, 20)), { scale: 0.5, mean: 1, std: 4 })]).toEqual([-0.25, 1, 2.25]);
  });

  it('takes one mean and deviation for each channel', () => {
    const images = ndArray('u8', [2, 2, 1, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    expect([...normalise(images, { mean: [1, 3], std: [1, 2] })]).toEqual([0, 1, 0, 0.5, 4, 5, 2, 2.5]);
    expect([...normalise(images, { mean: [1, 3], std: 2 })]).toEqual([0, 0.5, 0, 0.5, 2, 2.5, 2, 2.5]);
  });

  it('turns every element type into float32', () => {
    expect([...normalise(ndArray('f16', [4], Uint16Array.of(0x3c00, 0xc000, 0x0001, 0xfc00)), {})]).toEqual([1, -2, 2 ** -24, -Infinity]);
    expect([...normalise(ndArray('i64', [2], BigInt64Array.of(-3n, 4n)), { scale: 2 })]).toEqual([-6, 8]);
    expect([...normalise(ndArray('bool', [2], Uint8Array.of(0, 1)), {})]).toEqual([0, 1]);
    expect(normalise(ndArray('f64', [0, 3, 2, 2], new Float64Array(0)), { mean: [1, 2, 3] }).length).toBe(0);
  });

  it('rounds once: as numpy does in float64', () => {
    const byte = 200;
    const image = ndArray('u8', [1, 1, 1, 1], Uint8Array.of(byte));
    expect(normalise(image, { scale: 1 / 255, mean: 0.485, std: 0.229 })[0]).toBe(Math.fround((byte * (1 / 255) - 0.485) / 0.229));
  });
});
