/** Operators that find elements by computed indices. */
import { FretworkError } from '@fretwork/format';
import { int, text } from './attributes.js';
import { copied, readable, stridesOf, type Numbers } from './elements.js';
import { sizeOf, type Binding, type Given, type OperatorRow, type Shape, type Step } from './row.js';
import { axisIn, inputOf, misfit, requireShape, shapeOf, shown } from './shapes.js';

const fault = (b: Binding, index: number, size: number): FretworkError => new FretworkError('run.index', 'an index is out of range', {
  layer: b.node.layer.name, expected: `${-size} to ${size - 1}`, actual: String(index),
});

/** `index` counted from the front. Throws `run.index`. */
const inside = (b: Binding, index: number, size: number): number => {
  const at = index < 0 ? index + size : index;
  if (!(at >= 0 && at < size)) throw fault(b, index, size);
  return at;
};

function gather(b: Binding): Step {
  const [x, indices, y] = [b.node.inputs[0]!, b.node.inputs[1]!, b.node.outputs[0]!];
  const axis = axisIn(int(b.node.layer, 'axis', 0), x.shape.length);
  const [outer, size, inner, count] = [sizeOf(x.shape.slice(0, axis)), x.shape[axis]!, sizeOf(x.shape.slice(axis + 1)), sizeOf(indices.shape)];
  const at = readable(b, indices);
  const [X, Y] = [b.view(x) as Float32Array, b.view(y) as Float32Array];
  return () => {
    at.sync?.();
    for (let k = 0; k < count; k++) {
      const from = inside(b, at.data[k]!, size);
      for (let o = 0; o < outer; o++) for (let i = 0; i < inner; i++) Y[(o * count + k) * inner + i] = X[(o * size + from) * inner + i]!;
    }
  };
}

/** Place in `data`, whose sizes along all dimensions are `strides` apart, of element i of `indices`, its index standing for `axis`. */
function elementPlaces(b: Binding, dataShape: readonly number[], indexShape: readonly number[], axis: number): (at: Numbers, i: number) => number {
  const [strides, own] = [stridesOf(dataShape), stridesOf(indexShape)];
  return (at, i) => {
    let place = 0;
    for (let d = 0; d < own.length; d++) place += (d === axis ? inside(b, at[i]!, dataShape[d]!) : Math.floor(i / own[d]!) % indexShape[d]!) * strides[d]!;
    return place;
  };
}

function gatherElements(b: Binding): Step {
  const [x, indices, y] = [b.node.inputs[0]!, b.node.inputs[1]!, b.node.outputs[0]!];
  const axis = axisIn(int(b.node.layer, 'axis', 0), x.shape.length);
  const place = elementPlaces(b, x.shape, indices.shape, axis);
  const at = readable(b, indices);
  const [X, Y] = [b.view(x) as Float32Array, b.view(y) as Float32Array];
  return () => {
    at.sync?.();
    for (let i = 0; i < Y.length; i++) Y[i] = X[place(at.data, i)]!;
  };
}

interface Parts {
  readonly count: number;
  /** Elements of each. */
  readonly size: number;
  /** Reads the indices; before `place`. */
  readonly sync?: Step;
  /** Where part k begins in the data. */
  readonly place: (k: number) => number;
}

/** The parts of the data that input 1, `[…, depth]`, points at. */
function partsAt(b: Binding, batchDims: number): Parts {
  const [{ shape }, indices] = [b.node.inputs[0]!, b.node.inputs[1]!];
  const depth = indices.shape.at(-1)!;
  const [count, strides, at] = [sizeOf(indices.shape.slice(0, -1)), stridesOf(shape), readable(b, indices)];
  const [perBatch, each] = [sizeOf(shape.slice(batchDims)), count / sizeOf(shape.slice(0, batchDims))];
  return {
    count, size: sizeOf(shape.slice(batchDims + depth)), ...(at.sync === undefined ? {} : { sync: at.sync }),
    place: (k) => {
      let place = Math.floor(k / each) * perBatch;
      for (let d = 0; d < depth; d++) place += inside(b, at.data[k * depth + d]!, shape[batchDims + d]!) * strides[batchDims + d]!;
      return place;
    },
  };
}

function gatherNd(b: Binding): Step {
  const { count, size, sync, place } = partsAt(b, int(b.node.layer, 'batch_dims', 0));
  const [X, Y] = [b.view(b.node.inputs[0]!) as Float32Array, b.view(b.node.outputs[0]!) as Float32Array];
  return () => {
    sync?.();
    for (let k = 0; k < count; k++) {
      const from = place(k);
      for (let i = 0; i < size; i++) Y[k * size + i] = X[from + i]!;
    }
  };
}

