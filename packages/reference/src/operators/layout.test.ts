import { describe, expect, it } from 'vitest';
import { counting, f32, i64, int, ints, list, runLayer, string, tensor, valuesOf } from '../../test/one-layer.js';

describe('Transpose, Concat, Split', () => {
  it('Transpose turns dimensions round by default', () => {
    const y = runLayer('Transpose', [counting([2, 3])])[0]!;
    expect([y.shape, Array.from(y.data as Float32Array)]).toEqual([[3, 2], [0, 3, 1, 4, 2, 5]]);
    expect(runLayer('Transpose', [counting([2, 3, 4])], { perm: ints(1, 2, 0) })[0]!.shape).toEqual([3, 4, 2]);
    expect(() => runLayer('Transpose', [counting([2, 3])], { perm: ints(0, 0) })).toThrow(/run\.attribute/);
  });

  it('Concat joins along its axis', () => {
    expect(valuesOf('Concat', [counting([2, 1]), counting([2, 2], 10)], { axis: int(-1) })).toEqual([0, 10, 11, 1, 12, 13]);
    expect(() => runLayer('Concat', [counting([2, 1]), counting([3, 1])], { axis: int(1) })).toThrow(/run\.shape/);
  });

  it('Split gives parts, the last one smaller', () => {
    const parts = runLayer('Split', [counting([5])], { num_outputs: int(2) }, { outputs: 2 });
    expect(parts.map((p) => Array.from(p.data as Float32Array))).toEqual([[0, 1, 2], [3, 4]]);
    const sized = runLayer('Split', [counting([2, 3]), list(1, 0, 2)], { axis: int(1) }, { outputs: 3 });
    expect(sized.map((p) => Array.from(p.data as Float32Array))).toEqual([[0, 3], [], [1, 2, 4, 5]]);
    expect(() => runLayer('Split', [counting([5]), list(2, 2)], {}, { outputs: 2 })).toThrow(/run\.shape/);
  });
});

describe('Slice', () => {
  const slice = (start: number, end: number, step = 1): number[] => valuesOf('Slice', [counting([5]), list(start), list(end), list(0), list(step)]);
  it.each<[number, number, number, number[]]>([
    [1, 3, 1, [1, 2]], [-2, 100, 1, [3, 4]], [4, -100, -2, [4, 2, 0]], [0, 5, 2, [0, 2, 4]], [3, 3, 1, []], [-100, -100, -1, [0]], [9, 2, -1, [4, 3]],
  ])('%d to %d by %d', (start, end, step, y) => expect(slice(start, end, step)).toEqual(y));

  it('runs to the end with INT64_MAX', () => {
    expect(valuesOf('Slice', [counting([5]), list(3), i64([1], [2n ** 63n - 1n])])).toEqual([3, 4]);
  });

  it('takes the first axes where none are named, and empty data', () => {
    expect(valuesOf('Slice', [counting([2, 2]), list(1), list(2)])).toEqual([2, 3]);
    expect(runLayer('Slice', [f32([0], []), list(-1), list(-9), list(0), list(-1)])[0]!.shape).toEqual([0]);
  });

  it('must move', () => expect(() => slice(0, 2, 0)).toThrow(/run\.attribute/));
});

describe('Pad', () => {
  const pad = (mode: string, begin: number, end: number): number[] => valuesOf('Pad', [f32([3], [1, 2, 3]), list(begin, end), mode === 'constant' ? f32([], [9]) : undefined], { mode: string(mode) });
  it.each<[string, number, number, number[]]>([
    ['constant', 1, 2, [9, 1, 2, 3, 9, 9]], ['edge', 2, 1, [1, 1, 1, 2, 3, 3]], ['reflect', 2, 3, [3, 2, 1, 2, 3, 2, 1, 2]],
    ['wrap', 4, 1, [3, 1, 2, 3, 1, 2, 3, 1]], ['constant', -1, 1, [2, 3, 9]],
  ])('%s %d, %d', (mode, begin, end, y) => expect(pad(mode, begin, end)).toEqual(y));

  it('pads named axes only, with zeros of the element type', () => {
    expect(valuesOf('Pad', [tensor('i8', [1, 2], [5, 6]), list(1, 0), undefined, list(-1)])).toEqual([0, 5, 6]);
    expect(() => runLayer('Pad', [counting([1, 2]), list(1, 0)])).toThrow(/run\.shape/);
  });
});

describe('Tile, Expand, DepthToSpace, SpaceToDepth', () => {
  it('Tile repeats, Expand broadcasts', () => {
    expect(valuesOf('Tile', [counting([1, 2]), list(2, 2)])).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
    const y = runLayer('Expand', [counting([2, 1]), list(2, 1, 2)])[0]!;
    expect([y.shape, Array.from(y.data as Float32Array)]).toEqual([[2, 2, 2], [0, 0, 1, 1, 0, 0, 1, 1]]);
  });

  it('DepthToSpace takes the block from the front of the channels or from their end', () => {
    const x = counting([1, 8, 1, 1]);
    expect(valuesOf('DepthToSpace', [x], { blocksize: int(2) })).toEqual([0, 2, 4, 6, 1, 3, 5, 7]);
    expect(valuesOf('DepthToSpace', [x], { blocksize: int(2), mode: string('CRD') })).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('SpaceToDepth undoes DepthToSpace', () => {
    const x = counting([2, 3, 4, 6]);
    const deep = runLayer('SpaceToDepth', [x], { blocksize: int(2) })[0]!;
    expect(deep.shape).toEqual([2, 12, 2, 3]);
    expect(runLayer('DepthToSpace', [deep], { blocksize: int(2) })[0]!.data).toEqual(x.data);
  });
});
