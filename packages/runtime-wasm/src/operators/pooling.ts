/** Pooling: one number of each window, plane by plane; the padding never counts as a value. */
import { DTYPES } from '@fretwork/format';
import { flag } from './attributes.js';
import { isFloat, onNumbers, type Numbers } from './elements.js';
import { isMapOfFloats, isPooledByKernels, pooledByKernels, poolingWindow, rowBytes } from './pooled-rows.js';
import { PLAIN, sizeOf, type Binding, type Given, type Node, type OperatorRow, type PlaneUse, type Shape, type Step } from './row.js';
import { shapeOf } from './shapes.js';
import { each, knownWindow, none, windowMap, type Window } from './window.js';

interface Taps {
  /** Input cells of the window at position p: `cell[start[p]]` … `cell[start[p + 1] - 1]`. */
  readonly start: Int32Array;
  readonly cell: Int32Array;
}

/** What each window meets of its inputs. */
function tapsOf(w: Window): Taps {
  const map = windowMap(w);
  const positions = sizeOf(w.outputs);
  const start = new Int32Array(positions + 1);
  const cells: number[] = [];
  for (let p = 0; p < positions; p++) {
    for (let at = p; at < map.length; at += positions) if (map[at]! >= 0) cells.push(map[at]!);
    start[p + 1] = cells.length;
  }
  return { start, cell: Int32Array.from(cells) };
}

/** The window with its padding as if it were input. */
const paddedWindow = (w: Window): Window => ({ ...w, inputs: each((d) => w.begins[d] + w.inputs[d] + w.ends[d]), begins: none });

/**
 * The mean, divided by the cells inside the input, or inside the padded input with `count_include_pad`; or the largest value (the first
 * of equals; NaN is larger than all), and where it stands in x, flattened.
 */
function plainPool(b: Binding, mean: boolean): Step {
  const window = poolingWindow(b.node);
  const x = b.node.inputs[0]!;
  const [planes, cells, positions, { start, cell }] = [x.shape[0]! * x.shape[1]!, sizeOf(window.inputs), sizeOf(window.outputs), tapsOf(window)];
  const { start: counted } = flag(b.node.layer, 'count_include_pad') ? tapsOf(paddedWindow(window)) : { start };
  const columnMajor = flag(b.node.layer, 'storage_order');
  const [D, H, W] = window.inputs;
  const turned = (at: number): number => (columnMajor ? (at % W * H + Math.floor(at / W) % H) * D + Math.floor(at / (W * H)) : at);
  const empty = mean || x.dtype.startsWith('u') ? 0 : isFloat(x.dtype) ? -Infinity : -(2 ** (8 * DTYPES[x.dtype].bytes - 1));
  return onNumbers(b, ([X], [Y, I]: readonly (Numbers | undefined)[]) => () => {
    for (let plane = 0; plane < planes; plane++) {
      for (let p = 0; p < positions; p++) {
        let found = empty;
        let index = -1;
        for (let k = start[p]!; k < start[p + 1]!; k++) {
          const value = X[plane * cells + cell[k]!]!;
          if (mean) found += value;
          else if (index === -1 || value > found || (Number.isNaN(value) && !Number.isNaN(found))) {
            found = value;
            index = cell[k]!;
          }
        }
        if (Y !== undefined) Y[plane * positions + p] = mean ? found / (counted[p + 1]! - counted[p]!) : found;
        if (I !== undefined) I[plane * positions + p] = index < 0 ? index : plane * cells + turned(index);
      }
    }
  });
}

/** The largest values and where they stand. */
function pooled(given: Given): readonly Shape[] {
  const x = shapeOf(given, 0, 3, Infinity);
  const shape = [x[0]!, x[1]!, ...poolingWindow(given).outputs.slice(5 - x.length)];
  return [shape, shape];
}

const mapUse = (node: Node): PlaneUse | undefined => (isMapOfFloats(node) ? { reads: [0], margin: 0, sameSize: false } : undefined);
const poolUse = (node: Node): PlaneUse | undefined => (isPooledByKernels(node) ? { reads: [0], margin: 0, sameSize: false } : undefined);

const globally = (operator: string, mean: boolean): OperatorRow => ({
  operator,
  inMemory: [0],
  planes: mapUse,
  shapes: (given) => [shapeOf(given, 0, 2, Infinity).map((size, d) => (d < 2 ? size : 1))],
  prepare: (b) => (isMapOfFloats(b.node) ? overMaps(b, mean) : plainPool(b, mean)),
});

/** One number of each whole map. */
function overMaps(b: Binding, mean: boolean): Step {
  const x = b.node.inputs[0]!;
  const y = b.node.outputs[0]!;
  const from = b.layout(x);
  const to = b.layout(y);
  const [, , H, W] = x.shape as [number, number, number, number];
  const planes = x.shape[0]! * x.shape[1]!;
  const [first, target, { floats }] = [b.address(x) / 4 + from.first, b.address(y) / 4 + to.first, b];
  return () => {
    for (let plane = 0; plane < planes; plane++) {
      let sum = mean ? 0 : -Infinity;
      for (let row = first + plane * from.plane, r = 0; r < H; r++, row += from.pitch) {
        if (mean) for (let i = row; i < row + W; i++) sum += floats[i]!;
        else for (let i = row; i < row + W; i++) sum = Math.max(sum, floats[i]!);
      }
      floats[target + plane * to.plane] = mean ? sum / (H * W) : sum;
    }
  };
}

const pooling = (operator: string, mean: boolean): OperatorRow => ({
  operator, supports: knownWindow, shapes: pooled, dtypes: () => [undefined, 'i64'], inMemory: [0], planes: poolUse,
  work: (node) => (isPooledByKernels(node) ? { ...PLAIN, scratchBytes: rowBytes(node), kernel: 'rows and columns', why: 'rows by vectors, then columns' } : PLAIN),
  prepare: (b) => (isPooledByKernels(b.node) ? pooledByKernels(b, mean) : plainPool(b, mean)),
});

export const POOLING: readonly OperatorRow[] = [
  pooling('AveragePool', true),
  pooling('MaxPool', false),
  globally('GlobalAveragePool', true),
  globally('GlobalMaxPool', false),
];
