import type { Dataset } from './contract.js';
import { DatasetError } from './error.js';

/** Classes of CIFAR-10, by label. */
export const CIFAR10_CLASSES: readonly string[] = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

const PIXELS = 3 * 32 * 32;

/** CIFAR-10's binary form: 1 label byte, then 32x32 planes of red, green and blue. Inputs are u8 `[N, 3, 32, 32]`. Throws `cifar.*`. */
export function readCifar10(bytes: Uint8Array): Dataset {
  const { inputs, labels: [labels] } = records(bytes, [10]);
  return { inputs, labels: labels!, classes: CIFAR10_CLASSES };
}

/**
 * CIFAR-100's binary form: a coarse label (20 superclasses), a fine one (100 classes, the `labels` here), then the
 * planes. Inputs are u8 `[N, 3, 32, 32]`. Throws `cifar.*`.
 */
export function readCifar100(bytes: Uint8Array): Dataset & { readonly coarseLabels: Int32Array } {
  const { inputs, labels: [coarse, fine] } = records(bytes, [20, 100]);
  return { inputs, labels: fine!, coarseLabels: coarse! };
}

/** `classes`: number of classes of each label byte. */
function records(bytes: Uint8Array, classes: readonly number[]): { readonly inputs: Dataset['inputs']; readonly labels: readonly Int32Array[] } {
  const size = classes.length + PIXELS;
  const n = bytes.length / size;
  if (!Number.isInteger(n)) {
    throw new DatasetError('cifar.size', {
      expected: `a multiple of ${size} bytes`, actual: `${bytes.length}`,
      hint: 'give the binary version of the data set (not the Python or Matlab one)',
    });
  }
  const pixels = new Uint8Array(n * PIXELS);
  const labels = classes.map(() => new Int32Array(n));
  for (let i = 0; i < n; i++) {
    classes.forEach((count, k) => {
      const label = bytes[i * size + k]!;
      if (label >= count) throw new DatasetError('cifar.label', { offset: i * size + k, expected: `below ${count}`, actual: `${label}` });
      labels[k]![i] = label;
    });
    pixels.set(bytes.subarray(i * size + classes.length, (i + 1) * size), i * PIXELS);
  }
  return { inputs: { dtype: 'u8', shape: [n, 3, 32, 32], data: pixels }, labels };
}
