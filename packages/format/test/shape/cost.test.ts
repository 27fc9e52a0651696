import { describe, expect, it } from 'vitest';
import { costOf, dense, inferShapes, zeros, type Model, type SparseTensor } from '@fretwork/format';
import { f32, layer, model } from './case.js';

const cost = (m: Model, shapes: Record<string, number[]> = {}) => costOf(m, inferShapes(m, shapes));

/** A dense tensor whose first `kept` elements are 1. */
function partial(shape: readonly number[], kept: number) {
  const tensor = zeros('f32', shape);
  (tensor.data as Float32Array).fill(1, 0, kept);
  return tensor;
}

describe('costOf', () => {
  it('counts a convolution: Cout·Ho·Wo·Cin/g·Kh·Kw', () => {
    const m = model({
      inputs: [{ name: 'x', dtype: 'f32', shape: ['N', 8, 10, 12] }],
      tensors: new Map([['w', partial([16, 4, 3, 3], 144)], ['b', f32(...Array.from({ length: 16 }, () => 1))]]),
      layers: [layer('Conv', ['x', 'w', 'b'], ['y'], { group: 2, strides: [2, 2] }), layer('Relu', ['y'], ['z'])],
    });
    const macs = 3 * 16 * 4 * 5 * 4 * 9;
    expect(cost(m, { x: [3, 8, 10, 12] }).layers).toEqual([
      { layer: 'Conv-y', operator: 'Conv', parameters: 576 + 16, kept: 144 + 16, weightBytes: 4 * 592, macs: { ok: true, dense: macs, sparse: macs / 4 } },
      { layer: 'Relu-z', operator: 'Relu', parameters: 0, kept: 0, weightBytes: 0, macs: { ok: true, dense: 0, sparse: 0 } },
    ]);
  });

  it('does not take shapes and axes for parameters', () => {
    const m = model({
      inputs: [{ name: 'x', dtype: 'f32', shape: [2, 6] }],
      tensors: new Map([['shape', dense('i64', [2], BigInt64Array.of(3n, 4n))]]),
      layers: [layer('Reshape', ['x', 'shape'], ['y'])],
    });
    expect(cost(m).layers[0]).toMatchObject({ parameters: 0, kept: 0, weightBytes: 16 });
  });

  it('says why where a size is missing', () => {
    const m = model({
      inputs: [{ name: 'x', dtype: 'f32', shape: ['N', 4] }],
      tensors: new Map([['w', partial([4, 5], 20)]]),
      layers: [layer('MatMul', ['x', 'w'], ['y'])],
    });
    expect(cost(m).layers[0]!.macs).toMatchObject({ ok: false, hint: 'give the shapes of the inputs' });
    expect(cost(m).macs).toMatchObject({ ok: false });
    expect(cost(m, { x: [2, 4] }).macs).toEqual({ ok: true, dense: 40, sparse: 40 });
    expect(cost({ ...m, layers: [{ ...m.layers[0]!, operator: 'Mystery' }] }, { x: [2, 4] }).layers[0]!.macs)
      .toEqual({ ok: false, reason: 'the work of operator Mystery is not known', hint: 'its layers are left out of every sum' });
  });

  it('counts a transposed convolution by its inputs, products of matrices by K', () => {
    const m = model({
      inputs: [{ name: 'x', dtype: 'f32', shape: [2, 4, 5, 5] }, { name: 'v', dtype: 'f32', shape: [6, 7] }, { name: 'a', dtype: 'f32', shape: [3, 2, 7] }],
      tensors: new Map([['w', partial([4, 3, 2, 2], 24)], ['g', partial([9, 7], 7)], ['k', partial([7, 5], 35)]]),
      layers: [
        layer('ConvTranspose', ['x', 'w'], ['y']),
        layer('Gemm', ['v', 'g'], ['z'], { transB: 1 }),
        layer('MatMul', ['a', 'k'], ['p']),
        layer('Einsum', ['a', 'k'], ['e'], { equation: 'abc,cd->abd' }),
      ],
    });
    expect(cost(m).layers.map((l) => l.macs)).toEqual([
      { ok: true, dense: 2 * 4 * 25 * 12, sparse: 2 * 4 * 25 * 6 },
      { ok: true, dense: 6 * 7 * 9, sparse: 6 * 7 },
      { ok: true, dense: 3 * 2 * 7 * 5, sparse: 3 * 2 * 7 * 5 },
      { ok: true, dense: 3 * 2 * 7 * 5, sparse: 3 * 2 * 7 * 5 },
    ]);
  });

  it('counts W and R of recurrent layers by themselves, per step and sequence', () => {
    for (const [operator, gates] of [['GRU', 3], ['LSTM', 4], ['RNN', 1]] as const) {
      const m = model({
        inputs: [{ name: 'x', dtype: 'f32', shape: [7, 2, 6] }],
        tensors: new Map([['w', partial([1, gates * 4, 6], gates * 6)], ['r', partial([1, gates * 4, 4], gates * 16)]]),
        layers: [layer(operator, ['x', 'w', 'r'], ['y'])],
      });
      expect(cost(m).macs).toEqual({ ok: true, dense: 14 * gates * (24 + 16), sparse: 14 * gates * (6 + 16) });
    }
  });

  it('counts a sparse tensor by what it stores, a shared one once', () => {
    const w: SparseTensor = {
      kind: 'sparse', dtype: 'f32', shape: [4, 8],
      view: { count: 1, rows: 4, columns: 8, order: 'row-major', kernel: 1 },
      matrices: [{
        encoding: 'csr', rows: 4, columns: 8, rowOffset: Uint32Array.of(0, 2, 2, 3, 4), column: Uint16Array.of(0, 7, 3, 1),
        payload: Float32Array.of(1, 2, 3, 0),
      }],
    };
    const m = model({
      inputs: [{ name: 'x', dtype: 'f32', shape: [5, 8] }],
      tensors: new Map([['w', w]]),
      layers: [layer('Gemm', ['x', 'w'], ['y'], { transB: 1 }), layer('Gemm', ['x', 'w'], ['z'], { transB: 1 })],
    });
    const [first, second] = cost(m).layers;
    expect(first).toMatchObject({ parameters: 32, kept: 4, weightBytes: 16 + 20 + 8, macs: { dense: 160, sparse: 20 } });
    expect(second).toMatchObject({ parameters: 0, kept: 0, weightBytes: 0, macs: { dense: 160, sparse: 20 } });
    expect(cost(m)).toMatchObject({ parameters: 32, kept: 4, weightBytes: 44, macs: { ok: true, dense: 320, sparse: 40 } });
  });

  it('counts zero where a size is zero', () => {
    const m = model({
      inputs: [{ name: 'x', dtype: 'f32', shape: [0, 4] }],
      tensors: new Map([['w', dense('f32', [4, 0], new Float32Array(0))]]),
      layers: [layer('MatMul', ['x', 'w'], ['y'])],
    });
    expect(cost(m).macs).toEqual({ ok: true, dense: 0, sparse: 0 });
  });
});
