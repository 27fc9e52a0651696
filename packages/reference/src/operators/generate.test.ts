import { describe, expect, it } from 'vitest';
import { f32, floats, i64, int, ints, layerOf, list, runLayer, string, tensor, valuesOf } from '../../test/one-layer.js';
import { supports } from '../index.js';

describe('generators', () => {
  it('Constant has its value in one of several attributes', () => {
    expect(runLayer('Constant', [], { value: { type: 'tensor', value: f32([1], [4]) } })[0]).toMatchObject({ dtype: 'f32', shape: [1] });
    expect(runLayer('Constant', [], { value_ints: ints(1, 2) })[0]!.data).toEqual(BigInt64Array.of(1n, 2n));
    expect(runLayer('Constant', [], { value_int: int(3) })[0]).toMatchObject({ dtype: 'i64', shape: [] });
    expect(runLayer('Constant', [], { value_floats: floats(0.5) })[0]!.data).toEqual(Float32Array.of(0.5));
    expect(supports(layerOf('Constant', [], { value_string: string('no') }))).toMatchObject({ ok: false });
  });

  it('ConstantOfShape is 0 in f32, or what it is told', () => {
    expect(runLayer('ConstantOfShape', [list(2, 1)])[0]).toMatchObject({ dtype: 'f32', shape: [2, 1] });
    expect(valuesOf('ConstantOfShape', [list(2)], { value: { type: 'tensor', value: tensor('i32', [1], [7]) } })).toEqual([7, 7]);
    expect(runLayer('ConstantOfShape', [i64([0], [])])[0]!.shape).toEqual([]);
  });

  it('Range stops before its limit', () => {
    expect(valuesOf('Range', [f32([], [1]), f32([], [2]), f32([], [0.4])])).toEqual([1, Math.fround(1.4), Math.fround(1.8)].map((v) => expect.closeTo(v, 6)));
    expect(valuesOf('Range', [i64([], [10]), i64([], [3]), i64([], [-3])])).toEqual([10, 7, 4]);
    expect(valuesOf('Range', [i64([], [1]), i64([], [0]), i64([], [1])])).toEqual([]);
    expect(() => runLayer('Range', [i64([], [1]), i64([], [2]), i64([], [0])])).toThrow(/run\.attribute/);
  });

  it.each([
    ['ConstantOfShape', [list(2 ** 20, 2 ** 20)], {}],
    ['ConstantOfShape', [list(2 ** 31)], {}],
    ['Range', [i64([], [0]), i64([], [2n ** 40n]), i64([], [1])], {}],
    ['Expand', [f32([1], [1]), list(2 ** 16, 2 ** 16)], {}],
    ['Tile', [f32([2], [1, 2]), list(2 ** 30)], {}],
    ['Pad', [f32([1], [1]), list(2 ** 30, 2 ** 30)], {}],
    ['Resize', [f32([1, 1, 1, 1], [1]), undefined, undefined, list(1, 1, 2 ** 16, 2 ** 16)], { mode: string('nearest') }],
  ] as const)('%s refuses sizes that a small file asks for: case %#', (operator, inputs, attributes) => {
    expect(() => runLayer(operator, inputs, attributes)).toThrow(/run\.(too-large|memory)/);
  });
});
