/** Pooling: one number of each window, channel by channel; the padding never counts as a value. */
import { attribute, elementCount, requiredAttribute, type DenseTensor } from '@fretwork/format';
import type { OperatorCall, OperatorRow } from '../contract.js';
import { fromBigints, fromNumbers, floatsOf, int64, isFloat, isWide, numbersOf, toBigints } from '../tensor/elements.js';
import { stridesOf } from '../tensor/index-map.js';
import { endsOf } from './reduction.js';
import { knownAutoPad, spatialOf, windowMap, windowOf, type Window } from './window.js';
import { allowed } from '../tensor/limit.js';

interface Pooling {
  readonly x: DenseTensor;
  readonly window: Window;
  readonly map: Int32Array;
  readonly planes: number;
  readonly inputs: number;
  readonly positions: number;
  readonly taps: number;
  readonly shape: readonly number[];
}

function poolingOf(call: OperatorCall): Pooling {
  const x = call.dense(0);
  const { batch, channels, spatial } = spatialOf(x.shape);
  const window = windowOf(call.layer, spatial, requiredAttribute(call.layer, 'kernel_shape', 'ints'));
  return {
    x, window, map: windowMap(window), planes: batch * channels,
    inputs: elementCount(spatial), positions: elementCount(window.outputs), taps: elementCount(window.kernel),
    shape: [batch, channels, ...window.outputs],
  };
}

/** Calls `visit` per plane and output position with the cells of its window that lie inside the input. */
function eachWindow(p: Pooling, visit: (plane: number, to: number, cells: readonly number[]) => void): void {
  const cells = Array.from({ length: p.positions }, (_, o) => {
    const inside: number[] = [];
    for (let k = 0; k < p.taps; k++) if (p.map[k * p.positions + o]! >= 0) inside.push(p.map[k * p.positions + o]!);
    return inside;
  });
  for (let plane = 0; plane < p.planes; plane++) {
    for (let o = 0; o < p.positions; o++) visit(plane * p.inputs, plane * p.positions + o, cells[o]!);
  }
}

/** Divided by the cells inside the input, or inside the padded input with `count_include_pad`. */
function averagePool(call: OperatorCall): readonly DenseTensor[] {
  const p = poolingOf(call);
  const values = floatsOf(p.x);
  const padded = attribute(call.layer, 'count_include_pad', 'int', 0) === 0 ? undefined : paddedCounts(p);
  const out = new Float64Array(allowed(p.planes * p.positions));
  eachWindow(p, (plane, to, cells) => {
    let sum = 0;
    for (const cell of cells) sum += values[plane + cell]!;
    out[to] = sum / (padded === undefined ? cells.length : padded[to % p.positions]!);
  });
  return [fromNumbers(p.x.dtype, p.shape, out)];
}

/** Cells of each window inside the padded input; a window of `ceil_mode` may reach beyond it. */
function paddedCounts({ window, taps, positions }: Pooling): Float64Array {
  const none = window.inputs.map(() => 0);
  const map = windowMap({
    ...window, inputs: window.inputs.map((size, d) => size + window.begins[d]! + window.ends[d]!), begins: none, ends: none,
  });
  const counts = new Float64Array(positions);
  for (let k = 0; k < taps; k++) for (let o = 0; o < positions; o++) if (map[k * positions + o]! >= 0) counts[o]!++;
  return counts;
}

/** Outputs: the largest value (the first of equals; NaN is larger than all), and where it stands in x, flattened. */
function maxPool(call: OperatorCall): readonly DenseTensor[] {
  const p = poolingOf(call);
  const wide = isWide(p.x.dtype);
  const values: ArrayLike<number | bigint> = wide ? toBigints(p.x) : numbersOf(p.x);
  const empty = isFloat(p.x.dtype) ? -Infinity : endsOf(p.x.dtype)[0];
  const best = new Array<number | bigint>(p.planes * p.positions);
  const index = new Array<number>(best.length).fill(-1);
  eachWindow(p, (plane, to, cells) => {
    best[to] = wide ? empty : Number(empty);
    for (const cell of cells) {
      const value = values[plane + cell]!;
      if (index[to] === -1 || value > best[to]! || (Number.isNaN(value) && !Number.isNaN(best[to]))) {
        best[to] = value;
        index[to] = plane + cell;
      }
    }
  });
  const y = wide ? fromBigints(p.x.dtype, p.shape, best as bigint[]) : fromNumbers(p.x.dtype, p.shape, Float64Array.from(best as number[]));
  const columnMajor = attribute(call.layer, 'storage_order', 'int', 0) !== 0;
  return [y, int64(p.shape, columnMajor ? index.map((i) => (i < 0 ? i : columnMajorIndex(i, p))) : index)];
}

/** The same place with the positions inside a plane counted with the first dimension fastest. */
function columnMajorIndex(index: number, { inputs, window }: Pooling): number {
  const strides = stridesOf(window.inputs);
  let place = 0;
  let step = 1;
  window.inputs.forEach((size, d) => {
    place += (Math.floor((index % inputs) / strides[d]!) % size) * step;
    step *= size;
  });
  return index - (index % inputs) + place;
}

const globally = (operator: string, one: (plane: Float64Array) => number): OperatorRow => ({
  operator,
  run: (call) => {
    const x = call.dense(0);
    const { batch, channels, spatial } = spatialOf(x.shape);
    const size = elementCount(spatial);
    const values = Float64Array.from(floatsOf(x));
    const out = Float64Array.from({ length: batch * channels }, (_, plane) => one(values.subarray(plane * size, (plane + 1) * size)));
    return [fromNumbers(x.dtype, [batch, channels, ...spatial.map(() => 1)], out)];
  },
});

export const POOLING: readonly OperatorRow[] = [
  { operator: 'AveragePool', supports: knownAutoPad, run: averagePool },
  { operator: 'MaxPool', supports: knownAutoPad, run: maxPool },
  globally('GlobalAveragePool', (plane) => plane.reduce((a, b) => a + b, 0) / plane.length),
  globally('GlobalMaxPool', (plane) => plane.reduce((a, b) => Math.max(a, b), -Infinity)),
];
