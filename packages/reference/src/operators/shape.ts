/** Operators that give the same elements another shape, or tell the shape. */
import { attribute, elementCount, type DenseTensor } from '@fretwork/format';
import type { OperatorCall, OperatorRow } from '../contract.js';
import { Fault } from '../fault.js';
import { int64, integersOf, reshaped } from '../tensor/elements.js';
import { axisIn } from '../tensor/index-map.js';

/** 0 keeps the input's dimension (or is 0 with `allowzero`), one -1 is what is left. */
function reshape(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const keep = attribute(call.layer, 'allowzero', 'int', 0) === 0;
  const wanted = integersOf(call.dense(1)).map((size, d) => (size === 0 && keep ? x.shape[d] ?? 0 : size));
  const known = elementCount(wanted.filter((size) => size !== -1));
  const shape = wanted.map((size) => (size === -1 ? (known === 0 ? 0 : x.data.length / known) : size));
  if (shape.some((size) => !Number.isInteger(size) || size < 0) || elementCount(shape) !== x.data.length) {
    throw new Fault('run.shape', 'the elements do not fit the new shape', { expected: `${x.data.length} elements`, actual: `[${wanted.join(', ')}]` });
  }
  return [reshaped(x, shape)];
}

function flatten(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const given = attribute(call.layer, 'axis', 'int', 1);
  const axis = given === x.shape.length ? given : axisIn(given, x.shape.length);
  return [reshaped(x, [elementCount(x.shape.slice(0, axis)), elementCount(x.shape.slice(axis))])];
}

function squeeze(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const given = call.optional(1);
  const axes = given === undefined
    ? x.shape.flatMap((size, d) => (size === 1 ? [d] : []))
    : integersOf(given).map((a) => axisIn(a, x.shape.length));
  const bad = axes.find((a) => x.shape[a] !== 1);
  if (bad !== undefined) throw new Fault('run.shape', `dimension ${bad} cannot go`, { expected: '1', actual: `${x.shape[bad]}` });
  return [reshaped(x, x.shape.filter((_, d) => !axes.includes(d)))];
}

function unsqueeze(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const given = integersOf(call.dense(1));
  const rank = x.shape.length + given.length;
  const axes = given.map((a) => axisIn(a, rank));
  if (new Set(axes).size < axes.length) throw new Fault('run.attribute', 'an axis is named twice', { actual: given.join(', ') });
  const rest = [...x.shape];
  return [reshaped(x, Array.from({ length: rank }, (_, d) => (axes.includes(d) ? 1 : rest.shift()!)))];
}

function shapeOf(call: OperatorCall): readonly DenseTensor[] {
  const { shape } = call.tensor(0);
  const [start, end] = [attribute(call.layer, 'start', 'int', 0), attribute(call.layer, 'end', 'int', shape.length)];
  const place = (at: number): number => Math.max(0, Math.min(shape.length, at < 0 ? at + shape.length : at));
  const part = shape.slice(place(start), Math.max(place(start), place(end)));
  return [int64([part.length], part)];
}

export const SHAPE: readonly OperatorRow[] = [
  { operator: 'Identity', run: (call) => [call.dense(0)] },
  { operator: 'Reshape', run: reshape },
  { operator: 'Flatten', run: flatten },
  { operator: 'Squeeze', run: squeeze },
  { operator: 'Unsqueeze', run: unsqueeze },
  { operator: 'Shape', run: shapeOf },
  { operator: 'Size', run: (call) => [int64([], [elementCount(call.tensor(0).shape)])] },
];
