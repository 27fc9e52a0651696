import type { Dataset, NamedSet, NamedSource } from '../contract.js';
import { CIFAR10_CLASSES, readCifar10 } from '../cifar.js';
import { labelsOf, pair, withChannels } from '../dataset.js';
import { inFile } from '../error.js';
import { readIdx } from '../idx.js';
import { readImageArchive } from '../image/read-images.js';
import { concat, select } from '../select.js';
import { loadFsdd } from './fsdd.js';
import { loadKws } from './kws.js';

const FASHION_CLASSES: readonly string[] = ['t-shirt', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'ankle boot'];
const DIGITS: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
/** How many of MNIST's first 10,000 training images are the training split here. */
const MNIST_TRAIN = 8_000;
const MNIST_OFFICIAL: Readonly<Record<string, string>> = { 'official-train': 'train', 'official-test': 't10k' };

const idxFiles = (prefix: string): readonly [images: string, labels: string] => [`${prefix}-images-idx3-ubyte.gz`, `${prefix}-labels-idx1-ubyte.gz`];

const CIFAR10_FILES = { test: 'lossless_test_0000-0508.bin.gz', train: 'lossless_train_5085.bin.gz' } as const;
const CIFAR10_JPEG: Readonly<Record<string, readonly string[]>> = {
  'test-jpeg': ['test_jpeg_00000-04999.tar.gz'],
  'train-jpeg': [1, 2, 3, 4, 5].map((batch) => `train_jpeg_batch${batch}.tar.gz`),
};

/** The data sets that go by a name, one row each; help text, README and dispatch read this table. */
export const NAMED_SETS: readonly NamedSet[] = [
  {
    name: 'kws',
    says: 'keywords of Speech Commands v0.02 as MFCC, 12 classes, 176 speakers',
    licence: 'CC BY 4.0',
    files: ['mfcc_49x10.f32.gz', 'mfcc_25x10.f32.gz', 'labels.u8', 'manifest.json'],
    samples: [[49, 10], [25, 10]],
    splits: [
      { name: 'test', says: '912 utterances, of 69 speakers' },
      { name: 'train', says: '1,263 utterances, of the other 107' },
      { name: 'all', says: 'all 2,175 utterances' },
    ],
    load: loadKws,
  },
  {
    name: 'fsdd',
    says: 'free spoken digits, 10 classes, 6 speakers: one second at 8 kHz as a waveform or as MFCC',
    licence: 'CC BY-SA 4.0',
    files: ['recordings.tar.gz'],
    samples: [[8000], [49, 10], [25, 10], [49, 20], [25, 20], [49, 40], [25, 40]],
    splits: [
      { name: 'test', says: 'theo and yweweler: 900 recordings' },
      { name: 'train', says: 'the other four speakers: 1,800 recordings' },
      { name: 'all', says: 'all 2,700 recordings' },
    ],
    load: loadFsdd,
  },
  {
    name: 'cifar10',
    says: 'CIFAR-10 colour images, 10 classes',
    licence: 'none stated: for research, with citation',
    files: [CIFAR10_FILES.test, CIFAR10_FILES.train, ...Object.values(CIFAR10_JPEG).flat()],
    samples: [[3, 32, 32]],
    splits: [
      { name: 'test', says: '509 lossless test images' },
      { name: 'train', says: '5,085 lossless training images' },
      { name: 'test-jpeg', says: '5,000 test images, lossy: only for networks trained on such' },
      { name: 'train-jpeg', says: 'all 50,000 training images, lossy' },
    ],
    load: loadCifar10,
  },
  {
    name: 'fashion-mnist',
    says: 'grey images of clothes, 10 classes',
    licence: 'MIT',
    files: [...idxFiles('t10k'), ...idxFiles('train')],
    samples: [[1, 28, 28]],
    splits: [
      { name: 'test', says: 'the official 10,000 test images' },
      { name: 'train', says: 'the official 60,000 training images' },
    ],
    load: async ({ split, open }) => ({ ...await idxPair(open, split === 'test' ? 't10k' : 'train'), classes: FASHION_CLASSES }),
  },
  {
    name: 'mnist',
    says: 'grey handwritten digits, 10 classes',
    licence: 'CC BY-SA 3.0',
    files: ['train10k', 'train', 't10k'].flatMap((prefix) => [...idxFiles(prefix)]),
    samples: [[1, 28, 28]],
    splits: [
      { name: 'test', says: '2,000 images: the first 10,000 of the official training images from number 8,000 on' },
      { name: 'train', says: 'the 8,000 before them' },
      { name: 'all', says: 'all 10,000 of them' },
      { name: 'official-train', says: 'all 60,000 training images, as `fetchDataset` brings them' },
      { name: 'official-test', says: 'the 10,000 test images, as `fetchDataset` brings them' },
    ],
    load: async ({ split, open }) => {
      const official = MNIST_OFFICIAL[split];
      if (official !== undefined) return { ...await idxPair(open, official), classes: DIGITS };
      const set = { ...await idxPair(open, 'train10k'), classes: DIGITS };
      if (split === 'all') return set;
      const all = set.labels.map((_, i) => i);
      return select(set, split === 'train' ? all.subarray(0, MNIST_TRAIN) : all.subarray(MNIST_TRAIN));
    },
  },
];

async function loadCifar10({ split, open, context }: NamedSource): Promise<Dataset> {
  const archives = CIFAR10_JPEG[split];
  if (archives === undefined) {
    const file = split === 'test' ? CIFAR10_FILES.test : CIFAR10_FILES.train;
    const bytes = await open(file);
    return inFile(file, () => readCifar10(bytes));
  }
  const parts: Dataset[] = [];
  for (const file of archives) parts.push(await readImageArchive(file, open, context));
  return { ...concat(parts), classes: CIFAR10_CLASSES };
}

async function idxPair(open: NamedSource['open'], prefix: string): Promise<Dataset> {
  const names = idxFiles(prefix);
  const images = await open(names[0]);
  const inputs = inFile(names[0], () => withChannels(readIdx(images)));
  const bytes = await open(names[1]);
  return pair(inputs, inFile(names[1], () => labelsOf(readIdx(bytes))));
}
