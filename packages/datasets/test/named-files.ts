import { gzipSync } from 'node:zlib';
import { concat, idx, tar, wav } from './forge.js';
import { jpegHead } from './forge-image.js';

const gz = (bytes: Uint8Array): Uint8Array => new Uint8Array(gzipSync(bytes));
const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Two speakers of the keywords, one on each side of the split, a cut of noise, and an unknown word of the first speaker. */
export const KWS_FILES: readonly string[] = [
  'yes/0ea0e2f4_nohash_0.wav', 'yes/105a0eea_nohash_1.wav', '_silence_/1024.wav', '_unknown_/bed_0ea0e2f4_nohash_1.wav.wav', 'no/105a0eea_nohash_0.wav',
];

export const kwsManifest = (files: readonly string[]): string => JSON.stringify({ classes: ['_silence_', '_unknown_', 'yes', 'no'], files });

/** A small forgery of every named set below `data`, by path. `recordings` replace those of the spoken digits. */
export function namedFiles(recordings?: Readonly<Record<string, Uint8Array>>): Readonly<Record<string, Uint8Array>> {
  const features = (perSample: number): Uint8Array =>
    gz(new Uint8Array(Float32Array.from({ length: KWS_FILES.length * perSample }, (_, i) => Math.floor(i / perSample)).buffer));
  const images = (n: number): Uint8Array => gz(idx([n, 28, 28], Array.from({ length: n * 784 }, (_, i) => Math.floor(i / 784) % 256)));
  const labels = (n: number): Uint8Array => gz(idx([n], Array.from({ length: n }, (_, i) => i % 10)));
  const sounds = recordings ?? { '3_jackson_0.wav': wav({ rate: 8000 }, [0, 64, 0, 192]), '7_theo_1.wav': wav({ rate: 8000 }, [0, 32]) };
  const jpegs = (classes: readonly number[]): Uint8Array => gz(tar(...classes.map((label, i) => ({ name: `0000${i}_${label}.jpg`, data: text(jpegHead(32, 32)) }))));
  return {
    'data/kws/manifest.json': new TextEncoder().encode(kwsManifest(KWS_FILES)),
    'data/kws/labels.u8': Uint8Array.of(2, 2, 0, 1, 3),
    'data/kws/mfcc_49x10.f32.gz': features(490),
    'data/kws/mfcc_25x10.f32.gz': features(250),
    'data/fsdd/recordings.tar.gz': gz(tar(...Object.entries(sounds).map(([name, bytes]) => ({ name, data: text(bytes) })))),
    'data/cifar10/lossless_test_0000-0508.bin.gz': gz(concat([3], new Uint8Array(3072))),
    'data/cifar10/lossless_train_5085.bin.gz': gz(concat([4], new Uint8Array(3072), [5], new Uint8Array(3072))),
    'data/cifar10/test_jpeg_00000-04999.tar.gz': jpegs([3]),
    ...Object.fromEntries([1, 2, 3, 4, 5].map((batch) => [`data/cifar10/train_jpeg_batch${batch}.tar.gz`, jpegs([batch, 0])])),
    'data/fashion-mnist/t10k-images-idx3-ubyte.gz': images(2),
    'data/fashion-mnist/t10k-labels-idx1-ubyte.gz': labels(2),
    'data/fashion-mnist/train-images-idx3-ubyte.gz': images(3),
    'data/fashion-mnist/train-labels-idx1-ubyte.gz': labels(3),
    'data/mnist/train-images-idx3-ubyte.gz': images(3),
    'data/mnist/train-labels-idx1-ubyte.gz': labels(3),
    'data/mnist/t10k-images-idx3-ubyte.gz': images(2),
    'data/mnist/t10k-labels-idx1-ubyte.gz': labels(2),
    'data/mnist/train10k-images-idx3-ubyte.gz': images(20),
    'data/mnist/train10k-labels-idx1-ubyte.gz': labels(20),
  };
}
