/** Operators that look along axes: Reduce*, ArgMax, TopK, CumSum, Softmax and their kin. */
import { DTYPES, type DType } from '@fretwork/format';
import { flag, int } from './attributes.js';
import { constantNumbers } from './constant-input.js';
import { isFloat, isWide, mapOf, onNumbers, stridesOf, type Elements, type Numbers } from './elements.js';
import { sizeOf, type Binding, type Given, type Node, type OperatorRow, type Shape, type Step } from './row.js';
import { axesIn, axisIn, misfit, shapeOf } from './shapes.js';

/** Elements x[map[first]] … x[map[end - 1]], at least one, as one; of 64-bit integers too where an operator is `exact`. */
type Fold = (x: Numbers, map: Int32Array, first: number, end: number) => number;

const sum: Fold = (x, map, first, end) => {
  let total = x[map[first]!]!;
  for (let k = first + 1; k < end; k++) total += x[map[k]!]!;
  return total;
};

const folded = (join: (a: number, b: number) => number, of: (x: number) => number = (x) => x): Fold => (x, map, first, end) => {
  let all = of(x[map[first]!]!);
  for (let k = first + 1; k < end; k++) all = join(all, of(x[map[k]!]!));
  return all;
};

const plus = (a: number, b: number): number => a + b;
const squares = folded(plus, (x) => x * x);
const most = folded((a, x) => (x > a || Number.isNaN(x) ? x : a));

/** log Σ eˣ around its largest term, so that nothing overflows. */
const logSumExp: Fold = (x, map, first, end) => {
  const top = most(x, map, first, end);
  if (!Number.isFinite(top)) return top;
  let total = 0;
  for (let k = first; k < end; k++) total += Math.exp(x[map[k]!]! - top);
  return top + Math.log(total);
};

/** Attribute axis, counted from the front. */
const axisOf = (given: Given, otherwise: number): number => axisIn(int(given.layer, 'axis', otherwise), shapeOf(given, 0).length);

interface Reduction {
  readonly operator: string;
  readonly fold: Fold;
  /** Of no elements at all. */
  readonly empty: number;
  readonly exact?: boolean;
}

const REDUCTIONS: readonly Reduction[] = [
  { operator: 'ReduceSum', fold: sum, empty: 0, exact: true },
  { operator: 'ReduceMean', fold: (x, map, first, end) => sum(x, map, first, end) / (end - first), empty: NaN },
  { operator: 'ReduceProd', fold: folded((a, x) => a * x), empty: 1, exact: true },
  { operator: 'ReduceMax', fold: most, empty: -Infinity, exact: true },
  { operator: 'ReduceMin', fold: folded((a, x) => (x < a || Number.isNaN(x) ? x : a)), empty: Infinity, exact: true },
  { operator: 'ReduceL1', fold: folded(plus, (x) => (x < 0 ? -x : x)), empty: 0, exact: true },
  { operator: 'ReduceL2', fold: (x, map, first, end) => Math.sqrt(squares(x, map, first, end)), empty: 0 },
  { operator: 'ReduceSumSquare', fold: squares, empty: 0, exact: true },
  { operator: 'ReduceLogSum', fold: (x, map, first, end) => Math.log(sum(x, map, first, end)), empty: -Infinity },
  { operator: 'ReduceLogSumExp', fold: logSumExp, empty: -Infinity },
];

/** The axes that go. */
function reducedAxes(given: Given): readonly number[] {
  const named = constantNumbers(given, 1) ?? [];
  return axesIn(named.length > 0 || flag(given.layer, 'noop_with_empty_axes') ? named : undefined, shapeOf(given, 0).length);
}

const without = ({ layer }: Given, shape: Shape, axes: readonly number[]): readonly Shape[] =>
  [int(layer, 'keepdims', 1) === 0 ? shape.filter((_, d) => !axes.includes(d)) : shape.map((size, d) => (axes.includes(d) ? 1 : size))];

