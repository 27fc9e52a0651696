/** Operators that pick elements by index. Negative indices count from the end; others out of range throw `run.index`. */
import { attribute, elementCount, type DenseTensor } from '@fretwork/format';
import type { OperatorCall, OperatorRow } from '../contract.js';
import { Fault } from '../fault.js';
import { int64, integersOf, isWide, numbersOf, scalarOf, take, toBigints } from '../tensor/elements.js';
import { axisIn, indexIn, lanesOf, positionMap, stridesOf } from '../tensor/index-map.js';

const range = (size: number): number[] => Array.from({ length: size }, (_, i) => i);

/** data `[..., n, ...]`, indices of any shape, which takes the place of `axis`. */
function gather(call: OperatorCall): readonly DenseTensor[] {
  const [data, indices] = [call.dense(0), call.dense(1)];
  const axis = axisIn(attribute(call.layer, 'axis', 'int', 0), data.shape.length);
  const picked = integersOf(indices).map((i) => indexIn(i, data.shape[axis]!));
  const positions = data.shape.map((size, d) => (d === axis ? picked : range(size)));
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  return [take(data, shape, positionMap(data.shape, positions))];
}

/** Per element of indices: which element of a tensor of `shape` it means, the position itself but for `axis`. */
export function elementPlaces(indices: DenseTensor, shape: readonly number[], axis: number): Int32Array {
  if (indices.shape.length !== shape.length || indices.shape.some((size, d) => d !== axis && size > shape[d]!)) {
    throw new Fault('run.shape', 'indices do not fit the data', { expected: `within [${shape.join(', ')}]`, actual: `[${indices.shape.join(', ')}]` });
  }
  const strides = stridesOf(shape);
  // With position 0 along the axis; the index itself comes on top.
  const base = positionMap(shape, indices.shape.map((size, d) => (d === axis ? new Array<number>(size).fill(0) : range(size))));
  const index = integersOf(indices);
  return base.map((at, i) => at + indexIn(index[i]!, shape[axis]!) * strides[axis]!);
}

function gatherElements(call: OperatorCall): readonly DenseTensor[] {
  const [data, indices] = [call.dense(0), call.dense(1)];
  const axis = axisIn(attribute(call.layer, 'axis', 'int', 0), data.shape.length);
  return [take(data, indices.shape, elementPlaces(indices, data.shape, axis))];
}

/**
 * Start of the slice that each index tuple means, in a tensor of `shape`: the last dimension of indices counts the
 * dimensions that a tuple names, after the first `batch` ones, which are the tuple's own.
 */
export function sliceStarts(indices: DenseTensor, shape: readonly number[], batch: number): { starts: number[]; named: number } {
  const named = indices.shape.at(-1);
  if (named === undefined || batch + named > shape.length || indices.shape.slice(0, batch).some((size, d) => size !== shape[d])) {
    throw new Fault('run.shape', 'index tuples do not fit the data', { expected: `at most ${shape.length - batch} numbers each`, actual: `[${indices.shape.join(', ')}]` });
  }
  const strides = stridesOf(shape);
  const tuples = elementCount(indices.shape.slice(0, -1));
  const perBatch = elementCount(indices.shape.slice(batch, -1));
  const perBatchElements = elementCount(shape.slice(batch));
  const index = integersOf(indices);
  const starts = range(tuples).map((t) => {
    let at = Math.floor(t / perBatch) * perBatchElements;
    for (let k = 0; k < named; k++) at += indexIn(index[t * named + k]!, shape[batch + k]!) * strides[batch + k]!;
    return at;
  });
  return { starts, named };
}

function gatherND(call: OperatorCall): readonly DenseTensor[] {
  const [data, indices] = [call.dense(0), call.dense(1)];
  const batch = attribute(call.layer, 'batch_dims', 'int', 0);
  const { starts, named } = sliceStarts(indices, data.shape, batch);
  const rest = data.shape.slice(batch + named);
  const size = elementCount(rest);
  const source = new Int32Array(starts.length * size);
  starts.forEach((start, t) => {
    for (let i = 0; i < size; i++) source[t * size + i] = start + i;
  });
  return [take(data, [...indices.shape.slice(0, -1), ...rest], source)];
}

/** indices → `values` = [off, on] along a new axis of `depth`; an index out of range gives off everywhere. */
function oneHot(call: OperatorCall): readonly DenseTensor[] {
  const [indices, depth, values] = [call.dense(0), scalarOf(call.dense(1)), call.dense(2)];
  const axis = axisIn(attribute(call.layer, 'axis', 'int', -1), indices.shape.length + 1);
  const shape = [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)];
  const { outer, inner } = lanesOf(shape, axis);
  const wanted = isWide(indices.dtype) ? toBigints(indices).map(Number) : Array.from(numbersOf(indices), Math.trunc);
  const source = new Int32Array(elementCount(shape));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const index = wanted[o * inner + i]!;
      const at = index < 0 ? index + depth : index;
      if (at >= 0 && at < depth) source[(o * depth + at) * inner + i] = 1;
    }
  }
  return [take(values, shape, source)];
}

/** `[rank, count]`: the position of each element that is not 0, in row-major order. */
function nonZero(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const values: ArrayLike<number | bigint> = isWide(x.dtype) ? toBigints(x) : numbersOf(x);
  const found = range(values.length).filter((i) => Number(values[i]) !== 0);
  const strides = stridesOf(x.shape);
  return [int64([x.shape.length, found.length], x.shape.flatMap((size, d) => found.map((i) => Math.floor(i / strides[d]!) % size)))];
}

/** Upper (or lower) triangle of the last two dimensions, from diagonal k on (up to it); zeros elsewhere. */
function trilu(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const diagonal = call.optional(1);
  const k = diagonal === undefined ? 0 : scalarOf(diagonal);
  const upper = attribute(call.layer, 'upper', 'int', 1) !== 0;
  const [rows, columns] = [x.shape.at(-2), x.shape.at(-1)];
  if (rows === undefined || columns === undefined) throw new Fault('run.rank', 'a triangle needs two dimensions', { actual: `[${x.shape.join(', ')}]` });
  const source = Int32Array.from(x.data as ArrayLike<unknown>, (_, i) => {
    const [r, c] = [Math.floor(i / columns) % rows, i % columns];
    return (upper ? c >= r + k : c <= r + k) ? i : -1;
  });
  return [take(x, x.shape, source)];
}

export const GATHER: readonly OperatorRow[] = [
  { operator: 'Gather', run: gather },
  { operator: 'GatherElements', run: gatherElements },
  { operator: 'GatherND', run: gatherND },
  { operator: 'OneHot', run: oneHot },
  { operator: 'NonZero', run: nonZero },
  { operator: 'Trilu', run: trilu },
];
