/** Pooling: one number of each window, plane by plane; the padding never counts as a value. */
import { flag } from './attributes.js';
import { isFloat, readable, synced, writable } from './elements.js';
import { isMapOfFloats, isPooledByKernels, pooledByKernels, poolingWindow, rowBytes } from './pooled-rows.js';
import { PLAIN, sizeOf, type Binding, type Given, type Node, type OperatorRow, type PlaneUse, type Shape, type Step } from './row.js';
import { shapeOf } from './shapes.js';
import { each, knownWindow, none, windowMap, type Window } from './window.js';

interface Taps {
  /** Input cells of the window at position p: `cell[start[p]]` … `cell[start[p + 1] - 1]`. */
  readonly start: Int32Array;
  readonly cell: Int32Array;
}

const planesOf = ({ inputs: [x] }: Node): number => x!.shape[0]! * x!.shape[1]!;

/** What each window meets of its inputs. */
function tapsOf(w: Window): Taps {
  const [map, positions] = [windowMap(w), sizeOf(w.outputs)];
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

/** Divided by the cells inside the input, or inside the padded input with `count_include_pad`. */
function averagePool(b: Binding): Step {
  const window = poolingWindow(b.node);
  const [planes, cells, positions, { start, cell }] = [planesOf(b.node), sizeOf(window.inputs), sizeOf(window.outputs), tapsOf(window)];
  const { start: counted } = flag(b.node.layer, 'count_include_pad') ? tapsOf(paddedWindow(window)) : { start };
  const [X, Y] = [readable(b, b.node.inputs[0]!), writable(b, b.node.outputs[0]!)];
  return synced([X], () => {
    for (let plane = 0; plane < planes; plane++) {
      for (let p = 0; p < positions; p++) {
        let sum = 0;
        for (let k = start[p]!; k < start[p + 1]!; k++) sum += X.data[plane * cells + cell[k]!]!;
        Y.data[plane * positions + p] = sum / (counted[p + 1]! - counted[p]!);
      }
    }
  }, [Y]);
}

/** The largest value (the first of equals; NaN is larger than all), and where it stands in x, flattened. */
function maxPool(b: Binding): Step {
  const window = poolingWindow(b.node);
  const [planes, cells, positions, { start, cell }] = [planesOf(b.node), sizeOf(window.inputs), sizeOf(window.outputs), tapsOf(window)];
  const x = b.node.inputs[0]!;
  const [y, indices] = b.node.outputs;
  const X = readable(b, x);
  const [Y, I] = [y === undefined ? undefined : writable(b, y), indices === undefined ? undefined : writable(b, indices)];
  const columnMajor = flag(b.node.layer, 'storage_order');
  const [D, H, W] = window.inputs;
  const turned = (at: number): number => (columnMajor ? (at % W * H + Math.floor(at / W) % H) * D + Math.floor(at / (W * H)) : at);
  const empty = isFloat(x.dtype) ? -Infinity : x.dtype.startsWith('u') ? 0 : -(2 ** (8 * X.data.BYTES_PER_ELEMENT - 1));
  return synced([X], () => {
    for (let plane = 0; plane < planes; plane++) {
      for (let p = 0; p < positions; p++) {
        let best = empty;
        let index = -1;
        for (let k = start[p]!; k < start[p + 1]!; k++) {
          const value = X.data[plane * cells + cell[k]!]!;
          if (index === -1 || value > best || (Number.isNaN(value) && !Number.isNaN(best))) {
            best = value;
            index = cell[k]!;
          }
        }
        if (Y !== undefined) Y.data[plane * positions + p] = best;
        if (I !== undefined) I.data[plane * positions + p] = index < 0 ? index : plane * cells + turned(index);
      }
    }
  }, [Y, I]);
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
  prepare: (b) => (isMapOfFloats(b.node) ? overMaps(b, mean) : mean ? averagePool(b) : maxPool(b)),
});

/** One number of each whole map. */
function overMaps(b: Binding, mean: boolean): Step {
  const [x, y] = [b.node.inputs[0]!, b.node.outputs[0]!];
  const [from, to] = [b.layout(x), b.layout(y)];
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

const pooling = (operator: string, plain: (b: Binding) => Step): OperatorRow => ({
  operator, supports: knownWindow, shapes: pooled, dtypes: () => [undefined, 'i64'], inMemory: [0], planes: poolUse,
  work: (node) => (isPooledByKernels(node) ? { ...PLAIN, scratchBytes: rowBytes(node), kernel: 'rows and columns', why: 'rows put together by vectors, then columns' } : PLAIN),
  prepare: (b) => (isPooledByKernels(b.node) ? pooledByKernels(b, operator === 'AveragePool') : plain(b)),
});

export const POOLING: readonly OperatorRow[] = [
  pooling('AveragePool', averagePool),
  pooling('MaxPool', maxPool),
  globally('GlobalAveragePool', true),
  globally('GlobalMaxPool', false),
];
