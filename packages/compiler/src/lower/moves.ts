/** Layers that only move elements, as copies between strides. */
import { attribute } from '@fretwork/format';
import type { Support } from '../backend.js';
import { product, type Call } from './call.js';
import { broadcastStrides, rowMajor } from './strides.js';
import { OK, refuse } from './support.js';

/** Where a copy begins, and how far its steps go: elements. */
export interface Stretch {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A copy of `sizes` elements from input `input` to output `output`. */
export interface Move {
  readonly input: number;
  readonly output: number;
  readonly sizes: readonly number[];
  readonly to: Stretch;
  readonly from: Stretch;
}

const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

const move = (sizes: readonly number[], to: Partial<Stretch> & Pick<Stretch, 'strides'>, from: Partial<Stretch> & Pick<Stretch, 'strides'>, input = 0, output = 0): Move =>
  ({ input, output, sizes, to: { offset: 0, ...to }, from: { offset: 0, ...from } });

function transpose(call: Call): Move[] {
  const shape = call.shape(0);
  const perm = attribute(call.layer, 'perm', 'ints', shape.map((_, d) => shape.length - 1 - d));
  const own = rowMajor(shape);
  return [move(call.outShape(), { strides: rowMajor(call.outShape()) }, { strides: perm.map((d) => own[d]!) })];
}

function concat(call: Call): Move[] {
  const out = call.outShape();
  const axis = axisOf(attribute(call.layer, 'axis', 'int', 0), out.length);
  const strides = rowMajor(out);
  let at = 0;
  return call.layer.inputs.map((_, i) => {
    const shape = call.shape(i);
    const offset = at * strides[axis]!;
    at += shape[axis]!;
    return move(shape, { strides, offset }, { strides: rowMajor(shape) }, i);
  });
}

/** Starts and steps per dimension; ends are in the output shape. */
function slice(call: Call): Move[] {
  const shape = call.shape(0);
  const given = call.numbers(1)!;
  const axes = (call.has(3) ? call.numbers(3)! : given.map((_, d) => d)).map((axis) => axisOf(axis, shape.length));
  const steps = shape.map(() => 1);
  const starts = shape.map(() => 0);
  axes.forEach((axis, k) => {
    const step = call.has(4) ? call.numbers(4)![k]! : 1;
    const size = shape[axis]!;
    const start = given[k]! < 0 ? given[k]! + size : given[k]!;
    steps[axis] = step;
    starts[axis] = step > 0 ? Math.min(Math.max(start, 0), size) : Math.min(Math.max(start, -1), size - 1);
  });
  const own = rowMajor(shape);
  const offset = starts.reduce((sum, start, d) => sum + start * own[d]!, 0);
  return [move(call.outShape(), { strides: rowMajor(call.outShape()) }, { offset, strides: own.map((stride, d) => stride * steps[d]!) })];
}

/** What of the input is there after padding; negative pads cut. Cells around it hold `padValue`. */
function pad(call: Call): Move[] {
  const shape = call.shape(0);
  const [out, own] = [rowMajor(call.outShape()), rowMajor(shape)];
  const pads = call.numbers(1)!;
  const axes = call.has(3) ? call.numbers(3)!.map((axis) => axisOf(axis, shape.length)) : shape.map((_, d) => d);
  const [begins, ends] = [shape.map(() => 0), shape.map(() => 0)];
  axes.forEach((axis, k) => {
    begins[axis] = pads[k]!;
    ends[axis] = pads[axes.length + k]!;
  });
  const sizes = shape.map((size, d) => size + Math.min(0, begins[d]!) + Math.min(0, ends[d]!));
  const [to, from] = [begins.reduce((sum, b, d) => sum + Math.max(0, b) * out[d]!, 0), begins.reduce((sum, b, d) => sum + Math.max(0, -b) * own[d]!, 0)];
  return [move(sizes, { offset: to, strides: out }, { offset: from, strides: own })];
}

/** What a Pad writes around its input. */
export const padValue = (call: Call): number => (call.has(2) ? call.numbers(2)![0]! : 0);

function split(call: Call): Move[] {
  const shape = call.shape(0);
  const axis = axisOf(attribute(call.layer, 'axis', 'int', 0), shape.length);
  const own = rowMajor(shape);
  let at = 0;
  return call.layer.outputs.flatMap((name, o) => {
    const out = call.outShape(o);
    const offset = at * own[axis]!;
    at += out[axis] ?? 0;
    return name === '' ? [] : [move(out, { strides: rowMajor(out) }, { offset, strides: own }, 0, o)];
  });
}

/** Nearest by whole factors: each element stands for a box of equal ones. */
function resize(call: Call): Move[] {
  const [shape, out] = [call.shape(0), call.outShape()];
  const factors = out.map((size, d) => size / shape[d]!);
  const [to, from] = [rowMajor(out), rowMajor(shape)];
  const sizes = shape.flatMap((size, d) => [size, factors[d]!]);
  return [move(sizes, { strides: to.flatMap((stride, d) => [stride * factors[d]!, stride]) }, { strides: from.flatMap((stride) => [stride, 0]) })];
}

const expand = (call: Call): Move[] =>
  [move(call.outShape(), { strides: rowMajor(call.outShape()) }, { strides: broadcastStrides(call.shape(0), call.outShape()) })];

const constants = (...inputs: readonly number[]) => (call: Call): Support => (inputs.every((i) => !call.has(i) || call.numbers(i) !== undefined) ? OK
  : refuse(`input ${inputs.find((i) => call.has(i) && call.numbers(i) === undefined)} of ${call.layer.operator} is computed at run time`, 'code has fixed places: make it a constant'));

const paddable = (call: Call): Support => (attribute(call.layer, 'mode', 'string', 'constant') === 'constant' ? constants(1, 2, 3)(call)
  : refuse(`Pad by ${attribute(call.layer, 'mode', 'string', 'constant')} is not compiled`, 'pad by a constant'));

function resizable(call: Call): Support {
  const [shape, out] = [call.shape(0), call.outShape()];
  const whole = out.every((size, d) => Number.isInteger(size / shape[d]!));
  const form = attribute(call.layer, 'coordinate_transformation_mode', 'string', 'half_pixel');
  const nearest = attribute(call.layer, 'mode', 'string', 'nearest') === 'nearest';
  const rounding = attribute(call.layer, 'nearest_mode', 'string', 'round_prefer_floor');
  // With whole factors these agree with a box of equal elements.
  const boxes = (form === 'asymmetric' && rounding === 'floor') || (form === 'half_pixel' && rounding.startsWith('round'));
  return whole && nearest && boxes && !call.has(1) ? OK : refuse('only nearest Resize by whole factors is compiled', 'use mode nearest, half_pixel with rounding or asymmetric with floor');
}

interface MovingRow {
  readonly moves: (call: Call) => readonly Move[];
  readonly supports?: (call: Call) => Support;
}

/** One row per operator whose work is copies between strides. */
export const MOVES: Readonly<Record<string, MovingRow>> = {
  Transpose: { moves: transpose },
  Concat: { moves: concat },
  Slice: { moves: slice, supports: constants(1, 2, 3, 4) },
  Split: { moves: split },
  Expand: { moves: expand },
  Pad: { moves: pad, supports: paddable },
  Resize: { moves: resize, supports: resizable },
};

/** A Gather of constant indices: of each of `outer` stretches, `indices` of its `size` pieces of `inner` elements. */
export interface Gathering {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
  readonly indices: readonly number[];
}

export function gatheringOf(call: Call): Gathering {
  const shape = call.shape(0);
  const axis = axisOf(attribute(call.layer, 'axis', 'int', 0), shape.length);
  const size = shape[axis]!;
  return { outer: product(shape.slice(0, axis)), size, inner: product(shape.slice(axis + 1)), indices: call.numbers(1)!.map((i) => (i < 0 ? i + size : i)) };
}

/** A ScatterND at constant places: pieces of `inner` elements of input 2 begin at `rows` of the output, which is a copy of input 0 besides. */
export interface Scattering {
  readonly inner: number;
  readonly rows: readonly number[];
}

export function scatteringOf(call: Call): Scattering {
  const shape = call.shape(0);
  const indices = call.numbers(1)!;
  const depth = call.shape(1).at(-1)!;
  const own = rowMajor(shape);
  const rows = Array.from({ length: indices.length / depth }, (_, k) =>
    own.slice(0, depth).reduce((sum, stride, d) => sum + stride * axisOf(indices[k * depth + d]!, shape[d]!), 0));
  return { inner: product(shape.slice(depth)), rows };
}

/** Input 1 of Gather and ScatterND is constant. */
export const constantPlaces: (call: Call) => Support = constants(1);
