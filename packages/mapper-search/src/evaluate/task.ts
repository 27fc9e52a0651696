import { createHash } from 'node:crypto';
import { readNpy, writeNpy } from '@fretwork/datasets';
import { FretworkError, readModel, writeModel, type Model } from '@fretwork/format';
import { checkSettings, type FastSettings } from './settings.js';

/** Samples as the model's one input takes them. */
export interface TaskSamples {
  /** `[n, …]` */
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** `[n]` */
  readonly labels: Int32Array;
}

/** All that evaluations of one search have in common. */
export interface Task {
  /** Dense, as it is to be trained: before graph passes. */
  readonly model: Model;
  readonly train: TaskSamples;
  /** Kept out of training, to judge by. */
  readonly judge: TaskSamples;
  readonly settings: FastSettings;
}

/** A task by the hashes (SHA-256, hexadecimal) of its parts. Plain. */
export interface TaskRecord {
  readonly model: string;
  readonly train: { readonly inputs: string; readonly labels: string };
  readonly judge: { readonly inputs: string; readonly labels: string };
  readonly settings: FastSettings;
}

export interface PackedTask {
  readonly record: TaskRecord;
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const blobsOf = ({ model, train, judge }: TaskRecord): readonly string[] => [model, train.inputs, train.labels, judge.inputs, judge.labels];

/** Throws `search.option` for settings. */
export function packTask({ model, train, judge, settings }: Task): PackedTask {
  const blobs = new Map<string, Uint8Array>();
  const pack = (bytes: Uint8Array): string => {
    const hash = hashOf(bytes);
    blobs.set(hash, bytes);
    return hash;
  };
  const packSamples = ({ shape, data, labels }: TaskSamples): TaskRecord['train'] => ({
    inputs: pack(writeNpy({ dtype: 'f32', shape: [...shape], data })), labels: pack(writeNpy({ dtype: 'i32', shape: [labels.length], data: labels })),
  });
  return { record: { model: pack(writeModel(model)), train: packSamples(train), judge: packSamples(judge), settings: checkSettings(settings) }, blobs };
}

/** What `read` gives under a hash is held against it. Throws `queue.blob` where it differs, and what reading models and arrays throws. */
export async function openTask(record: TaskRecord, read: (hash: string) => Uint8Array | Promise<Uint8Array>): Promise<Task> {
  const get = async (hash: string): Promise<Uint8Array> => {
    const bytes = await read(hash);
    const found = hashOf(bytes);
    if (found !== hash) throw new FretworkError('queue.blob', 'what came under a hash is something else', { expected: hash, actual: found, hint: 'remove the folder of the cache and begin anew' });
    // A copy with memory of its own: views on it are aligned.
    return bytes.byteOffset % 64 === 0 ? bytes : Uint8Array.from(bytes);
  };
  const samples = async ({ inputs, labels }: TaskRecord['train']): Promise<TaskSamples> => {
    const [x, y] = [readNpy(await get(inputs)), readNpy(await get(labels))];
    if (x.dtype !== 'f32' || y.dtype !== 'i32' || y.shape[0] !== x.shape[0]) throw new FretworkError('queue.blob', 'these are no samples', { expected: 'f32 inputs and as many i32 labels', actual: `${x.dtype} [${x.shape.join(', ')}], ${y.dtype} [${y.shape.join(', ')}]` });
    return { shape: x.shape, data: x.data as Float32Array, labels: y.data as Int32Array };
  };
  return { model: readModel(await get(record.model)), train: await samples(record.train), judge: await samples(record.judge), settings: checkSettings(record.settings) };
}
