/** Where elements lie: lists of row-major element numbers. -1 stands for "no element". */
import { elementCount } from '@fretwork/format';
import { Fault } from '../fault.js';
import { allowed, allowedShape } from './limit.js';

/** Elements to skip per step along each dimension. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d]!;
  }
  return strides;
}

/** `axis` counted from the front. Throws `run.attribute` where it is not in -rank..rank-1. */
export function axisIn(axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new Fault('run.attribute', 'no such axis', { expected: `${-rank} to ${rank - 1}`, actual: `${axis}` });
  }
  return axis < 0 ? axis + rank : axis;
}

/** `index` counted from the front. Throws `run.index` where it is not in -size..size-1. */
export function indexIn(index: number, size: number): number {
  if (index < -size || index >= size) {
    throw new Fault('run.index', 'index out of range', { expected: `${-size} to ${size - 1}`, actual: `${index}` });
  }
  return index < 0 ? index + size : index;
}

/** For each position of `shape`, row-major: offset + position · strides. */
export function stridedMap(shape: readonly number[], strides: readonly number[], offset = 0): Int32Array {
  return separableMap(allowedShape(shape).map((size, d) => Int32Array.from({ length: size }, (_, i) => i * strides[d]!)), offset);
}

/** For each position, row-major: the sum over dimensions d of `terms[d][position d]`, or -1 where one of them is NaN. */
export function separableMap(terms: readonly ArrayLike<number>[], offset = 0): Int32Array {
  allowed(terms.reduce((count, term) => count * term.length, 1));
  let map: ArrayLike<number> = [offset];
  for (const term of terms) {
    const next = new Float64Array(map.length * term.length);
    let at = 0;
    for (let i = 0; i < map.length; i++) {
      for (let j = 0; j < term.length; j++) next[at++] = map[i]! + term[j]!;
    }
    map = next;
  }
  return Int32Array.from(map, (v) => (Number.isNaN(v) ? -1 : v));
}

/** The same with, per dimension of a tensor of `shape`, the positions to read; NaN reads nothing. */
export function positionMap(shape: readonly number[], positions: readonly ArrayLike<number>[]): Int32Array {
  const strides = stridesOf(shape);
  return separableMap(positions.map((list, d) => Float64Array.from(list, (p) => p * strides[d]!)));
}

/** Numpy broadcasting of all `shapes`. Throws `run.shape`. */
export function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, d) => {
    let size = 1;
    for (const shape of shapes) {
      const own = shape[shape.length - rank + d] ?? 1;
      if (own === 1 || own === size) continue;
      if (size !== 1) {
        throw new Fault('run.shape', 'shapes do not broadcast', { actual: shapes.map((s) => `[${s.join(', ')}]`).join(' and ') });
      }
      size = own;
    }
    return size;
  });
}

/** Which element of a tensor of shape `from` stands at each position of `to`. Throws `run.shape`. */
export function broadcastMap(from: readonly number[], to: readonly number[]): Int32Array {
  const lead = to.length - from.length;
  const strides = stridesOf(from);
  if (lead < 0 || from.some((size, d) => size !== 1 && size !== to[lead + d])) {
    throw new Fault('run.shape', 'shape does not broadcast', { expected: `[${to.join(', ')}]`, actual: `[${from.join(', ')}]` });
  }
  return stridedMap(to, to.map((_, d) => (d < lead || from[d - lead] === 1 ? 0 : strides[d - lead]!)));
}

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, d) => size === b[d]);

/** A tensor seen along one axis: element k of lane (o, i) is at (o·size + k)·inner + i. */
export interface Lanes {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

export function lanesOf(shape: readonly number[], axis: number): Lanes {
  return { outer: elementCount(shape.slice(0, axis)), size: shape[axis]!, inner: elementCount(shape.slice(axis + 1)) };
}

/** Calls `visit` with the first element of each lane, whose elements are `inner` apart, and the lane's number. */
export function eachLane({ outer, size, inner }: Lanes, visit: (start: number, lane: number) => void): void {
  for (let o = 0; o < outer; o++) for (let i = 0; i < inner; i++) visit(o * size * inner + i, o * inner + i);
}
