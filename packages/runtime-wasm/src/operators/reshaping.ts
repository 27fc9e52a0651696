/** Operators that give the elements of their first input another shape. */
import { flag, int } from './attributes.js';
import { constantNumbers, targetOf } from './constant-input.js';
import { sizeOf, type Given, type OperatorRow, type Shape } from './row.js';
import { axesIn, axisIn, misfit, quotient, shapeOf } from './shapes.js';

/** 0 copies a size (unless `allowzero`), -1 takes what is left. */
function reshaped(given: Given): Shape {
  const x = shapeOf(given, 0);
  const target = targetOf(given, 1, -1).map((size, d) => (size === 0 && !flag(given.layer, 'allowzero') ? x[d] ?? misfit(`${d + 1} dimensions`, x) : size));
  const open = target.indexOf(-1);
  if (open >= 0) target[open] = quotient(sizeOf(x), -sizeOf(target));
  return target;
}

function flattened(given: Given): Shape {
  const x = shapeOf(given, 0);
  const axis = int(given.layer, 'axis', 1);
  const at = axis === x.length ? axis : axisIn(axis, x.length);
  return [sizeOf(x.slice(0, at)), sizeOf(x.slice(at))];
}

/** The axes named, or all of size 1, go. */
function squeezed(given: Given): Shape {
  const x = shapeOf(given, 0);
  const named = constantNumbers(given, 1);
  const axes = named === undefined ? undefined : axesIn(named, x.length);
  if (axes?.some((d) => x[d] !== 1) === true) misfit('axes of size 1', axes);
  return x.filter((size, d) => (axes === undefined ? size !== 1 : !axes.includes(d)));
}

function unsqueezed(given: Given): Shape {
  const x = shapeOf(given, 0);
  const named = constantNumbers(given, 1) ?? [];
  const shape = Array.from({ length: x.length + named.length }, () => 0);
  for (const d of axesIn(named, shape.length)) shape[d] = 1;
  const kept = x.values();
  return shape.map((size) => (size === 1 ? 1 : kept.next().value!));
}

const row = (operator: string, shape: (given: Given) => Shape, shapeInputs?: readonly number[]): OperatorRow => ({
  operator, alias: true, shapeInputs, prepare: () => () => undefined,
  shapes: (given) => {
    const x = shapeOf(given, 0);
    const y = shape(given);
    return [sizeOf(x) === sizeOf(y) ? y : misfit(`${sizeOf(x)} elements`, y)];
  },
});

export const RESHAPING: readonly OperatorRow[] = [
  row('Identity', (given) => shapeOf(given, 0)),
  row('Flatten', flattened),
  row('Reshape', reshaped, [1]),
  row('Squeeze', squeezed, [1]),
  row('Unsqueeze', unsqueezed, [1]),
];
