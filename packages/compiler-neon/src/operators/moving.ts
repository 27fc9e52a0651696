/** Layers that only move elements: loops of copies, or a table of places where indices are constant. */
import { attribute } from '@fretwork/format';
import type { LayerCode } from '../emit/layer-code.js';
import { broadcastStrides, copyLoops, rowMajor, type Walk } from '../text/loops.js';
import { product, type Call } from './call.js';
import { loops, OK, refuse, type OperatorRow } from './row.js';

const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Copies the whole of input 0 to where `to` and `from` say, element by element of `sizes`. */
const copy = (code: LayerCode, sizes: readonly number[], to: Omit<Walk, 'pointer'>, from: Omit<Walk, 'pointer'>, input = 0): void =>
  code.add(...copyLoops(sizes, { pointer: 'y0', ...to }, { pointer: code.input(input), ...from }));

function emitTranspose(call: Call, code: LayerCode): void {
  const shape = call.shape(0);
  const perm = attribute(call.layer, 'perm', 'ints', shape.map((_, d) => shape.length - 1 - d));
  const own = rowMajor(shape);
  copy(code, call.outShape(), { strides: rowMajor(call.outShape()) }, { strides: perm.map((d) => own[d]!) });
}

function emitConcat(call: Call, code: LayerCode): void {
  const out = call.outShape();
  const axis = axisOf(attribute(call.layer, 'axis', 'int', 0), out.length);
  const strides = rowMajor(out);
  let at = 0;
  call.layer.inputs.forEach((_, i) => {
    const shape = call.shape(i);
    copy(code, shape, { strides, offset: at * strides[axis]! }, { strides: rowMajor(shape) }, i);
    at += shape[axis]!;
  });
}

/** Starts and steps per dimension; ends are in the output shape. */
function sliceOf(call: Call): { readonly starts: number[]; readonly steps: number[] } {
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
  return { starts, steps };
}

function emitSlice(call: Call, code: LayerCode): void {
  const { starts, steps } = sliceOf(call);
  const own = rowMajor(call.shape(0));
  const offset = starts.reduce((sum, start, d) => sum + start * own[d]!, 0);
  copy(code, call.outShape(), { strides: rowMajor(call.outShape()) }, { offset, strides: own.map((stride, d) => stride * steps[d]!) });
}

function emitPad(call: Call, code: LayerCode): void {
  const shape = call.shape(0);
  const [out, own] = [rowMajor(call.outShape()), rowMajor(shape)];
  const pads = call.numbers(1)!;
  const axes = call.has(3) ? call.numbers(3)!.map((axis) => axisOf(axis, shape.length)) : shape.map((_, d) => d);
  const [begins, ends] = [shape.map(() => 0), shape.map(() => 0)];
  axes.forEach((axis, k) => {
    begins[axis] = pads[k]!;
    ends[axis] = pads[axes.length + k]!;
  });
  const value = call.has(2) ? code.scalar(2)! : '0.0f';
  code.add(`for (int i = 0; i < ${product(call.outShape())}; i++) y0[i] = ${value};`);
  // Negative pads cut.
  const sizes = shape.map((size, d) => size + Math.min(0, begins[d]!) + Math.min(0, ends[d]!));
  const [to, from] = [begins.reduce((sum, b, d) => sum + Math.max(0, b) * out[d]!, 0), begins.reduce((sum, b, d) => sum + Math.max(0, -b) * own[d]!, 0)];
  copy(code, sizes, { offset: to, strides: out }, { offset: from, strides: own });
}

function emitGather(call: Call, code: LayerCode): void {
  const shape = call.shape(0);
  const axis = axisOf(attribute(call.layer, 'axis', 'int', 0), shape.length);
  const size = shape[axis]!;
  const indices = call.numbers(1)!.map((i) => (i < 0 ? i + size : i));
  const inner = product(shape.slice(axis + 1));
  const outer = product(shape.slice(0, axis));
  if (indices.length === 1) {
    copy(code, [outer, inner], { strides: [inner, 1] }, { offset: indices[0]! * inner, strides: [size * inner, 1] });
    return;
  }
  code.add(`const int32_t *index = ${code.program(indices)};`);
  code.add(...places(outer, indices.length, inner, `(i0 * ${indices.length} + i1) * ${inner}`, `(i0 * ${size} + index[i1]) * ${inner}`, code.input(0)));
}

/** Loops that copy `inner` elements from place to place. */
function places(outer: number, count: number, inner: number, to: string, from: string, source: string): string[] {
  const head = [`for (int i0 = 0; i0 < ${outer}; i0++)`, `  for (int i1 = 0; i1 < ${count}; i1++)`];
  return inner === 1 ? [...head, `    y0[${to.replace(' * 1', '')}] = ${source}[${from.replace(/ \* 1$/, '')}];`]
    : [...head, `    memcpy(y0 + ${to}, ${source} + ${from}, ${inner} * sizeof(float));`];
}

