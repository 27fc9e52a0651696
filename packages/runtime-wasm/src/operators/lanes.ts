/** Operators that look along axes: Reduce*, ArgMax, TopK, CumSum, Softmax and their kin. */
import { attribute, DTYPES, type DType } from '@fretwork/format';
import { flag, int } from './attributes.js';
import { constantNumbers } from './constant-input.js';
import { isFloat, isWide, mapOf, readable, stridesOf, synced, writable, type Numbers, type Wide } from './elements.js';
import { sizeOf, type Binding, type Given, type OperatorRow, type Shape, type Step } from './row.js';
import { axesIn, axisIn, misfit, shapeOf } from './shapes.js';

interface Lanes {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

const lanesOf = (shape: readonly number[], axis: number): Lanes =>
  ({ outer: sizeOf(shape.slice(0, axis)), size: shape[axis] ?? 1, inner: sizeOf(shape.slice(axis + 1)) });

/** Elements x[map[first]] … x[map[end - 1]] as one number. */
type Fold = (x: Numbers, map: Int32Array, first: number, end: number) => number;

const sum: Fold = (x, map, first, end) => {
  let total = 0;
  for (let k = first; k < end; k++) total += x[map[k]!]!;
  return total;
};

const folded = (start: number, join: (a: number, b: number) => number): Fold => (x, map, first, end) => {
  let all = start;
  for (let k = first; k < end; k++) all = join(all, x[map[k]!]!);
  return all;
};

const most = folded(-Infinity, Math.max);

const sums = (f: (x: number) => number): Fold => folded(0, (a, x) => a + f(x));
const squares = sums((x) => x * x);

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
  readonly wide?: (a: bigint, x: bigint) => bigint;
  /** Starts a fold of 64-bit integers. */
  readonly start?: (dtype: DType) => bigint;
}

const LOWEST = { i64: -(2n ** 63n), u64: 0n } as const;
const HIGHEST = { i64: 2n ** 63n - 1n, u64: 2n ** 64n - 1n } as const;
const zero = (): bigint => 0n;

