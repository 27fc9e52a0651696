import type { Model } from '@fretwork/format';
import { numberOption, usage } from '../arguments.js';
import type { Arguments, OptionRow } from '../contract.js';
import type { Samples } from '../evaluate.js';
import { sha256 } from '../files.js';
import { loadSamples, type PreparedSamples } from './data.js';

/** For commands that learn from a teacher. */
export const EXTRA_OPTIONS: readonly OptionRow[] = [
  { name: 'extra', value: 'SPEC', says: 'More samples to train on, whose labels are not read: the answers of the teacher take their place. Best with --set distillation.' },
  { name: 'extra-limit', value: 'N', says: 'Use the first N of them only. Default: all.' },
];

/** The samples that `--extra` names, labelled by `answers`. Throws `usage.*` and what `loadSamples` and `answers` throw. */
export async function loadExtra(args: Arguments, model: Model, answers: (samples: Samples) => Promise<Int32Array>): Promise<PreparedSamples | undefined> {
  const spec = args.text('extra');
  const limit = numberOption(args, 'extra-limit', { least: 1, most: Infinity, whole: true });
  if (spec === undefined) {
    if (limit !== undefined) throw usage('extra', '--extra-limit belongs to --extra', args.command);
    return undefined;
  }
  const found = await loadSamples(args, model, spec);
  const [n, ...shape] = found.shape as [number, ...number[]];
  const count = Math.min(n, limit ?? n);
  const data = found.data.subarray(0, (found.data.length / n) * count);
  const few = { shape: [count, ...shape], data, labels: found.labels.subarray(0, count) };
  return { ...few, labels: await answers(few), spec, hash: sha256(Buffer.from(data.buffer, data.byteOffset, data.byteLength)) };
}

/** `more` after `samples`, under the name and hash of the first. */
export function joined(samples: PreparedSamples, more: PreparedSamples): PreparedSamples {
  const data = new Float32Array(samples.data.length + more.data.length);
  data.set(samples.data);
  data.set(more.data, samples.data.length);
  return { ...samples, shape: [samples.shape[0]! + more.shape[0]!, ...samples.shape.slice(1)], data, labels: Int32Array.of(...samples.labels, ...more.labels) };
}
