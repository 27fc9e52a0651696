import { dense, elementCount, FretworkError, halfToNumber, type Model } from '@fretwork/format';
import { hits } from '../../accuracy.js';
import { planBatches, type Samples } from '../../evaluate.js';
import type { CompressTarget } from '../contract.js';

/** A share of samples that were right. */
export interface Accuracy {
  readonly right: number;
  readonly n: number;
}

export const shareOf = ({ right, n }: Accuracy): number => right / n;

/** Of the number of samples alone, as a share. */
export const standardError = (accuracy: Accuracy): number => Math.sqrt((shareOf(accuracy) * (1 - shareOf(accuracy))) / accuracy.n);

/** Points that were lost. */
export const drop = (before: Accuracy, after: Accuracy): number => 100 * (shareOf(before) - shareOf(after));

const BATCH = 16;

/** Runs all samples through `model` on the target itself: what is judged is what users get. Throws `eval.*`. */
export async function accuracyOn(target: CompressTarget, model: Model, samples: Samples, signal: AbortSignal): Promise<Accuracy> {
  const plan = planBatches(model, samples, BATCH);
  const n = samples.shape[0]!;
  const each = elementCount(plan.shape) / plan.batch;
  const running = await target.open(model);
  let right = 0;
  try {
    for (let start = 0; start < n; start += plan.batch) {
      await new Promise((resolve) => { setTimeout(resolve, 0); });
      signal.throwIfAborted();
      const count = Math.min(plan.batch, n - start);
      const size = plan.fixed ? plan.batch : count;
      const data = new Float32Array(size * each);
      data.set(samples.data.subarray(start * each, (start + count) * each));
      const outputs = await running.run({ [plan.input.name]: dense('f32', [size, ...plan.shape.slice(1)], data) });
      const output = outputs[model.outputs[0]!.name];
      if (output === undefined || output.data.length % size !== 0 || output.data.length === size) {
        throw new FretworkError('eval.output', 'the first output is not one row of scores for each sample', { expected: `[${size}, classes]`, actual: output === undefined ? 'no output' : `[${output.shape.join(', ')}]` });
      }
      const classes = output.data.length / size;
      const scores = output.dtype === 'f16' ? Float32Array.from(output.data as Uint16Array, halfToNumber) : output.data as Float32Array;
      for (let i = 0; i < count; i++) right += hits(scores, i * classes, classes, samples.labels[start + i]!).top1;
    }
  } finally {
    await running.dispose();
  }
  return { right, n };
}
