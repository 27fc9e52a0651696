import { loadDataset, NAMED_SETS, normalise, select, type Dataset } from '@fretwork/datasets';
import { FretworkError, type Model } from '@fretwork/format';
import { listFiles, readFile, sha256 } from '../files.js';
import type { PreparedSamples } from '../training/data.js';
import type { DataConfig, DataSource, Splits } from './contract.js';

/** One training sample in so many is kept out where no validation samples are given. */
const HELD_OUT = 8;

/** Data that is loaded, before it is split and scaled. */
interface Loaded {
  readonly spec: string;
  readonly set: Dataset;
}

/**
 * Training, validation and test samples, scaled, in the shape of the model's input. A bare name of a set means its training and its
 * test split. Throws `compress.data` where a split is missing or too small, `compress.leak` where a test sample is also in another
 * split, and what `loadDataset` throws.
 */
export async function loadSplits(model: Model, data: DataConfig): Promise<Splits> {
  if (data.train === undefined) throw new FretworkError('compress.data', 'compress needs data to train and to judge by', { hint: 'give --data, such as --data kws or --data npy:X.npy,Y.npy with --test' });
  const bare = NAMED_SETS.some(({ name }) => name === data.train);
  const tested = data.test ?? (bare ? `${data.train as string}/test` : undefined);
  if (tested === undefined) throw new FretworkError('compress.data', 'compress needs test samples, which neither training nor any search sees', { hint: 'give --test, such as --test npy:TX.npy,TY.npy' });
  const shape = sampleOf(model);
  const whole = await loaded(bare ? `${data.train as string}/train` : data.train, shape, 'train');
  const test = await loaded(tested, shape, 'test');
  const given = data.validation === undefined ? undefined : await loaded(data.validation, shape, 'validation');
  const [train, validation] = given === undefined ? heldOut(whole, data.holdout) : [whole, given];
  for (const [name, { set }] of Object.entries({ train, validation, test })) {
    if (set.labels.length === 0) throw new FretworkError('compress.data', `there is no ${name} sample`, { hint: 'check the data, and --holdout' });
  }
  refuseLeaks(test, { train, validation });
  const ready = (from: Loaded): PreparedSamples => prepare(from, data);
  return {
    train: ready(train), validation: ready(validation), test: ready(test),
    validationFrom: given === undefined ? `${validation.set.labels.length} of the training samples, spread evenly, kept out of training` : `samples of their own: ${given.spec}`,
  };
}

async function loaded(source: DataSource, shape: readonly number[] | undefined, name: string): Promise<Loaded> {
  if (typeof source === 'function') return { spec: `a function of the configuration (${name})`, set: await source() };
  const slice = /^(.*)\[(\d{0,9}):(\d{0,9})\]$/.exec(source);
  const root = process.env['FRETWORK_DATA_DIR'];
  const set = await loadDataset(slice?.[1] ?? source, { readFile, listFiles, ...(shape === undefined ? {} : { inputShape: shape }), ...(root === undefined ? {} : { root }) });
  if (slice === null) return { spec: source, set };
  const n = set.labels.length;
  const [from, to] = [Number(slice[2]), slice[3] === '' ? n : Math.min(n, Number(slice[3]))];
  if (from >= to) throw new FretworkError('compress.data', `${source}: this slice is empty`, { expected: `[FROM:TO] within 0 to ${n}`, hint: 'count samples from 0; TO itself is not part of the slice' });
  return { spec: source, set: select(set, range(from, to)) };
}

const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, i) => from + i);

function heldOut({ spec, set }: Loaded, wanted: number | undefined): readonly [Loaded, Loaded] {
  const n = set.labels.length;
  const out = wanted ?? Math.floor(n / HELD_OUT);
  if (out < 1 || out >= n) throw new FretworkError('compress.data', `${out} of ${n} training samples cannot be kept out`, { expected: `1 to ${n - 1}`, hint: 'give more data, or validation samples of their own with --validation' });
  const held = (i: number): boolean => Math.floor(((i + 1) * out) / n) > Math.floor((i * out) / n);
  const all = range(0, n);
  return [
    { spec: `${spec}, without ${out} held out`, set: select(set, all.filter((i) => !held(i))) },
    { spec: `${spec}, ${out} held out`, set: select(set, all.filter(held)) },
  ];
}

/** Sets hold copies now and then; a test set of which more was seen than this says nothing. */
const COPIES = 0.01;

function refuseLeaks(test: Loaded, others: Readonly<Record<string, Loaded>>): void {
  const tested = new Set(samples(test.set));
  for (const [name, { set }] of Object.entries(others)) {
    const shared = samples(set).filter((sample) => tested.has(sample)).length;
    if (shared > COPIES * tested.size) {
      throw new FretworkError('compress.leak', `${shared} ${name} samples are test samples too: the test would say nothing`, { hint: 'give test samples that are in no other split' });
    }
  }
}

const samples = ({ inputs: { shape, data } }: Dataset): readonly string[] => {
  const [n = 0] = shape;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const each = bytes.length / Math.max(1, n);
  return range(0, n).map((i) => sha256(bytes.subarray(i * each, (i + 1) * each)));
};

function prepare({ spec, set }: Loaded, { scale = 1, mean = 0, std = 1 }: DataConfig): PreparedSamples {
  const bytes = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return {
    spec, shape: set.inputs.shape, data: normalise(set.inputs, { scale, mean: [mean].flat(), std: [std].flat() }), labels: Int32Array.from(set.labels),
    hash: sha256(Buffer.concat([bytes(set.inputs.data), bytes(set.labels)])),
  };
}

/** What the model takes for one sample, where the file says it. */
function sampleOf(model: Model): readonly number[] | undefined {
  const sample = model.inputs[0]?.shape?.slice(1) ?? [];
  return sample.length > 0 && sample.every((d): d is number => typeof d === 'number') ? sample : undefined;
}
