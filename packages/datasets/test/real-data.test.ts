import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, type TestContext } from 'vitest';
import { gunzip, loadDataset, readUstar, type Dataset } from '@fretwork/datasets';

const root = process.env['FRETWORK_DATA_DIR'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const need = (ctx: TestContext): void => {
  if (!existsSync(root)) ctx.skip('no real data: set FRETWORK_DATA_DIR');
};
const read = (path: string): Promise<Uint8Array> => readFile(`${root}/${path}`);
const load = (spec: string): Promise<Dataset> => loadDataset(spec, { readFile: read });
const histogram = (labels: Int32Array, classes: number): number[] => Array.from({ length: classes }, (_, c) => labels.filter((label) => label === c).length);

describe('real data', () => {
  it('Fashion-MNIST: 10,000 test images, 1,000 of each class', async (ctx) => {
    need(ctx);
    const set = await load('idx:fashion-mnist/t10k-images-idx3-ubyte.gz,fashion-mnist/t10k-labels-idx1-ubyte.gz');
    expect(set.inputs).toMatchObject({ dtype: 'u8', shape: [10000, 1, 28, 28] });
    expect(histogram(set.labels, 10)).toEqual(new Array(10).fill(1000));
  });

  it('MNIST: the first 10,000 training images', async (ctx) => {
    need(ctx);
    const set = await load('idx:mnist/train10k-images-idx3-ubyte.gz,mnist/train10k-labels-idx1-ubyte.gz');
    expect(set.inputs.shape).toEqual([10000, 1, 28, 28]);
    // The training set's well-known beginning.
    expect([...set.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  });

  it('refuses images of one split with labels of another', async (ctx) => {
    need(ctx);
    await expect(load('idx:fashion-mnist/t10k-images-idx3-ubyte.gz,fashion-mnist/train-labels-idx1-ubyte.gz')).rejects.toMatchObject({ code: 'dataset.count' });
  });

  it('CIFAR-10: 509 lossless test images', async (ctx) => {
    need(ctx);
    const set = await load('cifar10:cifar10/lossless_test_0000-0508.bin.gz');
    expect(set.inputs.shape).toEqual([509, 3, 32, 32]);
    expect([...set.labels.subarray(0, 4)].map((label) => set.classes![label])).toEqual(['cat', 'ship', 'ship', 'airplane']);
  });

  it('speech commands: 2,175 utterances of 49x10 coefficients', async (ctx) => {
    need(ctx);
    const set = await load('f32:kws/mfcc_49x10.f32.gz,kws/labels.u8,49x10');
    expect(set.inputs).toMatchObject({ dtype: 'f32', shape: [2175, 49, 10] });
    expect((set.inputs.data as Float32Array).every(Number.isFinite)).toBe(true);
    expect(Math.max(...set.labels)).toBe(11);
  });

  it('the ONNX backend suite: 316 cases in a USTAR archive', async (ctx) => {
    need(ctx);
    const files = readUstar(await gunzip(await read('onnx-node-tests/node.tar.gz')));
    const models = [...files.keys()].filter((path) => path.endsWith('/model.onnx'));
    const listed = JSON.parse(new TextDecoder().decode(await read('onnx-node-tests/cases.json'))) as unknown;
    expect(models.length).toBe(316);
    expect(JSON.stringify(listed)).toContain(models[0]!.split('/').at(-2));
    expect(files.size).toBe(1243);
  });
});
