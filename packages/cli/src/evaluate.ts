import type { Runner } from '@fretwork/conformance';
import { elementCount, FretworkError, halfToNumber, type DenseTensor, type Model, type ValueInfo } from '@fretwork/format';
import { hits } from './accuracy.js';
import { describe } from './tensor-file.js';

/** Samples along the first axis, as the model's input type. */
export interface Samples {
  /** `[n, …]` */
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** `[n]`, class indices. */
  readonly labels: Int32Array;
}

export interface Evaluation {
  /** Fractions in 0..1. */
  readonly top1: number;
  readonly top5: number;
  readonly n: number;
}

/** How batches are cut: a plain record, so that it can be tested and printed. */
export interface BatchPlan {
  readonly input: ValueInfo;
  readonly batch: number;
  /** Shape of one full batch as the model wants it. */
  readonly shape: readonly number[];
  /** The model's batch is fixed: the last one is filled up with zeros, whose answers are dropped. */
  readonly fixed: boolean;
}

/** Throws `eval.*` where the samples do not fit the model. */
export function planBatches(model: Model, samples: Samples, wanted: number): BatchPlan {
  const input = model.inputs[0];
  if (input === undefined || model.inputs.length !== 1 || input.dtype !== 'f32') {
    throw new FretworkError('eval.inputs', 'eval needs a model with one float32 input', {
      actual: model.inputs.map(describe).join(', ') || 'no input', hint: 'run the model with fretwork run instead',
    });
  }
  const [n, ...own] = samples.shape as [number, ...number[]];
  if (samples.labels.length !== n) {
    throw new FretworkError('eval.labels', 'there is not one label for each sample', { expected: `${n} labels`, actual: String(samples.labels.length) });
  }
  const [first, ...declared] = input.shape ?? ['?', ...own];
  const rest = declared.length === own.length
    ? declared.map((d, i) => (typeof d === 'number' ? d : own[i]!))
    : declared.filter((d) => typeof d !== 'number').length === 0 ? (declared as number[]) : undefined;
  if (rest === undefined || elementCount(rest) !== elementCount(own)) {
    throw new FretworkError('eval.shape', 'the samples do not fit the model\'s input', {
      expected: describe(input), actual: `[${samples.shape.join(', ')}]`, hint: 'reshape the data so that its first axis counts samples',
    });
  }
  const fixed = typeof first === 'number';
  const batch = fixed ? first : Math.min(wanted, n);
  if (batch < 1) throw new FretworkError('eval.shape', 'there is nothing to evaluate', { actual: `${n} samples, batch ${batch}` });
  return { input, batch, shape: [batch, ...rest], fixed };
}

export interface EvaluateOptions {
  readonly signal?: AbortSignal;
  readonly onBatch?: (done: number, total: number) => void;
}

/** Runs all samples through `session` and counts. */
export async function evaluate<S>(runner: Runner<S>, session: S, plan: BatchPlan, samples: Samples, options: EvaluateOptions = {}): Promise<Evaluation> {
  const n = samples.shape[0]!;
  const each = elementCount(plan.shape) / plan.batch;
  const total = { top1: 0, top5: 0 };
  for (let start = 0; start < n; start += plan.batch) {
    options.signal?.throwIfAborted();
    const count = Math.min(plan.batch, n - start);
    const size = plan.fixed ? plan.batch : count;
    const data = new Float32Array(size * each);
    data.set(samples.data.subarray(start * each, (start + count) * each));
    const input: DenseTensor = { kind: 'dense', dtype: 'f32', shape: [size, ...plan.shape.slice(1)], data };
    const { scores, classes } = scoresOf(Object.values(await runner.run(session, { [plan.input.name]: input }))[0], size);
    for (let i = 0; i < count; i++) {
      const found = hits(scores, i * classes, classes, samples.labels[start + i]!);
      total.top1 += found.top1;
      total.top5 += found.top5;
    }
    options.onBatch?.(start + count, n);
    // Runners are often synchronous: without a pause Ctrl-C would never be heard.
    await new Promise((resume) => setImmediate(resume));
  }
  return { top1: total.top1 / n, top5: total.top5 / n, n };
}

function scoresOf(output: DenseTensor | undefined, size: number): { scores: ArrayLike<number>; classes: number } {
  if (output === undefined || output.data.length === 0 || output.data.length % size !== 0) {
    throw new FretworkError('eval.output', 'the first output is not one row of scores for each sample', {
      expected: `[${size}, classes]`, actual: output === undefined ? 'no output' : `[${output.shape.join(', ')}]`,
    });
  }
  const scores = output.dtype === 'f16' ? Float32Array.from(output.data as Uint16Array, halfToNumber) : Float64Array.from(output.data as ArrayLike<number>, Number);
  return { scores, classes: output.data.length / size };
}
