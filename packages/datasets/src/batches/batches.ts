import type { Dataset, NdArray } from '../contract.js';
import { DatasetError } from '../error.js';
import { normalise, type Normalisation } from '../normalise.js';
import { random } from '../random.js';
import { rows } from '../select.js';
import { shuffled } from '../shuffled.js';
import { augment, type Augmentation } from './augmentation.js';

export interface BatchOptions {
  /** Samples of a batch. */
  readonly size: number;
  /** Any whole number; shuffles, anew in each epoch. The stored order when left out. */
  readonly seed?: number;
  /** From 0; 0 when left out. */
  readonly epoch?: number;
  /** What becomes of the samples that don't fill a batch; `keep` when left out. */
  readonly last?: 'keep' | 'drop';
}

/** Which samples make up which batch: plain and printable. */
export interface BatchPlan {
  readonly size: number;
  /** Number of batches. */
  readonly count: number;
  /** The samples in their order: batch b is `order[b·size … (b+1)·size)`. Those dropped are not in it. */
  readonly order: Int32Array;
}

export interface Batch {
  /** `[n, …]`: f32 if a normalisation was asked for, else as stored. */
  readonly inputs: NdArray;
  /** `[n]` */
  readonly labels: Int32Array;
  /** `[n]`: which samples of the set these are. */
  readonly indices: Int32Array;
}

export interface BatchSteps extends BatchOptions {
  /** Applied to each sample in turn, anew in each epoch; needs a `seed`. */
  readonly augment?: readonly Augmentation[];
  /** Applied last; the inputs become f32. */
  readonly normalise?: Normalisation;
}

/** Lays `n` samples out in batches. The order depends on `n`, seed and epoch alone. Throws `batches.option`. */
export function planBatches(n: number, { size, seed, epoch = 0, last = 'keep' }: BatchOptions): BatchPlan {
  if (!Number.isSafeInteger(n) || n < 0 || n > 0x7fffffff) throw bad('a whole number of samples below 2^31', n);
  if (!Number.isSafeInteger(size) || size < 1) throw bad('a whole batch size from 1', size);
  if (!Number.isSafeInteger(epoch) || epoch < 0) throw bad('a whole epoch from 0', epoch);
  if (last !== 'keep' && last !== 'drop') throw bad('last: keep or drop', last);
  // Stream -1 is no sample's.
  const order = seed === undefined ? Int32Array.from({ length: n }, (_, i) => i) : Int32Array.from(shuffled(n, random(epochSeed(seed, epoch), -1)));
  const count = last === 'keep' ? Math.ceil(n / size) : Math.floor(n / size);
  return { size, count, order: order.subarray(0, Math.min(n, count * size)) };
}

/**
 * The batches of one epoch, one after another; arrays are fresh. A sample is augmented by its index, the seed and the
 * epoch, whatever batch it comes in. Throws `batches.option`, and what `augment` and `normalise` throw.
 */
export function* batches(set: Dataset, steps: BatchSteps): Generator<Batch, void, undefined> {
  const { size, count, order } = planBatches(set.labels.length, steps);
  const { seed, epoch = 0, augment: changes = [], normalise: by } = steps;
  if (changes.length > 0 && seed === undefined) throw bad('a seed, since samples are augmented', seed);
  for (let b = 0; b < count; b++) {
    const indices = order.slice(b * size, (b + 1) * size);
    const stored = rows(set.inputs, indices);
    const changed = changes.length === 0 ? stored : augment(stored, changes, { seed: epochSeed(seed!, epoch), streams: indices });
    const inputs: NdArray = by === undefined ? changed : { dtype: 'f32', shape: changed.shape, data: normalise(changed, by) };
    yield { inputs, labels: Int32Array.from(indices, (i) => set.labels[i]!), indices };
  }
}

function epochSeed(seed: number, epoch: number): number {
  if (!Number.isSafeInteger(seed)) throw bad('a whole number as seed', seed);
  return random(seed, epoch).below(2 ** 32);
}

const bad = (expected: string, actual: unknown): DatasetError => new DatasetError('batches.option', { expected, actual: String(actual) });