const REDUCTIONS: readonly Reduction[] = [
  { operator: 'ReduceSum', fold: sum, wide: (a, x) => a + x, start: zero },
  { operator: 'ReduceMean', fold: (x, map, first, end) => sum(x, map, first, end) / (end - first) },
  { operator: 'ReduceProd', fold: folded(1, (a, x) => a * x), wide: (a, x) => a * x, start: () => 1n },
  { operator: 'ReduceMax', fold: most, wide: (a, x) => (x > a ? x : a), start: (dtype) => LOWEST[dtype as 'i64'] },
  { operator: 'ReduceMin', fold: folded(Infinity, Math.min), wide: (a, x) => (x < a ? x : a), start: (dtype) => HIGHEST[dtype as 'i64'] },
  { operator: 'ReduceL1', fold: sums(Math.abs), wide: (a, x) => a + (x < 0n ? -x : x), start: zero },
  { operator: 'ReduceL2', fold: (x, map, first, end) => Math.sqrt(squares(x, map, first, end)) },
  { operator: 'ReduceSumSquare', fold: squares, wide: (a, x) => a + x * x, start: zero },
  { operator: 'ReduceLogSum', fold: (x, map, first, end) => Math.log(sum(x, map, first, end)) },
  { operator: 'ReduceLogSumExp', fold: logSumExp },
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

const reduce = ({ operator, fold, wide, start }: Reduction): OperatorRow => ({
  operator,
  shapeInputs: [1],
  shapes: (given) => without(given, shapeOf(given, 0), reducedAxes(given)),
  prepare: (b) => {
    const [x, y] = [b.node.inputs[0]!, b.node.outputs[0]!];
    const { map, size } = reduceMap(b);
    if (isWide(x.dtype) && wide !== undefined) {
      const [X, Y] = [b.view(x) as Wide, b.view(y) as Wide];
      return () => {
        for (let i = 0; i < Y.length; i++) {
          let folded = start!(x.dtype);
          for (let k = i * size; k < (i + 1) * size; k++) folded = wide(folded, X[map[k]!]!);
          Y[i] = folded;
        }
      };
    }
    const [X, Y] = [readable(b, x), writable(b, y)];
    const cut = !isFloat(y.dtype);
    const [low, high] = endsOf(y.dtype);
    return synced([X], () => {
      for (let i = 0; i < Y.data.length; i++) {
        const folded = fold(X.data, map, i * size, (i + 1) * size);
        // An empty set of integers has the type's own end for its infinity.
        Y.data[i] = cut ? (folded === Infinity ? high : folded === -Infinity ? low : Math.trunc(folded)) : folded;
      }
    }, [Y]);
  },
});

function endsOf(dtype: DType): readonly [low: number, high: number] {
  const { kind, bytes } = DTYPES[dtype];
  if (kind !== 'integer') return [0, 1];
  const bits = 8 * bytes;
  return dtype.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

const above = (a: number, b: number): boolean => a > b || (Number.isNaN(a) && !Number.isNaN(b));

const arg = (operator: string, better: (a: number, b: number) => boolean): OperatorRow => ({
  operator,
  shapes: (given) => without(given, shapeOf(given, 0), [axisOf(given, 0)]),
  dtypes: () => ['i64'],
  prepare: (b) => {
    const x = b.node.inputs[0]!;
    const { outer, size, inner } = lanesOf(x.shape, axisOf(b.node, 0));
    const last = flag(b.node.layer, 'select_last_index');
    const [X, Y] = [readable(b, x), writable(b, b.node.outputs[0]!)];
    return synced([X], () => {
      for (let lane = 0; lane < outer * inner; lane++) {
        const first = Math.floor(lane / inner) * size * inner + lane % inner;
        let best = 0;
        for (let k = 1; k < size; k++) {
          const [now, then] = [X.data[first + k * inner]!, X.data[first + best * inner]!];
          if (better(now, then) || (last && !better(then, now))) best = k;
        }
        Y.data[lane] = best;
      }
    }, [Y]);
  },
});

/** K is the one element of input 1. */
function best(given: Given): readonly Shape[] {
  const [x, axis, count] = [shapeOf(given, 0), axisOf(given, -1), constantNumbers(given, 1)?.[0] ?? -1];
  if (!(count >= 0 && count <= x[axis]!)) misfit(`0 to ${x[axis]}`, count);
  const shape = x.map((size, d) => (d === axis ? count : size));
  return [shape, shape];
}

/** The k best of each lane, best first, equal ones by index: an insertion sort, k is small. */
function topK(b: Binding): Step {
  const [x, values, indices] = [b.node.inputs[0]!, b.node.outputs[0], b.node.outputs[1]];
  const axis = axisOf(b.node, -1);
  const largest = int(b.node.layer, 'largest', 1) !== 0;
  const { outer, size, inner } = lanesOf(x.shape, axis);
  const k = (values ?? indices)!.shape[axis]!;
  const X = readable(b, x);
  const [V, I] = [values === undefined ? undefined : writable(b, values), indices === undefined ? undefined : writable(b, indices)];
  const order = new Int32Array(k + 1);
  return synced([X], () => {
    for (let lane = 0; lane < outer * inner; lane++) {
      const first = Math.floor(lane / inner) * size * inner + lane % inner;
      let kept = 0;
      for (let i = 0; i < size; i++) {
        const value = X.data[first + i * inner]!;
        let at = kept;
        for (; at > 0; at--) {
          const other = X.data[first + order[at - 1]! * inner]!;
          if (!(largest ? above(value, other) : above(other, value))) break;
          order[at] = order[at - 1]!;
        }
        order[at] = i;
        kept = Math.min(k, kept + 1);
      }
      const to = Math.floor(lane / inner) * k * inner + lane % inner;
      for (let i = 0; i < k; i++) {
        if (V !== undefined) V.data[to + i * inner] = X.data[first + order[i]! * inner]!;
        if (I !== undefined) I.data[to + i * inner] = order[i]!;
      }
    }
  }, [V, I]);
}

function cumSum(b: Binding): Step {
  const x = b.node.inputs[0]!;
  const { outer, size, inner } = lanesOf(x.shape, axisIn(constantNumbers(b.node, 1)![0]!, x.shape.length));
  const [exclusive, reverse] = ['exclusive', 'reverse'].map((name) => attribute(b.node.layer, name, 'int', 0) !== 0);
  const [X, Y] = [readable(b, x), writable(b, b.node.outputs[0]!)];
  return synced([X], () => {
    for (let lane = 0; lane < outer * inner; lane++) {
      const first = Math.floor(lane / inner) * size * inner + lane % inner;
      let total = 0;
      for (let k = 0; k < size; k++) {
        const at = first + (reverse === true ? size - 1 - k : k) * inner;
        const next = total + X.data[at]!;
        Y.data[at] = exclusive === true ? total : next;
        total = next;
      }
    }
  }, [Y]);
}

/** Rewrites the `size` elements of Y that start at `first` and lie `inner` apart; they are those of X to begin with. */
type Rewrite = (Y: Numbers, first: number, size: number, inner: number) => void;

const topOf = (Y: Numbers, first: number, size: number, inner: number): number => {
  let top = -Infinity;
  for (let k = 0; k < size; k++) top = Math.max(top, Y[first + k * inner]!);
  return top;
};

const softmax: Rewrite = (Y, first, size, inner) => {
  const top = topOf(Y, first, size, inner);
  let total = 0;
  for (let k = 0; k < size; k++) total += Y[first + k * inner] = Math.exp(Y[first + k * inner]! - top);
  for (let k = 0; k < size; k++) Y[first + k * inner]! /= total;
};

const logSoftmax: Rewrite = (Y, first, size, inner) => {
  const top = topOf(Y, first, size, inner);
  let total = 0;
  for (let k = 0; k < size; k++) total += Math.exp(Y[first + k * inner]! - top);
  const shift = top + Math.log(total);
  for (let k = 0; k < size; k++) Y[first + k * inner]! -= shift;
};

const hardmax: Rewrite = (Y, first, size, inner) => {
  const top = topOf(Y, first, size, inner);
  let found = false;
  for (let k = 0; k < size; k++) {
    const best: boolean = !found && Y[first + k * inner] === top;
    found ||= best;
    Y[first + k * inner] = best ? 1 : 0;
  }
};

const lanewise = (operator: string, rewrite: Rewrite): OperatorRow => ({
  operator,
  prepare: (b) => {
    const x = b.node.inputs[0]!;
    const { outer, size, inner } = lanesOf(x.shape, axisOf(b.node, -1));
    const [X, Y] = [readable(b, x), writable(b, b.node.outputs[0]!)];
    return synced([X], () => {
      Y.data.set(X.data);
      for (let lane = 0; lane < outer * inner; lane++) rewrite(Y.data, Math.floor(lane / inner) * size * inner + lane % inner, size, inner);
    }, [Y]);
  },
});

export const LANES: readonly OperatorRow[] = [
  ...REDUCTIONS.map(reduce),
  arg('ArgMax', above),
  arg('ArgMin', (a, b) => above(b, a)),
  { operator: 'TopK', shapeInputs: [1], shapes: best, dtypes: () => [undefined, 'i64'], prepare: topK },
  { operator: 'CumSum', shapeInputs: [1], prepare: cumSum },
  lanewise('Softmax', softmax),
  lanewise('LogSoftmax', logSoftmax),
  lanewise('Hardmax', hardmax),
];