type Merge = (old: number, update: number) => number;

/** How an update joins what is there. */
const MERGES: Readonly<Record<string, Merge>> = {
  none: (_, update) => update, add: (old, update) => old + update, mul: (old, update) => old * update, max: Math.max, min: Math.min,
};

const mergeOf = (b: Binding): Merge => MERGES[text(b.node.layer, 'reduction', 'none')]!;

const copyOf = (b: Binding): Step => copied(b, b.node.inputs[0]!, b.node.outputs[0]!);

function scatterNd(b: Binding): Step {
  const { count, size, sync, place } = partsAt(b, 0);
  const [U, Y] = [b.view(b.node.inputs[2]!) as Float32Array, b.view(b.node.outputs[0]!) as Float32Array];
  const [copy, merge] = [copyOf(b), mergeOf(b)];
  return () => {
    copy();
    sync?.();
    for (let k = 0; k < count; k++) {
      const to = place(k);
      for (let i = 0; i < size; i++) Y[to + i] = merge(Y[to + i]!, U[k * size + i]!);
    }
  };
}

function scatterElements(b: Binding): Step {
  const [x, indices, updates] = b.node.inputs;
  const axis = axisIn(int(b.node.layer, 'axis', 0), x!.shape.length);
  const place = elementPlaces(b, x!.shape, indices!.shape, axis);
  const at = readable(b, indices!);
  const [U, Y] = [b.view(updates!) as Float32Array, b.view(b.node.outputs[0]!) as Float32Array];
  const [copy, merge] = [copyOf(b), mergeOf(b)];
  return () => {
    copy();
    at.sync?.();
    for (let i = 0; i < U.length; i++) {
      const to = place(at.data, i);
      Y[to] = merge(Y[to]!, U[i]!);
    }
  };
}

const reducible: OperatorRow['supports'] = (layer) => {
  const reduction = text(layer, 'reduction', 'none');
  return MERGES[reduction] === undefined ? { ok: false, reason: `reduction ${reduction} is not known`, hint: `use one of ${Object.keys(MERGES).join(', ')}` } : { ok: true };
};

/** The part of `shape` beside dimension `axis`. */
const beside = (shape: Shape, axis: number): readonly [Shape, Shape] => [shape.slice(0, axis), shape.slice(axis + 1)];

function gathered(given: Given): readonly Shape[] {
  const x = shapeOf(given, 0, 1, Infinity);
  const [before, behind] = beside(x, axisIn(int(given.layer, 'axis', 0), x.length));
  return [[...before, ...shapeOf(given, 1), ...behind]];
}

/** The indices, in as many dimensions as the data; they may not reach past it but along `axis`. */
function elementwise(given: Given): Shape {
  const x = shapeOf(given, 0, 1, Infinity);
  const indices = shapeOf(given, 1, x.length);
  const axis = axisIn(int(given.layer, 'axis', 0), x.length);
  if (indices.some((size, d) => d !== axis && size > x[d]!)) misfit(`indices inside ${shown(x)}`, indices);
  return indices;
}

/** `[…, depth]` indices find parts of the data behind `batch` dimensions that both have: their shape. */
function parts(given: Given, batch: number): Shape {
  const [x, indices] = [shapeOf(given, 0, 1, Infinity), shapeOf(given, 1, 1, Infinity)];
  const depth = indices.at(-1)!;
  if (batch < 0 || batch >= indices.length || depth < 1 || batch + depth > x.length) misfit(`indices of ${x.length - batch} dimensions at most`, indices);
  requireShape(indices.slice(0, batch), x.slice(0, batch));
  return [...indices.slice(0, -1), ...x.slice(batch + depth)];
}

/** The data's own shape, where the updates have `expected`. */
function updated(given: Given, expected: Shape): readonly Shape[] {
  requireShape(shapeOf(given, 2), expected);
  if (inputOf(given, 2).dtype !== inputOf(given, 0).dtype) misfit(`updates of ${inputOf(given, 0).dtype}`, inputOf(given, 2).dtype);
  return [shapeOf(given, 0)];
}

export const INDEXING: readonly OperatorRow[] = [
  { operator: 'Gather', shapes: gathered, prepare: gather },
  { operator: 'GatherElements', shapes: (given) => [elementwise(given)], prepare: gatherElements },
  { operator: 'GatherND', shapes: (given) => [parts(given, int(given.layer, 'batch_dims', 0))], prepare: gatherNd },
  { operator: 'ScatterND', shapes: (given) => updated(given, parts(given, 0)), supports: reducible, prepare: scatterNd },
  { operator: 'ScatterElements', shapes: (given) => updated(given, elementwise(given)), supports: reducible, prepare: scatterElements },
];
