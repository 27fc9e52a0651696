/** Pooling of maps `[N, C, H, W]` by vectors: each output row puts its input rows together, then what stands side by side in them. */
import { attribute, requiredAttribute } from '@fretwork/format';
import { flag } from './attributes.js';
import { sizeOf, type Binding, type Given, type Node, type Step } from './row.js';
import { framing } from './staging.js';
import { windowOf, type Window } from './window.js';

/** A float32 map that is computed: its pools may read it in any planes. */
export const isMapOfFloats = ({ inputs, outputs, activation }: Node): boolean =>
  inputs[0]!.dtype === 'f32' && inputs[0]!.shape.length === 4 && inputs[0]!.constant === undefined && outputs[0] !== undefined && activation === undefined;

/** No positions of maxima asked for, windows without gaps, and steps that the kernels take, or none. */
export const isPooledByKernels = (node: Node): boolean => {
  const most = (name: string, limit: number): boolean => attribute(node.layer, name, 'ints', []).every((n) => n <= limit);
  return isMapOfFloats(node) && node.outputs[1] === undefined && most('dilations', 1) && most('strides', sizeOf(node.outputs[0]!.shape.slice(2)) > 1 ? 2 : Infinity);
};

/** Global pools have one window, the whole map. */
export function poolingWindow({ layer, inputs }: Given): Window {
  const spatial = inputs[0]!.shape.slice(2);
  return windowOf(layer, spatial, layer.operator.startsWith('Global') ? spatial : requiredAttribute(layer, 'kernel_shape', 'ints'));
}

/** Cells of a row with its padding, and of the vectors that reach over its end. */
const rowCells = (w: Window): number => {
  const reach = (w.outputs[2] - 1) * w.strides[2] + w.kernel[2];
  return w.begins[2] + Math.max(w.inputs[2], reach) + 16;
};

export const rowBytes = (node: Node): number => 4 * rowCells(poolingWindow(node));

/** How many cells of each window along one dimension are counted. */
function counts(w: Window, d: 1 | 2, padded: boolean): Float64Array {
  return Float64Array.from({ length: w.outputs[d] }, (_, i) => {
    const start = i * w.strides[d] - w.begins[d];
    const [low, high] = padded ? [-w.begins[d], w.inputs[d] + w.ends[d]] : [0, w.inputs[d]];
    return Math.min(high, start + w.kernel[d]) - Math.max(low, start);
  });
}

export function pooledByKernels(b: Binding, mean: boolean): Step {
  const x = b.node.inputs[0]!;
  const y = b.node.outputs[0]!;
  const w = poolingWindow(b.node);
  const from = b.layout(x);
  const to = b.layout(y);
  const [, H, W] = w.inputs;
  const [, rows, columns] = w.outputs;
  const planes = x.shape[0]! * x.shape[1]!;
  const padded = flag(b.node.layer, 'count_include_pad');
  const ofRows = counts(w, 1, padded);
  const ofColumns = counts(w, 2, padded);
  const [down, across] = mean ? [b.kernels.rowsSum, b.kernels.columnsSum] : [b.kernels.rowsMost, b.kernels.columnsMost];
  const empty = mean ? 0 : -Infinity;
  const { floats } = b;
  const row = b.scratch / 4;
  const inner = row + w.begins[2];
  const input = b.address(x) + 4 * from.first;
  const output = b.address(y) + 4 * to.first;
  const readVectors = Math.ceil(W / 4);
  const wroteVectors = Math.ceil(columns / 4);
  const frame = framing(b, w, planes, to);
  const pool = (source: number, target: number, r: number): void => {
    const top = Math.max(0, r * w.strides[1] - w.begins[1]);
    const bottom = Math.min(H, r * w.strides[1] - w.begins[1] + w.kernel[1]);
    if (bottom > top) down(source + 4 * top * from.pitch, 4 * inner, bottom - top, 4 * from.pitch, readVectors);
    else floats.fill(empty, inner, inner + W);
    for (let i = inner + W; i < inner + 4 * readVectors; i++) floats[i] = empty;
    across(4 * row, target, w.kernel[2], w.strides[2], wroteVectors);
    if (mean) for (let c = 0; c < columns; c++) floats[target / 4 + c]! /= ofRows[r]! * ofColumns[c]!;
  };
  const cells = rowCells(w);
  return () => {
    floats.fill(empty, row, row + cells);
    for (let plane = 0; plane < planes; plane++) {
      for (let r = 0; r < rows; r++) pool(input + 4 * plane * from.plane, output + 4 * (plane * to.plane + r * to.pitch), r);
    }
    if (frame !== undefined) frame(output - 4 * to.first);
  };
}
