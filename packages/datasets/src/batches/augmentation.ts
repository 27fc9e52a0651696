import type { NdArray, NdData } from '../contract.js';
import { DTYPES } from '../dtype.js';
import { DatasetError } from '../error.js';
import { random, type Random } from '../random.js';

/** One way to change a sample at random: a value made by a factory such as `randomCrop`. */
export interface Augmentation {
  readonly name: string;
  /** Why samples of this shape, without N, and element type cannot be changed so; nothing where they can. */
  readonly refuses: (shape: readonly number[], dtype: NdArray['dtype']) => string | undefined;
  /**
   * Writes the changed `from` into `to`, which is all zeros and of the same length and type. `another` gives a sample of the
   * same batch, drawn from `source`, as it is stored; it may be this one.
   */
  readonly sample: (from: NdData, to: NdData, shape: readonly number[], source: Random, another: () => NdData) => void;
}

export interface AugmentOptions {
  /** Any whole number. */
  readonly seed: number;
  /** Number of each sample's own random stream: its index in the whole set, so that batching changes nothing. 0, 1, … when left out. */
  readonly streams?: ArrayLike<number>;
}

/**
 * `inputs` `[N, …]` with every sample changed by each step in turn, in a fresh array of the same shape and type. The
 * same seed and stream change a sample in the same way. Throws `augment.shape` where a step does not fit the samples,
 * `augment.option` on a seed that is no whole number.
 */
export function augment(inputs: NdArray, steps: readonly Augmentation[], { seed, streams }: AugmentOptions): NdArray {
  const [n = 0, ...shape] = inputs.shape;
  if (!Number.isSafeInteger(seed)) throw optionError('a whole number as seed', seed);
  for (const step of steps) {
    const why = step.refuses(shape, inputs.dtype);
    if (why !== undefined) throw new DatasetError('augment.shape', { expected: `${why} for ${step.name}`, actual: `${inputs.dtype} [${shape.join(', ')}]` });
  }
  const size = shape.reduce((a, b) => a * b, 1);
  const { bytes, view } = DTYPES[inputs.dtype];
  const fresh = (length: number): NdData => view(new ArrayBuffer(length * bytes), 0, length);
  const data = fresh(n * size);
  // Steps hand on between two buffers of one sample.
  const scratch = [fresh(size), fresh(size)] as const;
  for (let i = 0; i < n; i++) {
    const source = random(seed, streams?.[i] ?? i);
    const stored = (index: number): NdData => inputs.data.subarray(index * size, (index + 1) * size);
    const another = (): NdData => stored(source.below(n));
    let from = stored(i);
    steps.forEach((step, k) => {
      const to = scratch[k % 2]!;
      to.fill(0 as never);
      step.sample(from, to, shape, source, another);
      from = to;
    });
    (data as Uint8Array).set(from as Uint8Array, i * size);
  }
  return { dtype: inputs.dtype, shape: inputs.shape, data };
}

export const optionError = (expected: string, actual: unknown): DatasetError =>
  new DatasetError('augment.option', { expected, actual: String(actual) });
