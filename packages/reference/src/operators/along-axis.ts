/** Operators that look along one axis: ArgMax, ArgMin, TopK, CumSum, Softmax, LogSoftmax. */
import { attribute, type DenseTensor } from '@fretwork/format';
import type { OperatorCall, OperatorRow } from '../contract.js';
import { Fault } from '../fault.js';
import { floatsOf, fromBigints, fromNumbers, int64, isWide, numbersOf, scalarOf, take, toBigints } from '../tensor/elements.js';
import { axisIn, eachLane, lanesOf } from '../tensor/index-map.js';
import { ADD, scalar } from './arithmetic.js';
import { logSumExp } from './reduction.js';

const axisOf = (call: OperatorCall, x: DenseTensor, otherwise: number): number =>
  axisIn(attribute(call.layer, 'axis', 'int', otherwise), x.shape.length);

/** The elements with an order: NaN stands above every number. */
const ordered = (x: DenseTensor): ArrayLike<number | bigint> => (isWide(x.dtype) ? toBigints(x) : numbersOf(x));
const above = (a: number | bigint, b: number | bigint): boolean => a > b || (Number.isNaN(a) && !Number.isNaN(b));

const arg = (operator: string, better: (a: number | bigint, b: number | bigint) => boolean): OperatorRow => ({
  operator,
  run: (call) => {
    const x = call.dense(0);
    const axis = axisOf(call, x, 0);
    const last = attribute(call.layer, 'select_last_index', 'int', 0) !== 0;
    const lanes = lanesOf(x.shape, axis);
    if (lanes.size === 0) throw new Fault('run.shape', 'an empty axis has no best element', { actual: `[${x.shape.join(', ')}]` });
    const values = ordered(x);
    const found = new Array<number>(lanes.outer * lanes.inner).fill(0);
    eachLane(lanes, (start, lane) => {
      let best = 0;
      for (let k = 1; k < lanes.size; k++) {
        const [now, then] = [values[start + k * lanes.inner]!, values[start + best * lanes.inner]!];
        if (better(now, then) || (last && !better(then, now))) best = k;
      }
      found[lane] = best;
    });
    const keepDims = attribute(call.layer, 'keepdims', 'int', 1) !== 0;
    return [int64(x.shape.flatMap((size, d) => (d !== axis ? [size] : keepDims ? [1] : [])), found)];
  },
});

/** Sorted always; equal elements by ascending index. Outputs: values, indices. */
function topK(call: OperatorCall): readonly DenseTensor[] {
  const [x, k] = [call.dense(0), scalarOf(call.dense(1))];
  const axis = axisOf(call, x, -1);
  const largest = attribute(call.layer, 'largest', 'int', 1) !== 0;
  const lanes = lanesOf(x.shape, axis);
  if (k < 0 || k > lanes.size) throw new Fault('run.index', 'there are not so many elements', { expected: `0 to ${lanes.size}`, actual: `${k}` });
  const values = ordered(x);
  const shape = x.shape.map((size, d) => (d === axis ? k : size));
  const source = new Int32Array(lanes.outer * k * lanes.inner);
  const index = new Array<number>(source.length);
  eachLane(lanes, (start, lane) => {
    const at = (i: number): number => start + i * lanes.inner;
    const order = Array.from({ length: lanes.size }, (_, i) => i).sort((i, j) => {
      const [a, b] = [values[at(i)]!, values[at(j)]!];
      return above(a, b) ? (largest ? -1 : 1) : above(b, a) ? (largest ? 1 : -1) : i - j;
    });
    const to = Math.floor(lane / lanes.inner) * k * lanes.inner + lane % lanes.inner;
    for (let i = 0; i < k; i++) {
      source[to + i * lanes.inner] = at(order[i]!);
      index[to + i * lanes.inner] = order[i]!;
    }
  });
  return [take(x, shape, source), int64(shape, index)];
}

function cumSum(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const lanes = lanesOf(x.shape, axisIn(scalarOf(call.dense(1)), x.shape.length));
  const exclusive = attribute(call.layer, 'exclusive', 'int', 0) !== 0;
  const reverse = attribute(call.layer, 'reverse', 'int', 0) !== 0;
  const scan = <T>(values: ArrayLike<T>, out: { [i: number]: T }, zero: T, add: (a: T, b: T) => T): void => eachLane(lanes, (start) => {
    let sum = zero;
    for (let k = 0; k < lanes.size; k++) {
      const at = start + (reverse ? lanes.size - 1 - k : k) * lanes.inner;
      const next = add(sum, values[at]!);
      out[at] = exclusive ? sum : next;
      sum = next;
    }
  });
  if (isWide(x.dtype)) {
    const values = toBigints(x);
    const out = [...values];
    scan(values, out, 0n, ADD.wide);
    return [fromBigints(x.dtype, x.shape, out)];
  }
  const out = new Float64Array(x.data.length);
  scan(numbersOf(x), out, 0, scalar(ADD, x.dtype));
  return [fromNumbers(x.dtype, x.shape, out)];
}

/** A row that rewrites each lane of a float tensor along `axis` (default: the last). */
const lanewise = (operator: string, rewrite: (lane: Float64Array) => Float64Array): OperatorRow => ({
  operator,
  run: (call) => {
    const x = call.dense(0);
    const values = floatsOf(x);
    const out = new Float64Array(values.length);
    const lanes = lanesOf(x.shape, axisOf(call, x, -1));
    const lane = new Float64Array(lanes.size);
    eachLane(lanes, (start) => {
      for (let k = 0; k < lanes.size; k++) lane[k] = values[start + k * lanes.inner]!;
      rewrite(lane).forEach((v, k) => {
        out[start + k * lanes.inner] = v;
      });
    });
    return [fromNumbers(x.dtype, x.shape, out)];
  },
});

function logSoftmax(lane: Float64Array): Float64Array {
  const total = logSumExp(lane);
  return lane.map((x) => x - total);
}

function softmax(lane: Float64Array): Float64Array {
  const top = lane.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = lane.map((x) => Math.exp(x - top));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / total);
}

export const ALONG_AXIS: readonly OperatorRow[] = [
  arg('ArgMax', above),
  arg('ArgMin', (a, b) => above(b, a)),
  { operator: 'TopK', run: topK },
  { operator: 'CumSum', run: cumSum },
  lanewise('Softmax', softmax),
  lanewise('LogSoftmax', logSoftmax),
];
