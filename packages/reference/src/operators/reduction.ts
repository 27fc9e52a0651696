/** Operators that make one number of many: Reduce*, over any set of axes. */
import { attribute, elementCount, type DenseTensor, type DType } from '@fretwork/format';
import type { OperatorCall, OperatorRow } from '../contract.js';
import { fromBigints, fromNumbers, integersOf, isFloat, toBigints, toDoubles } from '../tensor/elements.js';
import { axisIn, stridedMap, stridesOf } from '../tensor/index-map.js';
import { MUL } from './arithmetic.js';

/** Elements of one reduced set, already as numbers. */
type Set = Float64Array;

interface Reduction {
  readonly operator: string;
  readonly floats: (set: Set) => number;
  /** The same on integers, exact; left out: as `floats`, cut towards zero. */
  readonly integers?: (set: readonly bigint[], dtype: DType) => bigint;
}

/** Axes that input 1 (or the attribute of the older form) names; all of them, or none, where it names none. */
function axesOf(call: OperatorCall, rank: number): number[] {
  const given = call.optional(1);
  const axes = given === undefined ? attribute(call.layer, 'axes', 'ints', []) : integersOf(given);
  if (axes.length > 0) return axes.map((a) => axisIn(a, rank));
  return attribute(call.layer, 'noop_with_empty_axes', 'int', 0) === 0 ? Array.from({ length: rank }, (_, d) => d) : [];
}

function reduce(call: OperatorCall, reduction: Reduction): readonly DenseTensor[] {
  const x = call.dense(0);
  const axes = axesOf(call, x.shape.length);
  const dims = x.shape.map((_, d) => d);
  const kept = dims.filter((d) => !axes.includes(d));
  const gone = dims.filter((d) => axes.includes(d));
  const strides = stridesOf(x.shape);
  const order = [...kept, ...gone];
  const map = stridedMap(order.map((d) => x.shape[d]!), order.map((d) => strides[d]!));
  const size = elementCount(gone.map((d) => x.shape[d]!));
  const keepDims = attribute(call.layer, 'keepdims', 'int', 1) !== 0;
  const shape = dims.flatMap((d) => (axes.includes(d) ? (keepDims ? [1] : []) : [x.shape[d]!]));
  const count = elementCount(shape);
  const { integers } = reduction;
  if (!isFloat(x.dtype) && integers !== undefined) {
    const values = toBigints(x);
    const set = (i: number): bigint[] => Array.from(map.subarray(i * size, (i + 1) * size), (at) => values[at]!);
    return [fromBigints(x.dtype, shape, Array.from({ length: count }, (_, i) => integers(set(i), x.dtype)))];
  }
  const values = toDoubles(x);
  const set = new Float64Array(size);
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < size; k++) set[k] = values[map[i * size + k]!]!;
    out[i] = reduction.floats(set);
  }
  return [fromNumbers(x.dtype, shape, out)];
}

const sumOf = (set: Set, f: (x: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < set.length; i++) sum += f(set[i]!);
  return sum;
};

const maxOf = (set: Set): number => set.reduce((a, b) => Math.max(a, b), -Infinity);

/** log Σ eˣ around its largest term, so that nothing overflows. */
export function logSumExp(set: Set): number {
  const top = maxOf(set);
  return Number.isFinite(top) ? top + Math.log(sumOf(set, (x) => Math.exp(x - top))) : top;
}

const ENDS: Readonly<Partial<Record<DType, readonly [low: bigint, high: bigint]>>> = {
  i8: [-128n, 127n], u8: [0n, 255n], i16: [-32768n, 32767n], u16: [0n, 65535n], bool: [0n, 1n],
  i32: [-(2n ** 31n), 2n ** 31n - 1n], u32: [0n, 2n ** 32n - 1n], i64: [-(2n ** 63n), 2n ** 63n - 1n], u64: [0n, 2n ** 64n - 1n],
};

/** Smallest and largest value of an integer type. */
export const endsOf = (dtype: DType): readonly [low: bigint, high: bigint] => ENDS[dtype]!;

const big = (start: bigint, f: (a: bigint, x: bigint) => bigint) => (set: readonly bigint[]): bigint => set.reduce(f, start);

const REDUCTIONS: readonly Reduction[] = [
  { operator: 'ReduceSum', floats: (set) => sumOf(set, (x) => x), integers: big(0n, (a, x) => a + x) },
  { operator: 'ReduceMean', floats: (set) => sumOf(set, (x) => x) / set.length, integers: (set) => (set.length === 0 ? 0n : big(0n, (a, x) => a + x)(set) / BigInt(set.length)) },
  { operator: 'ReduceProd', floats: (set) => set.reduce(MUL.float, 1), integers: big(1n, (a, x) => BigInt.asIntN(64, a * x)) },
  { operator: 'ReduceMax', floats: maxOf, integers: (set, dtype) => big(endsOf(dtype)[0], (a, x) => (x > a ? x : a))(set) },
  {
    operator: 'ReduceMin', floats: (set) => set.reduce((a, b) => Math.min(a, b), Infinity),
    integers: (set, dtype) => big(endsOf(dtype)[1], (a, x) => (x < a ? x : a))(set),
  },
  { operator: 'ReduceL1', floats: (set) => sumOf(set, Math.abs), integers: big(0n, (a, x) => a + (x < 0n ? -x : x)) },
  { operator: 'ReduceL2', floats: (set) => Math.sqrt(sumOf(set, (x) => x * x)) },
  { operator: 'ReduceSumSquare', floats: (set) => sumOf(set, (x) => x * x), integers: big(0n, (a, x) => a + x * x) },
  { operator: 'ReduceLogSum', floats: (set) => Math.log(sumOf(set, (x) => x)) },
  { operator: 'ReduceLogSumExp', floats: logSumExp },
];

export const REDUCTION: readonly OperatorRow[] = REDUCTIONS.map((reduction) => ({
  operator: reduction.operator, run: (call) => reduce(call, reduction),
}));
