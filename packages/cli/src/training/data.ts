import { augment, DATA_KINDS, loadDataset, NAMED_SETS, normalise, select, type Augmentation, type Dataset } from '@fretwork/datasets';
import type { Batch, SampleSource } from '@fretwork/autodiff';
import { dense, elementCount, FretworkError, type Model } from '@fretwork/format';
import { numberOption, numbersOption, usage } from '../arguments.js';
import type { Arguments, OptionRow } from '../contract.js';
import { planBatches, type Samples } from '../evaluate.js';
import { listFiles, readFile, sha256 } from '../files.js';

const SPECS = `${DATA_KINDS.map((kind) => kind.example).join(', ')}, or ${NAMED_SETS.map((set) => set.name).join(', ')} in the folder FRETWORK_DATA_DIR`;

/** How samples become what the model takes; eval and training read the same options. */
export const SAMPLE_OPTIONS: readonly OptionRow[] = [
  { name: 'data', value: 'SPEC', says: `Samples and labels: ${SPECS}.` },
  { name: 'scale', value: 'S', says: 'Multiply samples by S first; 1/255 is allowed. Default: 1.' },
  { name: 'mean', value: 'M', says: 'Then subtract the mean: one number, or one per channel divided by commas. Default: 0.' },
  { name: 'std', value: 'D', says: 'Then divide by the deviation, likewise. Default: 1.' },
  { name: 'limit', value: 'N', says: 'Use the first N samples only.' },
];

/** For commands that train or judge by training data. */
export const TRAINING_DATA_OPTIONS: readonly OptionRow[] = [
  ...SAMPLE_OPTIONS,
  { name: 'test', value: 'SPEC', says: 'Samples to judge by, which training never sees. Default for a named set: its test split.' },
  { name: 'holdout', value: 'N', says: 'Keep N training samples out, spread evenly, and judge by them too. Default: 0.' },
];

/** Samples of one split, ready for the model. */
export interface PreparedSamples extends Samples {
  readonly spec: string;
  /** SHA-256 of the stored values and labels, as they were before scaling. */
  readonly hash: string;
}

export interface TrainingData {
  readonly train: PreparedSamples;
  readonly test: PreparedSamples;
  readonly holdout: PreparedSamples | undefined;
}

/** The samples that `spec` names, scaled, in the shape of the model's input. Throws what `loadDataset` throws, and `usage.number`. */
export async function loadSamples(args: Arguments, model: Model, spec: string): Promise<PreparedSamples> {
  const root = process.env['FRETWORK_DATA_DIR'];
  const set = await loadDataset(spec, { readFile, listFiles, ...sampleOf(model), ...(root === undefined ? {} : { root }) });
  return prepare(args, limited(set, numberOption(args, 'limit', { least: 1, most: Infinity, whole: true })), spec);
}

function prepare(args: Arguments, set: Dataset, spec: string): PreparedSamples {
  const data = normalise(set.inputs, {
    scale: numbersOption(args, 'scale')?.[0] ?? 1, mean: numbersOption(args, 'mean') ?? [0], std: numbersOption(args, 'std') ?? [1],
  });
  const bytes = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return { spec, shape: set.inputs.shape, data, labels: Int32Array.from(set.labels), hash: sha256(Buffer.concat([bytes(set.inputs.data), bytes(set.labels)])) };
}

const limited = (set: Dataset, limit: number | undefined): Dataset =>
  (limit === undefined || limit >= set.labels.length ? set : select(set, Array.from({ length: limit }, (_, i) => i)));

/** What `--data`, `--test` and `--holdout` name. A bare name of a set means its training and its test split. */
export async function loadTrainingData(args: Arguments, model: Model): Promise<TrainingData> {
  const spec = args.text('data');
  if (spec === undefined) throw usage('data', `${args.command} needs --data`, args.command);
  const bare = NAMED_SETS.some((set) => set.name === spec);
  const tested = args.text('test') ?? (bare ? `${spec}/test` : undefined);
  if (tested === undefined) throw usage('test', `${args.command} needs --test: samples that training never sees`, args.command);
  const root = process.env['FRETWORK_DATA_DIR'];
  const trained = bare ? `${spec}/train` : spec;
  const set = limited(
    await loadDataset(trained, { readFile, listFiles, ...sampleOf(model), ...(root === undefined ? {} : { root }) }),
    numberOption(args, 'limit', { least: 1, most: Infinity, whole: true }),
  );
  const n = set.labels.length;
  const out = numberOption(args, 'holdout', { least: 0, most: n - 1, whole: true }) ?? 0;
  const held = (i: number): boolean => Math.floor(((i + 1) * out) / n) > Math.floor((i * out) / n);
  const all = Array.from({ length: n }, (_, i) => i);
  return {
    train: prepare(args, out === 0 ? set : select(set, all.filter((i) => !held(i))), trained),
    test: await loadSamples(args, model, tested),
    holdout: out === 0 ? undefined : prepare(args, select(set, all.filter(held)), `${trained}, ${out} held out`),
  };
}

/** What the model takes for one sample, where the file says it: a named set picks its features by it. */
function sampleOf(model: Model): { readonly inputShape?: readonly number[] } {
  const sample = model.inputs[0]?.shape?.slice(1) ?? [];
  return sample.length > 0 && sample.every((d) => typeof d === 'number') ? { inputShape: sample } : {};
}

/** Samples as the model's one input takes them, changed by `steps` where a draw is given. Throws `eval.*` where they do not fit. */
export function sourceOf(model: Model, samples: Samples, batch: number, steps: readonly Augmentation[] = []): SampleSource & { readonly batchSize: number } {
  const plan = planBatches(model, samples, batch);
  const [, ...shape] = plan.shape;
  const size = elementCount(shape);
  const n = samples.shape[0]!;
  // A model of fixed batch takes whole batches alone.
  const count = plan.fixed ? n - (n % plan.batch) : n;
  if (count === 0) throw new FretworkError('eval.shape', 'there are fewer samples than one batch of this model', { expected: `at least ${plan.batch}`, actual: `${n}` });
  return {
    count, batchSize: plan.batch,
    batch: (indices, draw): Batch => {
      const data = new Float32Array(indices.length * size);
      indices.forEach((index, i) => data.set(samples.data.subarray(index * size, (index + 1) * size), i * size));
      const whole = { dtype: 'f32', shape: [indices.length, ...samples.shape.slice(1)], data } as const;
      const changed = draw === undefined || steps.length === 0 ? data : augment(whole, steps, { seed: Math.floor(draw() * 2 ** 31) }).data as Float32Array;
      return { inputs: { [plan.input.name]: dense('f32', [indices.length, ...shape], changed) }, labels: indices.map((index) => samples.labels[index]!) };
    },
  };
}
