/** Operators that find elements by computed indices. */
import { FretworkError } from '@fretwork/format';
import { int, text } from './attributes.js';
import { copied, numbersOf, stridesOf } from './elements.js';
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

/** Parts of the data that the indices, input 1, point at. */
interface Parts {
  readonly count: number;
  /** Elements of each. */
  readonly size: number;
  /** Reads the indices; before `place`. */
  readonly load: Step | undefined;
  /** Where part k begins in the data. */
  readonly place: (k: number) => number;
}

const axisOf = ({ layer, inputs }: Given): number => axisIn(int(layer, 'axis', 0), inputs[0]!.shape.length);

/** Rows behind the axis, for each index of each part before it. */
function rowsAt(b: Binding): Parts {
  const [{ shape }, indices] = [b.node.inputs[0]!, b.node.inputs[1]!];
  const axis = axisOf(b.node);
  const outer = sizeOf(shape.slice(0, axis));
  const size = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  const count = sizeOf(indices.shape);
  const { data, load } = numbersOf(b, indices);
  return { count: outer * count, size: inner, load, place: (k) => (Math.floor(k / count) * size + inside(b, data[k % count]!, size)) * inner };
}

/** Elements, the index standing for the axis. */
function elementsAt(b: Binding): Parts {
  const [{ shape }, indices] = [b.node.inputs[0]!, b.node.inputs[1]!];
  const axis = axisOf(b.node);
  const strides = stridesOf(shape);
  const own = stridesOf(indices.shape);
  const { data, load } = numbersOf(b, indices);
  return {
    count: sizeOf(indices.shape), size: 1, load,
    place: (k) => {
      let place = 0;
      for (let d = 0; d < own.length; d++) place += (d === axis ? inside(b, data[k]!, shape[d]!) : Math.floor(k / own[d]!) % indices.shape[d]!) * strides[d]!;
      return place;
    },
  };
}

/** What `[…, depth]` indices find behind the dimensions that they share with the data. */
function partsAt(b: Binding): Parts {
  const [{ shape }, indices] = [b.node.inputs[0]!, b.node.inputs[1]!];
  const batchDims = int(b.node.layer, 'batch_dims', 0);
  const depth = indices.shape.at(-1)!;
  const [count, strides, { data, load }] = [sizeOf(indices.shape.slice(0, -1)), stridesOf(shape), numbersOf(b, indices)];
  const perBatch = sizeOf(shape.slice(batchDims));
  const each = count / sizeOf(shape.slice(0, batchDims));
  return {
    count, size: sizeOf(shape.slice(batchDims + depth)), load,
    place: (k) => {
      let place = Math.floor(k / each) * perBatch;
      for (let d = 0; d < depth; d++) place += inside(b, data[k * depth + d]!, shape[batchDims + d]!) * strides[batchDims + d]!;
      return place;
    },
  };
}

const gather = (partsOf: (b: Binding) => Parts) => (b: Binding): Step => {
  const { count, size, load, place } = partsOf(b);
  const X = b.view(b.node.inputs[0]!) as Float32Array;
  const Y = b.view(b.node.outputs[0]!) as Float32Array;
  return () => {
    load?.();
    for (let k = 0; k < count; k++) {
      const from = place(k);
      for (let i = 0; i < size; i++) Y[k * size + i] = X[from + i]!;
    }
  };
};

type Merge = (old: number, update: number) => number;

/** How an update joins what is there. */
const MERGES: Readonly<Record<string, Merge>> = {
  none: (_, update) => update, add: (old, update) => old + update, mul: (old, update) => old * update, max: Math.max, min: Math.min,
};

const scatter = (partsOf: (b: Binding) => Parts) => (b: Binding): Step => {
  const { count, size, load, place } = partsOf(b);
  const [x, , updates] = b.node.inputs;
  const U = b.view(updates!) as Float32Array;
  const Y = b.view(b.node.outputs[0]!) as Float32Array;
  const copy = copied(b, x!, b.node.outputs[0]!);
  const merge = MERGES[text(b.node.layer, 'reduction', 'none')]!;
  return () => {
    copy();
    load?.();
    for (let k = 0; k < count; k++) {
      const to = place(k);
      for (let i = 0; i < size; i++) Y[to + i] = merge(Y[to + i]!, U[k * size + i]!);
    }
  };
};

const reducible: OperatorRow['supports'] = (layer) => {
  const reduction = text(layer, 'reduction', 'none');
  return MERGES[reduction] === undefined ? { ok: false, reason: `reduction ${reduction} is not known`, hint: `use one of ${Object.keys(MERGES).join(', ')}` } : { ok: true };
};

/** The part of `shape` beside dimension `axis`. */
const beside = (shape: Shape, axis: number): readonly [Shape, Shape] => [shape.slice(0, axis), shape.slice(axis + 1)];

function gathered(given: Given): readonly Shape[] {
  const x = shapeOf(given, 0, 1, Infinity);
  const [before, behind] = beside(x, axisOf(given));
  return [[...before, ...shapeOf(given, 1), ...behind]];
}

/** The indices, in as many dimensions as the data; they may not reach past it but along `axis`. */
function elementwise(given: Given): Shape {
  const x = shapeOf(given, 0, 1, Infinity);
  const indices = shapeOf(given, 1, x.length);
  const axis = axisOf(given);
  if (indices.some((size, d) => d !== axis && size > x[d]!)) misfit(`indices inside ${shown(x)}`, indices);
  return indices;
}

/** `[…, depth]` indices find parts of the data behind `batch` dimensions that both have: their shape. */
function parts(given: Given, batch: number): Shape {
  const x = shapeOf(given, 0, 1, Infinity);
  const indices = shapeOf(given, 1, 1, Infinity);
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
  { operator: 'Gather', shapes: gathered, prepare: gather(rowsAt) },
  { operator: 'GatherElements', shapes: (given) => [elementwise(given)], prepare: gather(elementsAt) },
  { operator: 'GatherND', shapes: (given) => [parts(given, int(given.layer, 'batch_dims', 0))], prepare: gather(partsAt) },
  { operator: 'ScatterND', shapes: (given) => updated(given, parts(given, 0)), supports: reducible, prepare: scatter(partsAt) },
  { operator: 'ScatterElements', shapes: (given) => updated(given, elementwise(given)), supports: reducible, prepare: scatter(elementsAt) },
];