/** `[kept, reduced]`: where each reduced set lies in x. */
function reduceMap({ node }: Binding): { map: Int32Array; size: number } {
  const { shape } = node.inputs[0]!;
  const axes = reducedAxes(node);
  const dims = shape.map((_, d) => d);
  const gone = dims.filter((d) => axes.includes(d));
  const order = [...dims.filter((d) => !axes.includes(d)), ...gone];
  const strides = stridesOf(shape);
  return { map: mapOf(order.map((d) => shape[d]!), (d, i) => i * strides[order[d]!]!), size: sizeOf(gone.map((d) => shape[d]!)) };
}

const reduce = ({ operator, fold, empty, exact = false }: Reduction): OperatorRow => ({
  operator,
  shapeInputs: [1],
  shapes: (given) => without(given, shapeOf(given, 0), reducedAxes(given)),
  prepare: (b) => {
    const x = b.node.inputs[0]!;
    const y = b.node.outputs[0]!;
    const { map, size } = reduceMap(b);
    const wide = exact && isWide(x.dtype);
    const [low, high] = endsOf(y.dtype).map((end) => (wide ? end : Number(end))) as [number, number];
    // Integers have the type's own ends for infinities.
    const whole = (value: number): number => (value === Infinity ? high : value === -Infinity ? low : wide ? BigInt(value) as unknown as number : Math.trunc(value));
    const settled = isFloat(y.dtype) ? (value: number): number => value : whole;
    return onNumbers(b, ([X], [Y]) => () => {
      for (let i = 0; i < Y.length; i++) Y[i] = settled(size === 0 ? empty : fold(X, map, i * size, (i + 1) * size));
    }, [x], [y], wide);
  },
});

function endsOf(dtype: DType): readonly [low: bigint, high: bigint] {
  const { kind, bytes } = DTYPES[dtype];
  const bits = kind === 'integer' ? 8n * BigInt(bytes) : 1n;
  return kind !== 'integer' || dtype.startsWith('u') ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}

const above = (a: number, b: number): boolean => a > b || (Number.isNaN(a) && !Number.isNaN(b));
const below = (a: number, b: number): boolean => above(b, a);

/** Lane after lane of the first input along `axis`: where its first element lies, how many it has, how far apart, and its number. */
function alongLanes(
  b: Binding, axis: number, make: (inputs: Elements, outputs: Elements) => (first: number, size: number, step: number, lane: number) => void, outputs = b.node.outputs,
): Step {
  const { shape } = b.node.inputs[0]!;
  const size = shape[axis] ?? 1;
  const inner = sizeOf(shape.slice(axis + 1));
  const lanes = sizeOf(shape.slice(0, axis)) * inner;
  return onNumbers(b, (from, to) => {
    const visit = make(from, to);
    return () => { for (let lane = 0; lane < lanes; lane++) visit(Math.floor(lane / inner) * size * inner + lane % inner, size, inner, lane); };
  }, [b.node.inputs[0]], outputs);
}

/** The `k` best of each lane and where they are, best first, the earlier of equals before the later. */
const ranked = (b: Binding, axis: number, k: number, better: (a: number, b: number) => boolean, outputs: Node['outputs']): Step => {
  const order = new Int32Array(k + 1);
  return alongLanes(b, axis, ([X], [values, indices]: readonly (Numbers | undefined)[] & Elements) => (first, size, step, lane) => {
    let kept = 0;
    for (let i = 0; i < size; i++) {
      const value = X[first + i * step]!;
      let at = kept;
      for (; at > 0 && better(value, X[first + order[at - 1]! * step]!); at--) order[at] = order[at - 1]!;
      order[at] = i;
      kept = Math.min(k, kept + 1);
    }
    const to = Math.floor(lane / step) * k * step + lane % step;
    for (let i = 0; i < k; i++) {
      if (values !== undefined) values[to + i * step] = X[first + order[i]! * step]!;
      if (indices !== undefined) indices[to + i * step] = order[i]!;
    }
  }, outputs);
};

