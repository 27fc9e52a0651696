import { checkModel, decode, dense, elementCount, type Attribute, type DenseTensor, type Layer, type Model, type Tensor } from '@fretwork/format';
import { describe, expect, it } from 'vitest';
import { pruneModel, shrinkModel } from '../src/index.js';
import { correlated, outputsOf } from './capture.js';
import { modelOf, weight } from './models.js';
import { random } from './random.js';

const ints = (...value: number[]): Attribute => ({ type: 'ints', value });
const int = (value: number): Attribute => ({ type: 'int', value });

/** Layers as [name, operator, inputs, attributes]; each gives a value of its own name. */
type Row = readonly [name: string, operator: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>];

function graph(shape: readonly number[], rows: readonly Row[], tensors: Readonly<Record<string, Tensor>>): Model {
  const layers = rows.map(([name, operator, inputs, attributes = {}]): Layer =>
    ({ name, operator, domain: '', inputs, outputs: [name], attributes: new Map(Object.entries(attributes)) }));
  return {
    ...modelOf([], tensors), layers, inputs: [{ name: 'x', dtype: 'f32', shape: [8, ...shape] }], outputs: [{ name: rows.at(-1)![0], dtype: 'f32' }],
  };
}

const positive = (seed: number, n: number): Tensor => {
  const next = random(seed);
  return dense('f32', [n], Float32Array.from({ length: n }, () => 0.5 + next()));
};
const norm = (name: string, n: number, seed: number): Readonly<Record<string, Tensor>> =>
  ({ [`${name}.s`]: positive(seed, n), [`${name}.b`]: weight(seed + 1, [n]), [`${name}.m`]: weight(seed + 2, [n]), [`${name}.v`]: positive(seed + 3, n) });
const normInputs = (x: string, name: string): readonly string[] => [x, `${name}.s`, `${name}.b`, `${name}.m`, `${name}.v`];

/** `tensor` with these filters (rows of axis `axis`) set to 0. */
function without(tensor: Tensor, gone: readonly number[], axis = 0): DenseTensor {
  const { dtype, shape, data } = decode(tensor);
  const inner = elementCount(shape.slice(axis + 1));
  return dense(dtype, shape, (data as Float32Array).map((v, i) => (gone.includes(Math.floor(i / inner) % shape[axis]!) ? 0 : v)));
}
const shapeOf = (model: Model, name: string): readonly number[] => model.tensors.get(name)!.shape;

function same(model: Model, inputShape: readonly number[], seed: number): ReturnType<typeof shrinkModel> {
  const result = shrinkModel(model);
  const batches = correlated(seed, 2, inputShape);
  const [a, b] = [outputsOf(result.masked, batches), outputsOf(result.model, batches)];
  const largest = a.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  expect(largest).toBeGreaterThan(0);
  a.forEach((v, i) => expect(Math.abs(v - b[i]!)).toBeLessThanOrEqual(1e-5 * largest));
  expect(b.length).toBe(a.length);
  expect(() => checkModel(result.model)).not.toThrow();
  return result;
}