/** Input 0, with rows of input 2 written over it where the constant input 1 says. */
function emitScatter(call: Call, code: LayerCode): void {
  const shape = call.shape(0);
  const indices = call.numbers(1)!;
  const depth = call.shape(1).at(-1)!;
  const own = rowMajor(shape);
  const inner = product(shape.slice(depth));
  const rows = Array.from({ length: indices.length / depth }, (_, k) =>
    own.slice(0, depth).reduce((sum, stride, d) => sum + stride * axisOf(indices[k * depth + d]!, shape[d]!), 0));
  code.add(`memcpy(y0, ${code.input(0)}, ${product(shape)} * sizeof(float));`, `const int32_t *row = ${code.program(rows)};`);
  code.add(`for (int i = 0; i < ${rows.length}; i++) ${inner === 1 ? `y0[row[i]] = ${code.input(2)}[i];` : `memcpy(y0 + row[i], ${code.input(2)} + i * ${inner}, ${inner} * sizeof(float));`}`);
}

function emitSplit(call: Call, code: LayerCode): void {
  const shape = call.shape(0);
  const axis = axisOf(attribute(call.layer, 'axis', 'int', 0), shape.length);
  const own = rowMajor(shape);
  let at = 0;
  call.layer.outputs.forEach((name, o) => {
    const out = call.outShape(o);
    if (name !== '') code.add(...copyLoops(out, { pointer: `y${o}`, strides: rowMajor(out) }, { pointer: code.input(0), offset: at * own[axis]!, strides: own }));
    at += out[axis] ?? 0;
  });
}

function emitResize(call: Call, code: LayerCode): void {
  const [shape, out] = [call.shape(0), call.outShape()];
  // Nearest by whole factors: each element stands for a box of equal ones.
  const factors = out.map((size, d) => size / shape[d]!);
  const [to, from] = [rowMajor(out), rowMajor(shape)];
  const sizes = shape.flatMap((size, d) => [size, factors[d]!]);
  copy(code, sizes, { strides: to.flatMap((stride, d) => [stride * factors[d]!, stride]) }, { strides: from.flatMap((stride) => [stride, 0]) });
}

const constants = (...inputs: readonly number[]) => (call: Call) => (inputs.every((i) => !call.has(i) || call.numbers(i) !== undefined) ? OK
  : refuse(`input ${inputs.find((i) => call.has(i) && call.numbers(i) === undefined)} of ${call.layer.operator} is computed at run time`, 'code has fixed places: make it a constant'));

const view = (call: Call, code: LayerCode): void => { code.add(`memcpy(y0, ${code.input(0)}, ${product(call.outShape())} * sizeof(float));`); };

export const MOVING: readonly OperatorRow[] = [
  loops(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Dropout'], (call, _, code) => {
    view(call, code);
    code.activate();
  }),
  loops(['Transpose'], (call, _, code) => emitTranspose(call, code)),
  loops(['Concat'], (call, _, code) => emitConcat(call, code)),
  loops(['Slice'], (call, _, code) => emitSlice(call, code), constants(1, 2, 3, 4)),
  loops(['Split'], (call, _, code) => emitSplit(call, code)),
  loops(['Expand'], (call, _, code) => copy(code, call.outShape(), { strides: rowMajor(call.outShape()) }, { strides: broadcastStrides(call.shape(0), call.outShape()) })),
  loops(['Gather'], (call, _, code) => emitGather(call, code), constants(1)),
  loops(['ScatterND'], (call, _, code) => emitScatter(call, code), (call) => (attribute(call.layer, 'reduction', 'string', 'none') === 'none' ? constants(1)(call)
    : refuse('ScatterND with a reduction is not compiled', 'use reduction none'))),
  loops(['Pad'], (call, _, code) => emitPad(call, code), (call) => (attribute(call.layer, 'mode', 'string', 'constant') === 'constant' ? constants(1, 2, 3)(call)
    : refuse(`Pad by ${attribute(call.layer, 'mode', 'string', 'constant')} is not compiled`, 'pad by a constant'))),
  loops(['Resize'], (call, _, code) => emitResize(call, code), resizable),
];

function resizable(call: Call): ReturnType<typeof refuse> {
  const [shape, out] = [call.shape(0), call.outShape()];
  const whole = out.every((size, d) => Number.isInteger(size / shape[d]!));
  const form = attribute(call.layer, 'coordinate_transformation_mode', 'string', 'half_pixel');
  const nearest = attribute(call.layer, 'mode', 'string', 'nearest') === 'nearest';
  const rounding = attribute(call.layer, 'nearest_mode', 'string', 'round_prefer_floor');
  // With whole factors these agree with a box of equal elements.
  const boxes = (form === 'asymmetric' && rounding === 'floor') || (form === 'half_pixel' && rounding.startsWith('round'));
  return whole && nearest && boxes && !call.has(1) ? OK : refuse('only nearest Resize by whole factors is compiled', 'use mode nearest, half_pixel with rounding or asymmetric with floor');
}
