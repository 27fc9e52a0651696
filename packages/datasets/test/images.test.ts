import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, type TestContext } from 'vitest';
import { DatasetError, loadDataset, readImage, readImages, type DecodedImage } from '@fretwork/datasets';
import { decoderFor } from '../src/image/decoders.js';
import { tar } from './forge.js';
import { always, jpegHead, picture, png } from './forge-image.js';

const installed = (name: string): boolean => {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch (error) {
    // fast-png may not be required, only imported: it is there all the same.
    return (error as { readonly code?: string }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
  }
};
const need = (ctx: TestContext, name: string): void => {
  if (!installed(name)) ctx.skip(`${name} is not installed`);
};
const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Stands for a decoder: the colour is the file's last byte. */
const decoders = { png: (bytes: Uint8Array): DecodedImage => picture(1, 1, 3, [bytes.at(-1)!, 0, 0]) };
const tagged = (value: number): Uint8Array => Uint8Array.of(...png(picture(1, 1, 3, [0, 0, 0])), value);

describe('readImages', () => {
  it('labels by folder, in the order of the folders, images in the order of their paths', async () => {
    const files: Readonly<Record<string, Uint8Array>> = { 'x/dog/1.PNG': tagged(1), 'x/cat/2.png': tagged(2), 'x/cat/10.png': tagged(3), 'x/readme.md': tagged(4) };
    const set = await readImages(Object.keys(files), async (path) => files[path]!, { decoders });
    expect(set.classes).toEqual(['cat', 'dog']);
    expect([...set.labels]).toEqual([0, 0, 1]);
    expect(set.inputs).toEqual({ dtype: 'u8', shape: [3, 3, 1, 1], data: Uint8Array.of(3, 0, 0, 2, 0, 0, 1, 0, 0) });
  });

  it('labels by name: 00012_3.png is of class 3', async () => {
    const set = await readImages(['00001_7.png', '00000_3.png'], async (path) => tagged(Number(path[4])), { decoders });
    expect([...set.labels]).toEqual([3, 7]);
    expect(set.classes).toBeUndefined();
  });

  it('turns interleaved pixels into planes, grey into colour and colour into grey', async () => {
    const load = async (image: DecodedImage, channels: 1 | 3): Promise<number[]> =>
      Array.from((await readImages(['a/b.png'], async () => png(image), { decoders: always(image), channels })).inputs.data as Uint8Array);
    expect(await load(picture(2, 1, 3, [1, 2, 3, 4, 5, 6]), 3)).toEqual([1, 4, 2, 5, 3, 6]);
    expect(await load(picture(2, 1, 4, [1, 2, 3, 255, 4, 5, 6, 255]), 3)).toEqual([1, 4, 2, 5, 3, 6]);
    expect(await load(picture(2, 1, 1, [7, 9]), 3)).toEqual([7, 9, 7, 9, 7, 9]);
    expect(await load(picture(2, 1, 2, [7, 255, 9, 255]), 1)).toEqual([7, 9]);
    expect(await load(picture(2, 1, 3, [255, 0, 0, 0, 255, 0]), 1)).toEqual([76, 150]);
  });
});

describe('loadDataset', () => {
  it('images: an archive', async () => {
    const archive = tar({ name: 'cat/1.png', data: text(tagged(5)) }, { name: 'dog/1.png', data: text(tagged(6)) });
    const set = await loadDataset('images:a.tar', { readFile: async () => archive, decoders });
    expect(set.inputs.shape).toEqual([2, 3, 1, 1]);
    expect([...set.labels]).toEqual([0, 1]);
  });

  it('folder: files below a directory', async () => {
    const read: string[] = [];
    const set = await loadDataset('folder:d/', {
      readFile: async (path) => (read.push(path), tagged(9)), listFiles: async (folder) => (expect(folder).toBe('d/'), ['cat/1.png', 'dog/2.png']), decoders,
    });
    expect(read).toEqual(['d/cat/1.png', 'd/dog/2.png']);
    expect(set.classes).toEqual(['cat', 'dog']);
  });
});

describe('readImage', () => {
  it("finds a JPEG's size behind other segments and fill bytes", async () => {
    const image = picture(3, 2, 1, [1, 2, 3, 4, 5, 6]);
    expect(await readImage(jpegHead(3, 2, [0xff, 0xc4, 0, 3, 9]), always(image))).toBe(image);
  });

  it('says what to install where the decoder is missing', async () => {
    const missing = (): Promise<unknown> => Promise.reject(new Error('not installed'));
    await expect(decoderFor('jpeg', {}, missing)).rejects.toThrow('npm install jpeg-js');
  });

  it('decodes PNG files through fast-png: grey, colour, alpha, 16 bits', async (ctx) => {
    need(ctx, 'fast-png');
    for (const image of [picture(2, 2, 1, [0, 1, 2, 255]), picture(1, 2, 3, [1, 2, 3, 4, 5, 6]), picture(2, 1, 4, [1, 2, 3, 255, 4, 5, 6, 0]), picture(1, 1, 2, [7, 8])]) {
      expect(await readImage(png(image))).toEqual(image);
    }
    expect((await readImage(png(picture(1, 1, 3, [1, 200, 2, 0, 3, 9]), 16))).data).toEqual(Uint8Array.of(1, 2, 3));
    await expect(readImage(png(picture(8, 1, 1, [0xaa]), 1))).rejects.toMatchObject({ code: 'image.format' });
    await expect(readImage(png(picture(2, 2, 1, [0, 1, 2, 255])).map((byte, i) => (i === 45 ? byte ^ 1 : byte)))).rejects.toBeInstanceOf(DatasetError);
  });
});

const root = process.env['FRETWORK_DATA_DIR'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

describe('CIFAR-10 as JPEG', () => {
  it('test images are those of the lossless file, but for what JPEG takes away', async (ctx) => {
    if (!existsSync(root)) ctx.skip('no real data: set FRETWORK_DATA_DIR');
    need(ctx, 'jpeg-js');
    const lossy = await loadDataset('cifar10/test-jpeg', { root, readFile });
    const lossless = await loadDataset('cifar10/test', { root, readFile });
    expect(lossy.inputs.shape).toEqual([5000, 3, 32, 32]);
    expect(lossy.labels.subarray(0, 509)).toEqual(lossless.labels);
    const decibels = Array.from({ length: 509 }, (_, i) => {
      let sum = 0;
      for (let k = i * 3072; k < (i + 1) * 3072; k++) sum += (Number(lossy.inputs.data[k]) - Number(lossless.inputs.data[k])) ** 2;
      return 10 * Math.log10(255 ** 2 / (sum / 3072));
    }).sort((a, b) => a - b);
    expect(decibels[254]).toBeGreaterThan(29);
    expect(decibels[0]).toBeGreaterThan(20);
  });

  it('the first training archive: 10,000 images', async (ctx) => {
    if (!existsSync(root)) ctx.skip('no real data: set FRETWORK_DATA_DIR');
    need(ctx, 'jpeg-js');
    const set = await loadDataset(`images:${root}/cifar10/train_jpeg_batch1.tar.gz`, { readFile });
    const labels = await readFile(`${root}/cifar10/labels_train.u8`);
    expect(set.inputs.shape).toEqual([10_000, 3, 32, 32]);
    expect(set.labels).toEqual(Int32Array.from(labels.subarray(0, 10_000)));
  });
});