describe('shrinkModel', () => {
  it('filters of a chain go with their bias, norm, depthwise convolution, pool and the columns that saw them, through Flatten', () => {
    const model = graph([3, 8, 8], [
      ['conv', 'Conv', ['x', 'w1', 'b1'], { pads: ints(1, 1, 1, 1) }], ['bn', 'BatchNormalization', normInputs('conv', 'bn')], ['relu', 'Relu', ['bn']],
      ['dw', 'Conv', ['relu', 'w2', 'b2'], { group: int(8), pads: ints(1, 1, 1, 1) }], ['clip', 'Clip', ['dw', 'low', 'high']],
      ['pool', 'MaxPool', ['clip'], { kernel_shape: ints(2, 2), strides: ints(2, 2) }], ['flat', 'Flatten', ['pool']],
      ['gemm', 'Gemm', ['flat', 'w3', 'b3'], { transB: int(1) }],
    ], {
      w1: without(weight(1, [8, 3, 3, 3]), [1, 4, 6]), b1: weight(2, [8]), ...norm('bn', 8, 3), w2: weight(9, [8, 1, 3, 3]), b2: weight(10, [8]),
      low: dense('f32', [], Float32Array.of(0)), high: dense('f32', [], Float32Array.of(6)), w3: weight(11, [5, 128]), b3: weight(12, [5]),
    });
    const { model: small, layers, parametersBefore, parametersAfter } = same(model, [3, 8, 8], 1);
    expect([shapeOf(small, 'w1'), shapeOf(small, 'bn.v'), shapeOf(small, 'w2'), shapeOf(small, 'b2'), shapeOf(small, 'w3'), shapeOf(small, 'b3')])
      .toEqual([[5, 3, 3, 3], [5], [5, 1, 3, 3], [5], [5, 80], [5]]);
    expect(small.layers.find((l) => l.name === 'dw')!.attributes.get('group')).toEqual(int(5));
    expect(layers).toEqual([
      { layer: 'conv', operator: 'Conv', before: [3, 8], after: [3, 5] }, { layer: 'dw', operator: 'Conv', before: [8, 8], after: [5, 5] },
      { layer: 'gemm', operator: 'Gemm', before: [128, 5], after: [80, 5] },
    ]);
    expect(parametersAfter).toBeLessThan(0.7 * parametersBefore);
  });

  const residual = (goneA: readonly number[], goneB: readonly number[]): Model => graph([3, 6, 6], [
    ['a', 'Conv', ['x', 'wa', 'ba']], ['b', 'Conv', ['x', 'wb']], ['bn', 'BatchNormalization', normInputs('b', 'bn')], ['add', 'Add', ['a', 'bn']],
    ['relu', 'Relu', ['add']], ['out', 'Conv', ['relu', 'wo']],
  ], { wa: without(weight(21, [8, 3, 3, 3]), goneA), ba: weight(22, [8]), wb: without(weight(23, [8, 3, 3, 3]), goneB), ...norm('bn', 8, 24), wo: weight(28, [4, 8, 1, 1]) });

  it('both sides of an addition must agree', () => {
    const { model: small, masked } = same(residual([1, 2, 5], [2, 5, 7]), [3, 6, 6], 2);
    expect([shapeOf(small, 'wa'), shapeOf(small, 'wb'), shapeOf(small, 'wo')]).toEqual([[6, 3, 3, 3], [6, 3, 3, 3], [4, 6, 1, 1]]);
    // Channel 1 stays for the other side: what its bias adds is not lost.
    const bias = decode(masked.tensors.get('ba')!).data as Float32Array;
    expect([1, 2, 5, 7].map((c) => bias[c] === 0)).toEqual([false, true, true, false]);
    expect(shrinkModel(residual([1, 2], [3, 4])).layers).toEqual([]);
  });

  it('channels that nobody reads go, whatever they hold', () => {
    const model = residual([], []);
    const unread: Model = { ...model, tensors: new Map(model.tensors).set('wo', without(model.tensors.get('wo')!, [0, 3], 1)) };
    const { model: small } = same(unread, [3, 6, 6], 3);
    expect([shapeOf(small, 'wa'), shapeOf(small, 'bn.s'), shapeOf(small, 'wo')]).toEqual([[6, 3, 3, 3], [6], [4, 6, 1, 1]]);
    const batches = correlated(3, 2, [3, 6, 6]);
    const [a, b] = [outputsOf(unread, batches), outputsOf(small, batches)];
    a.forEach((v, i) => expect(b[i]!).toBeCloseTo(v, 3));
  });

  it('Concat, grouped convolutions and a gate multiplied in', () => {
    const model = graph([4, 6, 6], [
      ['a', 'Conv', ['x', 'wa']], ['b', 'Conv', ['x', 'wb']], ['cat', 'Concat', ['a', 'b'], { axis: int(1) }],
      ['g', 'Conv', ['cat', 'wg'], { group: int(4) }], ['mean', 'GlobalAveragePool', ['g']], ['gate', 'Conv', ['mean', 'ws', 'bs']], ['sig', 'Sigmoid', ['gate']],
      ['mul', 'Mul', ['g', 'sig']], ['out', 'Conv', ['mul', 'wo']],
    ], {
      wa: without(weight(31, [4, 4, 3, 3]), [2, 3]), wb: without(weight(32, [4, 4, 3, 3]), [0]), wg: weight(33, [12, 2, 3, 3]),
      ws: weight(34, [12, 12, 1, 1]), bs: weight(35, [12]), wo: weight(36, [2, 12, 1, 1]),
    });
    // Group 1 of four sees a's 2 and 3: it goes as a whole only if the gate's channels for it are dead too, which they are not read-wise: g is 0 there.
    const { model: small } = same(model, [4, 6, 6], 4);
    expect(shapeOf(small, 'wb')).toEqual([4, 4, 3, 3]);
    const silent: Model = { ...model, tensors: new Map(model.tensors).set('ws', without(model.tensors.get('ws')!, [3, 4, 5])).set('wo', without(model.tensors.get('wo')!, [3, 4, 5], 1)) };
    const { model: smaller } = same(silent, [4, 6, 6], 5);
    expect([shapeOf(smaller, 'wa'), shapeOf(smaller, 'wb'), shapeOf(smaller, 'wg'), shapeOf(smaller, 'ws'), shapeOf(smaller, 'wo')])
      .toEqual([[2, 4, 3, 3], [4, 4, 3, 3], [9, 2, 3, 3], [9, 9, 1, 1], [2, 9, 1, 1]]);
    expect(smaller.layers.find((l) => l.name === 'g')!.attributes.get('group')).toEqual(int(3));
  });

  it('inputs, outputs and operators that are not understood keep their channels; one channel always stays', () => {
    const chain = (operator: string): Model => graph([3, 6, 6], [['a', 'Conv', ['x', 'wa']], ['m', operator, ['a'], { axis: int(1) }], ['out', 'Conv', ['m', 'wo']]],
      { wa: without(weight(41, [6, 3, 3, 3]), [0, 1]), wo: without(weight(42, [4, 6, 1, 1]), [3]) });
    expect(shrinkModel(chain('Softmax')).layers).toEqual([]);
    expect(shapeOf(same(chain('Relu'), [3, 6, 6], 6).model, 'wo')).toEqual([4, 4, 1, 1]);
    const model = chain('Relu');
    const all = shrinkModel({ ...model, tensors: new Map(model.tensors).set('wa', without(model.tensors.get('wa')!, [0, 1, 2, 3, 4, 5])) });
    expect(shapeOf(all.model, 'wa')).toEqual([1, 3, 3, 3]);
  });

  it('after filter pruning a sparse model becomes a small dense one', () => {
    const model = graph([4, 6, 6], [['a', 'Conv', ['x', 'wa', 'ba']], ['r', 'Relu', ['a']], ['b', 'Conv', ['r', 'wb']], ['s', 'Relu', ['b']], ['out', 'Conv', ['s', 'wo']]],
      { wa: weight(51, [16, 4, 3, 3]), ba: weight(52, [16]), wb: weight(53, [16, 16, 3, 3]), wo: weight(54, [4, 16, 1, 1]) });
    const { model: pruned } = pruneModel(model, { scheme: { kind: 'filter', rate: 4 }, skip: ['out'] });
    const { model: small } = same(pruned, [4, 6, 6], 7);
    expect(['wa', 'ba', 'wb', 'wo'].map((name) => [small.tensors.get(name)!.kind, ...shapeOf(small, name)])).toEqual([
      ['dense', 4, 4, 3, 3], ['dense', 4], ['dense', 4, 4, 3, 3], ['dense', 4, 4, 1, 1],
    ]);
    expect(small.layers.map(({ scheme }) => scheme)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});
