/** Operators that move elements and compute nothing: each is a list of source elements. */
import { attribute, dense, DTYPES, elementCount, requiredAttribute, type DenseTensor } from '@fretwork/format';
import type { OperatorCall, OperatorRow } from '../contract.js';
import { Fault } from '../fault.js';
import { commonDType, integersOf, reshaped, scalarOf, take } from '../tensor/elements.js';
import { axisIn, broadcastMap, broadcastShape, lanesOf, positionMap, stridedMap, stridesOf } from '../tensor/index-map.js';
import { allowedShape } from '../tensor/limit.js';

/** Dimension d of the result is dimension `order[d]` of x. */
function transposed(x: DenseTensor, order: readonly number[]): DenseTensor {
  if (order.length !== x.shape.length || new Set(order).size < order.length || order.some((d) => x.shape[d] === undefined)) {
    throw new Fault('run.attribute', 'perm is no permutation of the dimensions', { expected: `${x.shape.length} dimensions`, actual: order.join(', ') });
  }
  const strides = stridesOf(x.shape);
  const shape = order.map((d) => x.shape[d]!);
  return take(x, shape, stridedMap(shape, order.map((d) => strides[d]!)));
}

function transpose(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  return [transposed(x, attribute(call.layer, 'perm', 'ints', undefined) ?? x.shape.map((_, d) => x.shape.length - 1 - d))];
}

function concat(call: OperatorCall): readonly DenseTensor[] {
  const inputs = Array.from({ length: call.inputCount }, (_, i) => call.dense(i));
  const dtype = commonDType(inputs);
  const first = inputs[0]!.shape;
  const axis = axisIn(requiredAttribute(call.layer, 'axis', 'int'), first.length);
  const odd = inputs.find((t) => t.shape.length !== first.length || t.shape.some((size, d) => d !== axis && size !== first[d]));
  if (odd !== undefined) throw new Fault('run.shape', 'an input differs beside the axis', { expected: `[${first.join(', ')}]`, actual: `[${odd.shape.join(', ')}]` });
  const shape = first.map((size, d) => (d === axis ? inputs.reduce((sum, t) => sum + t.shape[axis]!, 0) : size));
  const data = DTYPES[dtype].make(elementCount(shape));
  let at = 0;
  for (let o = 0; o < lanesOf(shape, axis).outer; o++) {
    for (const t of inputs) {
      const run = elementCount(t.shape.slice(axis));
      (data as Uint8Array).set((t.data as Uint8Array).subarray(o * run, (o + 1) * run), at);
      at += run;
    }
  }
  return [dense(dtype, shape, data)];
}

/** Sizes of input 1; else `num_outputs` (or as many as the layer has) equal parts, the last one smaller. */
function split(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const axis = axisIn(attribute(call.layer, 'axis', 'int', 0), x.shape.length);
  const given = call.optional(1);
  const parts = attribute(call.layer, 'num_outputs', 'int', call.layer.outputs.length);
  const size = x.shape[axis]!;
  const chunk = Math.ceil(size / parts);
  const sizes = given === undefined
    ? Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(chunk, size - i * chunk)))
    : integersOf(given);
  if (sizes.some((s) => s < 0) || sizes.reduce((a, b) => a + b, 0) !== size) {
    throw new Fault('run.shape', 'the parts do not make up the whole', { expected: `${size}`, actual: sizes.join(' + ') });
  }
  let start = 0;
  return sizes.map((length) => {
    const positions = x.shape.map((n, d) => (d === axis ? Array.from({ length }, (_, i) => start + i) : Array.from({ length: n }, (_, i) => i)));
    start += length;
    return take(x, positions.map((p) => p.length), positionMap(x.shape, positions));
  });
}

/** Inputs: data, starts, ends, axes, steps. Starts and ends beyond the data are clamped to it. */
function slice(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const [starts, ends] = [integersOf(call.dense(1)), integersOf(call.dense(2))];
  const [axesInput, stepsInput] = [call.optional(3), call.optional(4)];
  const axes = (axesInput === undefined ? starts.map((_, i) => i) : integersOf(axesInput)).map((a) => axisIn(a, x.shape.length));
  const steps = stepsInput === undefined ? starts.map(() => 1) : integersOf(stepsInput);
  const positions = x.shape.map((size) => Array.from({ length: size }, (_, i) => i));
  axes.forEach((axis, i) => {
    positions[axis] = slicePositions(x.shape[axis]!, starts[i]!, ends[i]!, steps[i]!);
  });
  return [take(x, positions.map((p) => p.length), positionMap(x.shape, positions))];
}

function slicePositions(size: number, start: number, end: number, step: number): number[] {
  if (step === 0) throw new Fault('run.attribute', 'a slice cannot stand still', { expected: 'a step other than 0' });
  if (size === 0) return [];
  const clamp = (at: number, low: number, high: number): number => Math.max(low, Math.min(high, at < 0 ? at + size : at));
  const [from, to] = step > 0 ? [clamp(start, 0, size), clamp(end, 0, size)] : [clamp(start, 0, size - 1), clamp(end, -1, size - 1)];
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step);
}

