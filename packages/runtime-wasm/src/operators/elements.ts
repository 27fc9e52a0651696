/** Elements of any type as numbers, for operators that compute. */
import { bfloatToNumber, halfToNumber, numberToBfloat, numberToHalf, type DType, type TensorData } from '@fretwork/format';
import { sizeOf, type Binding, type Step, type Value } from './row.js';

export type Numbers = Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

export const isWide = (dtype: DType): boolean => dtype === 'i64' || dtype === 'u64';
export const isHalf = (dtype: DType): boolean => dtype === 'f16' || dtype === 'bf16';
export const isFloat = (dtype: DType): boolean => dtype === 'f32' || dtype === 'f64' || isHalf(dtype);

/** The elements of a tensor as numbers. */
export interface NumberView {
  readonly data: Numbers;
  /** Fetches them, and puts them back; left out where `data` is the tensor itself. */
  readonly load?: Step;
  readonly store?: Step;
}

const WORD = 2 ** 32;

/** Elements of a type that no array of numbers holds, as numbers beside them. 64-bit integers are rounded beyond 2^53: for indices and lengths, not for sums. */
export function numbersOf(b: Binding, value: Value): NumberView {
  const view = b.view(value);
  if (!isWide(value.dtype) && !isHalf(value.dtype)) return { data: view as Numbers };
  const data = new Float64Array(view.length);
  if (isHalf(value.dtype)) {
    const bits = view as Uint16Array;
    const [number, encode] = value.dtype === 'f16' ? [halfToNumber, numberToHalf] : [bfloatToNumber, numberToBfloat];
    return {
      data,
      load: () => { for (let i = 0; i < data.length; i++) data[i] = number(bits[i]!); },
      store: () => { for (let i = 0; i < data.length; i++) bits[i] = encode(data[i]!); },
    };
  }
  const words = new Uint32Array(view.buffer, view.byteOffset, 2 * view.length);
  const signed = value.dtype === 'i64';
  return {
    data,
    load: () => { for (let i = 0; i < data.length; i++) data[i] = (signed ? words[2 * i + 1]! | 0 : words[2 * i + 1]!) * WORD + words[2 * i]!; },
    store: () => {
      for (let i = 0; i < data.length; i++) {
        const high = Math.floor(data[i]! / WORD);
        words[2 * i + 1] = high;
        words[2 * i] = data[i]! - high * WORD;
      }
    },
  };
}

/** What a step reads or writes, in the order of the inputs or outputs; one that is left out is undefined, for which those look that let it be. */
export type Elements = readonly [Numbers, Numbers, Numbers, Numbers, Numbers];

/**
 * The step that `make` writes over elements as numbers, fetched before each run and put back after it. `exact`: 64-bit integers stay
 * what they are; arithmetic and comparisons of JavaScript are the same for both, so that loops are too.
 */
export function onNumbers(
  b: Binding, make: (inputs: Elements, outputs: Elements) => Step,
  inputs: readonly (Value | undefined)[] = b.node.inputs, outputs: readonly (Value | undefined)[] = b.node.outputs, exact = false,
): Step {
  const views = (values: typeof inputs): readonly (NumberView | undefined)[] =>
    values.map((value) => (value === undefined ? undefined : exact ? { data: b.view(value) as unknown as Numbers } : numbersOf(b, value)));
  const from = views(inputs);
  const to = views(outputs);
  const work = make(from.map((view) => view?.data) as unknown as Elements, to.map((view) => view?.data) as unknown as Elements);
  const before = from.flatMap((view) => view?.load ?? []);
  const after = to.flatMap((view) => view?.store ?? []);
  if (before.length === 0 && after.length === 0) return work;
  return () => {
    for (const step of before) step();
    work();
    for (const step of after) step();
  };
}

/** The elements of `x` as they are. */
export function copied(b: Binding, x: Value, y: Value): Step {
  const from = b.view(x) as Float32Array;
  const to = b.view(y) as Float32Array;
  return () => to.set(from);
}

export const nothing: Step = () => undefined;

/** Steps between neighbours along each dimension, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = strides[d + 1]! * shape[d + 1]!;
  return strides;
}

export const zeroOf = (dtype: DType): number | bigint => (isWide(dtype) ? 0n : 0);

/** For every element of `shape`, in order: the sum over dimensions of `place(d, index)`, or -1 where one of them is negative. */
export function mapOf(shape: readonly number[], place: (d: number, index: number) => number): Int32Array {
  let map = new Int32Array([0]);
  shape.forEach((size, d) => {
    const places = Int32Array.from({ length: size }, (_, i) => place(d, i));
    const next = new Int32Array(map.length * size);
    let at = 0;
    for (let i = 0; i < map.length; i++) for (let j = 0; j < size; j++) next[at++] = map[i]! < 0 || places[j]! < 0 ? -1 : map[i]! + places[j]!;
    map = next;
  });
  return map;
}

/** Where element i of `to` comes from in `from`, which is broadcast to it; undefined where both are the same. */
export function broadcastMap(from: readonly number[], to: readonly number[]): Int32Array | undefined {
  if (sizeOf(from) === sizeOf(to)) return undefined;
  const strides = stridesOf(from);
  const skipped = to.length - from.length;
  return mapOf(to, (d, i) => (d < skipped || from[d - skipped] === 1 ? 0 : i * strides[d - skipped]!));
}

/** Place i of a map that may be left out. */
export const at = (map: Int32Array | undefined, i: number): number => (map === undefined ? i : map[i]!);

/** out[i] = x[map[i]], or `fill` where the map is negative; elements are moved as they are. */
export function taken(x: TensorData, out: TensorData, map: Int32Array, fill: number | bigint): Step {
  const run = runsOf(map);
  const from = x as Float32Array;
  const to = out as Float32Array;
  if (run === undefined) {
    if (map.includes(-1)) return () => { for (let i = 0; i < map.length; i++) to[i] = map[i]! < 0 ? fill as number : from[map[i]!]!; };
    return () => { for (let i = 0; i < map.length; i++) to[i] = from[map[i]!]!; };
  }
  return () => {
    for (let r = 0, at = 0; r < run.length; r += 2) {
      const start = run[r]!;
      const end = at + run[r + 1]!;
      if (start < 0) for (; at < end; at++) to[at] = fill as number;
      else for (let i = start; at < end; at++, i++) to[at] = from[i]!;
    }
  };
}

/** Pairs (first source, length) of neighbours that stay neighbours, if they are long enough to be worth it. */
function runsOf(map: Int32Array): Int32Array | undefined {
  const runs: number[] = [];
  for (let i = 0; i < map.length;) {
    let end = i + 1;
    const first = map[i]!;
    while (end < map.length && (first < 0 ? map[end]! < 0 : map[end] === first + end - i)) end++;
    runs.push(first, end - i);
    if (runs.length * 4 > map.length + 8) return undefined;
    i = end;
  }
  return Int32Array.from(runs);
}