const arg = (operator: string, better: (a: number, b: number) => boolean): OperatorRow => ({
  operator,
  shapes: (given) => without(given, shapeOf(given, 0), [axisOf(given, 0)]),
  dtypes: () => ['i64'],
  prepare: (b) => ranked(
    b, axisOf(b.node, 0), 1, flag(b.node.layer, 'select_last_index') ? (now, then) => !better(then, now) : better, [undefined, b.node.outputs[0]],
  ),
});

function best(given: Given): readonly Shape[] {
  const x = shapeOf(given, 0);
  const axis = axisOf(given, -1);
  const count = constantNumbers(given, 1)?.[0] ?? -1;
  if (!(count >= 0 && count <= x[axis]!)) misfit(`0 to ${x[axis]}`, count);
  const shape = x.map((size, d) => (d === axis ? count : size));
  return [shape, shape];
}

/** The k best of each lane, best first, equal ones by index: an insertion sort, k is small. */
function topK(b: Binding): Step {
  const axis = axisOf(b.node, -1);
  const k = b.node.outputs.find((output) => output !== undefined)!.shape[axis]!;
  return ranked(b, axis, k, int(b.node.layer, 'largest', 1) !== 0 ? above : below, b.node.outputs);
}

function cumSum(b: Binding): Step {
  const { layer, inputs } = b.node;
  const exclusive = flag(layer, 'exclusive');
  const reverse = flag(layer, 'reverse');
  return alongLanes(b, axisIn(constantNumbers(b.node, 1)![0]!, inputs[0]!.shape.length), ([X], [Y]) => (first, size, step) => {
    let total = 0;
    for (let k = 0; k < size; k++) {
      const at = first + (reverse ? size - 1 - k : k) * step;
      const next = total + X[at]!;
      Y[at] = exclusive ? total : next;
      total = next;
    }
  });
}

/** Writes one lane of Y from that of X. */
type Rewrite = (X: Numbers, Y: Numbers, first: number, size: number, step: number) => void;

const topOf = (X: Numbers, first: number, size: number, step: number): number => {
  let top = -Infinity;
  for (let k = 0; k < size; k++) top = Math.max(top, X[first + k * step]!);
  return top;
};

const softmax: Rewrite = (X, Y, first, size, step) => {
  const top = topOf(X, first, size, step);
  let total = 0;
  for (let k = 0; k < size; k++) total += Y[first + k * step] = Math.exp(X[first + k * step]! - top);
  for (let k = 0; k < size; k++) Y[first + k * step]! /= total;
};

const logSoftmax: Rewrite = (X, Y, first, size, step) => {
  const top = topOf(X, first, size, step);
  let total = 0;
  for (let k = 0; k < size; k++) total += Math.exp(X[first + k * step]! - top);
  const shift = top + Math.log(total);
  for (let k = 0; k < size; k++) Y[first + k * step] = X[first + k * step]! - shift;
};

/** The first of the largest is 1. */
const hardmax: Rewrite = (X, Y, first, size, step) => {
  const top = topOf(X, first, size, step);
  let found = false;
  for (let k = 0; k < size; k++) {
    const best: boolean = !found && X[first + k * step] === top;
    found ||= best;
    Y[first + k * step] = best ? 1 : 0;
  }
};

const lanewise = (operator: string, rewrite: Rewrite): OperatorRow => ({
  operator,
  prepare: (b) => alongLanes(b, axisOf(b.node, -1), ([X], [Y]) => (first, size, step) => rewrite(X, Y, first, size, step)),
});

export const LANES: readonly OperatorRow[] = [
  ...REDUCTIONS.map(reduce),
  arg('ArgMax', above),
  arg('ArgMin', below),
  { operator: 'TopK', shapeInputs: [1], shapes: best, dtypes: () => [undefined, 'i64'], prepare: topK },
  { operator: 'CumSum', shapeInputs: [1], prepare: cumSum },
  lanewise('Softmax', softmax),
  lanewise('LogSoftmax', logSoftmax),
  lanewise('Hardmax', hardmax),
];