const MODES: Readonly<Record<string, (at: number, size: number) => number>> = {
  constant: (at, size) => (at >= 0 && at < size ? at : NaN),
  edge: (at, size) => (size === 0 ? NaN : Math.max(0, Math.min(size - 1, at))),
  reflect: (at, size) => {
    if (size === 1) return 0;
    const period = 2 * (size - 1);
    const place = ((at % period) + period) % period;
    return place < size ? place : period - place;
  },
  wrap: (at, size) => ((at % size) + size) % size,
};

/** Inputs: data, pads (begins, then ends; negative ones cut), constant value, axes. */
function pad(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const pads = integersOf(call.dense(1));
  const [fill, axesInput] = [call.optional(2), call.optional(3)];
  const axes = (axesInput === undefined ? x.shape.map((_, d) => d) : integersOf(axesInput)).map((a) => axisIn(a, x.shape.length));
  if (pads.length !== 2 * axes.length) throw new Fault('run.shape', 'pads do not fit the axes', { expected: `${2 * axes.length} numbers`, actual: `${pads.length}` });
  if (fill !== undefined) scalarOf(fill);
  const place = MODES[attribute(call.layer, 'mode', 'string', 'constant')]!;
  const padded = x.shape.map((size, d) => {
    const i = axes.indexOf(d);
    const [begin, end] = i < 0 ? [0, 0] : [pads[i]!, pads[axes.length + i]!];
    return { length: Math.max(0, size + begin + end), begin, size };
  });
  allowedShape(padded.map((p) => p.length));
  const positions = padded.map(({ length, begin, size }) => Array.from({ length }, (_, o) => place(o - begin, size)));
  return [take(x, positions.map((p) => p.length), positionMap(x.shape, positions), fill)];
}

function tile(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const repeats = integersOf(call.dense(1));
  const tiled = allowedShape(x.shape.map((size, d) => size * (repeats[d] ?? 1)));
  const positions = tiled.map((length, d) => Array.from({ length }, (_, i) => i % x.shape[d]!));
  return [take(x, positions.map((p) => p.length), positionMap(x.shape, positions))];
}

function expand(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const shape = broadcastShape([x.shape, integersOf(call.dense(1))]);
  return [take(x, shape, broadcastMap(x.shape, shape))];
}

/** x seen as `shape`, its dimensions in `order`, seen as `result`. */
const rearranged = (x: DenseTensor, shape: readonly number[], order: readonly number[], result: readonly number[]): DenseTensor =>
  reshaped(transposed(reshaped(x, shape), order), result);

/** `[N, C·b·b, H, W]` → `[N, C, H·b, W·b]`; DCR takes the block from the front of the channels, CRD from their end. */
function depthToSpace(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const b = requiredAttribute(call.layer, 'blocksize', 'int');
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const depth = c / (b * b);
  if (x.shape.length !== 4 || !Number.isInteger(depth)) throw new Fault('run.shape', 'the channels are no blocks', { actual: `[${x.shape.join(', ')}]` });
  const result = [n, depth, h * b, w * b];
  return [attribute(call.layer, 'mode', 'string', 'DCR') === 'DCR'
    ? rearranged(x, [n, b, b, depth, h, w], [0, 3, 4, 1, 5, 2], result)
    : rearranged(x, [n, depth, b, b, h, w], [0, 1, 4, 2, 5, 3], result)];
}

function spaceToDepth(call: OperatorCall): readonly DenseTensor[] {
  const x = call.dense(0);
  const b = requiredAttribute(call.layer, 'blocksize', 'int');
  const [n, c, h, w] = x.shape as [number, number, number, number];
  if (x.shape.length !== 4 || h % b !== 0 || w % b !== 0) throw new Fault('run.shape', 'the image is no blocks', { actual: `[${x.shape.join(', ')}]` });
  return [rearranged(x, [n, c, h / b, b, w / b, b], [0, 3, 5, 1, 2, 4], [n, c * b * b, h / b, w / b])];
}

export const LAYOUT: readonly OperatorRow[] = [
  { operator: 'Transpose', run: transpose },
  { operator: 'Concat', run: concat },
  { operator: 'Split', run: split },
  { operator: 'Slice', run: slice },
  {
    operator: 'Pad', run: pad,
    supports: (layer) => (Object.hasOwn(MODES, attribute(layer, 'mode', 'string', 'constant')) ? { ok: true } : {
      ok: false, reason: `padding mode ${attribute(layer, 'mode', 'string', 'constant')} is not known`, hint: `use one of ${Object.keys(MODES).join(', ')}`,
    }),
  },
  { operator: 'Tile', run: tile },
  { operator: 'Expand', run: expand },
  { operator: 'DepthToSpace', run: depthToSpace },
  { operator: 'SpaceToDepth', run: spaceToDepth },
];
