import { describe, expect, it } from 'vitest';
import { counting, f32, i64, int, list, runLayer, tensor, valuesOf } from '../../test/one-layer.js';

describe('reductions', () => {
  const x = f32([2, 3], [1, 2, 3, 4, 5, 6]);
  it.each([
    ['ReduceSum', [6, 15]], ['ReduceMean', [2, 5]], ['ReduceProd', [6, 120]], ['ReduceMax', [3, 6]], ['ReduceMin', [1, 4]],
    ['ReduceL1', [6, 15]], ['ReduceL2', [Math.sqrt(14), Math.sqrt(77)]], ['ReduceSumSquare', [14, 77]],
    ['ReduceLogSum', [Math.log(6), Math.log(15)]], ['ReduceLogSumExp', [3.4076059644, 6.4076059644]],
  ])('%s', (operator, want) => {
    const y = runLayer(operator, [x, list(-1)])[0]!;
    expect(y.shape).toEqual([2, 1]);
    want.forEach((v, i) => expect(y.data[i]).toBeCloseTo(v, 5));
  });

  it('go over any set of axes, and drop them on request', () => {
    const y = runLayer('ReduceSum', [counting([2, 3, 4]), list(2, 0)], { keepdims: int(0) })[0]!;
    // Row r of both blocks: sum of 4r..4r+3 and 12 more each.
    expect([y.shape, Array.from(y.data as Float32Array)]).toEqual([[3], [60, 92, 124]]);
  });

  it('go over all axes without any, or over none with noop_with_empty_axes', () => {
    expect(runLayer('ReduceSum', [x])[0]!.shape).toEqual([1, 1]);
    expect(runLayer('ReduceSum', [x], { noop_with_empty_axes: int(1) })[0]!.data).toEqual(x.data);
  });

  it('of nothing are neutral', () => {
    const empty = f32([2, 0], []);
    expect(valuesOf('ReduceSum', [empty, list(1)])).toEqual([0, 0]);
    expect(valuesOf('ReduceProd', [empty, list(1)])).toEqual([1, 1]);
    expect(valuesOf('ReduceMax', [empty, list(1)])).toEqual([-Infinity, -Infinity]);
    expect(valuesOf('ReduceMin', [tensor('i8', [0], []), list(0)])).toEqual([127]);
    expect(valuesOf('ReduceLogSumExp', [empty, list(1)])).toEqual([-Infinity, -Infinity]);
  });

  it('of integers are exact', () => {
    expect(runLayer('ReduceSum', [i64([2], [2n ** 60n, 1n])])[0]!.data).toEqual(BigInt64Array.of(2n ** 60n + 1n));
    expect(valuesOf('ReduceProd', [tensor('i32', [3], [65536, 65536, 3])])).toEqual([0]);
    expect(valuesOf('ReduceMean', [tensor('i32', [2], [-3, -4])])).toEqual([-3]);
    expect(valuesOf('ReduceL2', [tensor('i32', [2], [3, 5])])).toEqual([5]);
    expect(valuesOf('ReduceLogSum', [i64([2], [0n, 0n])])).toEqual([0]);
  });

  it('do not overflow on the way', () => {
    expect(valuesOf('ReduceLogSumExp', [f32([2], [1000, 1000])])[0]).toBeCloseTo(1000 + Math.LN2, 3);
    expect(valuesOf('ReduceMean', [f32([2], [3e38, 3e38])])[0]).toBeCloseTo(3e38, -33);
  });
});
