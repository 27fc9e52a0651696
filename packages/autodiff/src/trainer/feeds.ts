/** A batch as inputs of a graph. */
import { dense, elementCount, FretworkError, type DenseTensor } from '@fretwork/format';
import type { Batch, EvaluationGraph, GraphTarget } from '../contract.js';

export const shapesOf = (inputs: Batch['inputs']): Record<string, readonly number[]> =>
  Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, t.shape]));

/** Data of the batch, by the graph's input names. Throws `train.batch`. */
export function dataFeeds(graph: EvaluationGraph, inputs: Batch['inputs']): Record<string, DenseTensor> {
  return Object.fromEntries(graph.data.map(({ name, dtype }) => {
    const given = inputs[name];
    if (given === undefined) throw new FretworkError('train.batch', 'the batch lacks an input', { tensor: name, actual: Object.keys(inputs).join(', ') });
    if (given.dtype !== dtype) throw new FretworkError('train.batch', 'the input has another element type', { tensor: name, expected: dtype, actual: given.dtype });
    return [name, given];
  }));
}

/** What the loss asks for; `share` is the teacher's. Throws `train.batch`. */
export function targetFeeds(graph: EvaluationGraph, batch: Batch, share = 0): Record<string, DenseTensor> {
  return Object.fromEntries(graph.targets.map((target) => [target.input, targetFeed(graph, target, batch, share)]));
}

function targetFeed(graph: EvaluationGraph, target: GraphTarget, batch: Batch, share: number): DenseTensor {
  if (target.role === 'share') return dense('f32', [], Float32Array.of(share));
  return target.role === 'labels' ? labelFeed(graph, target, batch.labels) : floatFeed(target, batch[target.role]);
}

const lengthFault = (target: GraphTarget, actual: number | undefined): FretworkError =>
  new FretworkError('train.batch', `the batch needs ${target.role}`, { expected: `${elementCount(target.shape)} of shape [${target.shape.join(', ')}]`, actual: actual === undefined ? 'none' : `${actual}` });

function labelFeed(graph: EvaluationGraph, target: GraphTarget, labels: ArrayLike<number> | undefined): DenseTensor {
  if (labels?.length !== elementCount(target.shape)) throw lengthFault(target, labels?.length);
  const classes = graph.outputShape.at(-1)!;
  const wide = new BigInt64Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    // An engine would make a row of zeros of it, and the loss would be wrong without a word.
    if (!Number.isInteger(label) || label < 0 || label >= classes) throw new FretworkError('train.batch', `label ${i} is no class`, { expected: `0 to ${classes - 1}`, actual: `${label}` });
    wide[i] = BigInt(label);
  }
  return dense('i64', target.shape, wide);
}

function floatFeed(target: GraphTarget, values: Float32Array | undefined): DenseTensor {
  if (values?.length !== elementCount(target.shape)) throw lengthFault(target, values?.length);
  return dense('f32', target.shape, values);
}

/** Zeros for all targets: where only the output is wanted. */
export function emptyTargets(graph: EvaluationGraph): Record<string, DenseTensor> {
  return Object.fromEntries(graph.targets.map(({ input, dtype, shape }) => {
    const count = elementCount(shape);
    return [input, dense(dtype, shape, dtype === 'i64' ? new BigInt64Array(count) : new Float32Array(count))];
  }));
}

/** Labels whose class has the largest logit, the first of equals. */
export function correct(logits: Float32Array, labels: ArrayLike<number>): number {
  const classes = logits.length / labels.length;
  let count = 0;
  for (let row = 0; row < labels.length; row++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (logits[row * classes + c]! > logits[row * classes + best]!) best = c;
    if (best === labels[row]) count++;
  }
  return count;
}
