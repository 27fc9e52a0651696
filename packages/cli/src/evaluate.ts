import type { Runner } from '@fretwork/conformance';
import { elementCount, FretworkError, halfToNumber, type DenseTensor, type Dimension, type Model, type ValueInfo } from '@fretwork/format';
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
  const rest = sampleShape(declared, own);
  if (rest === undefined) {
    throw new FretworkError('eval.shape', 'the samples do not fit the model\'s input', {
      expected: describe(input), actual: `[${samples.shape.join(', ')}]`,
      hint: isPermuted(declared, own) ? 'the axes stand in another order: transpose the data' : 'reshape the data so that its first axis counts samples',
    });
  }
  const fixed = typeof first === 'number';
  const batch = fixed ? first : Math.min(wanted, n);
  if (batch < 1) throw new FretworkError('eval.shape', 'there is nothing to evaluate', { actual: `${n} samples, batch ${batch}` });
  return { input, batch, shape: [batch, ...rest], fixed };
}

/**
 * The shape of one sample as the model declares it, open sizes filled in from the data. Axes of size 1 may be more or
 * fewer (a channel axis of grey images), and axes may be split or joined where all sizes are declared; an order of axes
 * that is merely another is refused, since reading pixels as channels would give an answer too.
 */
function sampleShape(declared: readonly Dimension[], own: readonly number[]): readonly number[] | undefined {
  if (declared.length === own.length && declared.every((d, i) => typeof d !== 'number' || d === own[i])) return own;
  const long = own.filter((size) => size !== 1);
  if (declared.every((d) => typeof d === 'number')) {
    const fits = elementCount(declared) === elementCount(own) && !isPermuted(declared, own);
    return fits ? declared : undefined;
  }
  // Open sizes take the data's axes in order; what is left over must be 1.
  let at = 0;
  const filled = declared.map((d, i): number => {
    const stillNeeded = declared.length - i - 1;
    if (typeof d === 'number' && d === 1 && long[at] !== 1) return 1;
    if (typeof d !== 'number' && long.length - at <= stillNeeded) return 1;
    return long[at++] ?? 1;
  });
  const agrees = at === long.length && declared.every((d, i) => typeof d !== 'number' || d === filled[i]);
  return agrees ? filled : undefined;
}

function isPermuted(declared: readonly Dimension[], own: readonly number[]): boolean {
  const long = (sizes: readonly Dimension[]): readonly number[] => sizes.filter((d): d is number => typeof d === 'number' && d !== 1);
  const sorted = (sizes: readonly number[]): string => [...sizes].sort((x, y) => x - y).join();
  const [a, b] = [long(declared), long(own)];
  return a.join() !== b.join() && sorted(a) === sorted(b);
}

export interface EvaluateOptions {
  readonly onBatch?: (done: number, total: number) => void;
}

/** Runs all samples through `session` and counts. */
export async function evaluate<S>(runner: Runner<S>, session: S, plan: BatchPlan, samples: Samples, options: EvaluateOptions = {}): Promise<Evaluation> {
  const n = samples.shape[0]!;
  const each = elementCount(plan.shape) / plan.batch;
  const total = { top1: 0, top5: 0 };
  for (let start = 0; start < n; start += plan.batch) {
    const count = Math.min(plan.batch, n - start);
    const size = plan.fixed ? plan.batch : count;
    const data = new Float32Array(size * each);
    data.set(samples.data.subarray(start * each, (start + count) * each));
    const input: DenseTensor = { kind: 'dense', dtype: 'f32', shape: [size, ...plan.shape.slice(1)], data };
    const { scores, classes } = scoresOf(Object.values(await runner.run(session, { [plan.input.name]: input }))[0], size);
    checkLabels(samples.labels, start, count, classes);
    for (let i = 0; i < count; i++) {
      const found = hits(scores, i * classes, classes, samples.labels[start + i]!);
      total.top1 += found.top1;
      total.top5 += found.top5;
    }
    options.onBatch?.(start + count, n);
  }
  return { top1: total.top1 / n, top5: total.top5 / n, n };
}

function scoresOf(output: DenseTensor | undefined, size: number): { scores: ArrayLike<number>; classes: number } {
  if (output === undefined || output.data.length === 0 || output.data.length % size !== 0) {
    throw new FretworkError('eval.output', 'the first output is not one row of scores for each sample', {
      expected: `[${size}, classes]`, actual: output === undefined ? 'no output' : `[${output.shape.join(', ')}]`,
    });
  }
  if (output.data.length === size) {
    throw new FretworkError('eval.output', 'the first output holds one number for each sample: there is nothing to rank', {
      expected: `[${size}, classes]`, actual: `[${output.shape.join(', ')}]`, hint: 'name the scores as the first output of the model, not the class that won',
    });
  }
  const scores = output.dtype === 'f16' ? Float32Array.from(output.data as Uint16Array, halfToNumber) : Float64Array.from(output.data as ArrayLike<number>, Number);
  return { scores, classes: output.data.length / size };
}

function checkLabels(labels: Int32Array, start: number, count: number, classes: number): void {
  for (let i = start; i < start + count; i++) {
    if (labels[i]! >= 0 && labels[i]! < classes) continue;
    throw new FretworkError('eval.labels', `the label of sample ${i} is no class of the model`, {
      expected: `0 to ${classes - 1}`, actual: String(labels[i]), hint: 'check that data and model belong together, and that labels count from 0',
    });
  }
}
