import { describe, expect, it } from 'vitest';
import { dense, elementCount, FretworkError, OPERATOR_FORM, type DenseTensor } from '@fretwork/format';
import { exportModel, FORM_CHANGES, importModel, planImport } from '@fretwork/onnx';
import { fileOf, floats, ints, node, type Declared, type Recipe } from './build.js';
import { randomOf } from './random.js';
import { difference, needRuntime, runOnnx, type Values } from './runtime.js';

const MAX = 2n ** 63n - 1n;
const x = (...shape: number[]): readonly Declared[] => [['x', shape]];
const y: readonly Declared[] = [['y', undefined]];
const reduced = ['ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceProd', 'ReduceSum', 'ReduceSumSquare'];

/** Files in old forms: all are `x` → `y`, positive numbers in. */
const CASES: readonly (readonly [what: string, recipe: Recipe, operators: readonly string[]])[] = [
  ['Squeeze 11', { opset: 11, inputs: x(1, 3, 1), outputs: y, nodes: [node('Squeeze', ['x'], ['y'], { axes: [-1n] })] }, ['Squeeze']],
  ['Squeeze 11 of all', { opset: 11, inputs: x(1, 3, 1), outputs: y, nodes: [node('Squeeze', ['x'], ['y'])] }, ['Squeeze']],
  ['Unsqueeze 9', { opset: 9, inputs: x(3), outputs: y, nodes: [node('Unsqueeze', ['x'], ['y'], { axes: [0n, 2n] })] }, ['Unsqueeze']],
  ...reduced.map((operator) => [`${operator} 11`, {
    opset: 11, inputs: x(2, 3, 4), outputs: y, nodes: [node(operator, ['x'], ['y'], { axes: [-1n, 0n], keepdims: 0n })],
  }, [operator]] as const),
  ['Slice 9', { opset: 9, inputs: x(4, 5, 3), outputs: y, nodes: [node('Slice', ['x'], ['y'], { starts: [1n, -4n], ends: [MAX, -1n], axes: [0n, 1n] })] }, ['Slice']],
  ['Slice 9 without axes', { opset: 9, inputs: x(4, 5), outputs: y, nodes: [node('Slice', ['x'], ['y'], { starts: [1n], ends: [3n] })] }, ['Slice']],
  ['Split 11', { opset: 11, inputs: x(2, 6), outputs: [['y', undefined], ['z', undefined]], nodes: [node('Split', ['x'], ['y', 'z'], { axis: 1n, split: [2n, 4n] })] }, ['Split']],
  ['Split 11 in halves', { opset: 11, inputs: x(2, 6), outputs: [['y', undefined], ['z', undefined]], nodes: [node('Split', ['x'], ['y', 'z'], { axis: -1n })] }, ['Split']],
  ['Split 13 in halves', { opset: 13, inputs: x(4), outputs: [['y', undefined], ['z', undefined]], nodes: [node('Split', ['x'], ['y', 'z'])] }, ['Split']],
  ['Clip 6', { opset: 7, inputs: x(5), outputs: y, nodes: [node('Clip', ['x'], ['y'], { min: 0.2, max: 0.75 })] }, ['Clip']],
  ['Clip 6 from above', { opset: 10, inputs: x(5), outputs: y, nodes: [node('Relu', ['x'], ['r']), node('Clip', ['r'], ['y'], { max: 0.5 })] }, ['Relu', 'Clip']],
  ['Pad 2', { opset: 8, inputs: x(2, 3), outputs: y, nodes: [node('Pad', ['x'], ['y'], { pads: [0n, 1n, 2n, 0n], value: 1.5 })] }, ['Pad']],
  ['Pad 2 by reflection', { opset: 10, inputs: x(2, 3), outputs: y, nodes: [node('Pad', ['x'], ['y'], { pads: [0n, 1n, 1n, 0n], mode: 'reflect' })] }, ['Pad']],
  ['TopK 1', { opset: 9, inputs: x(3, 5), outputs: [['y', undefined], ['z', undefined, 7]], nodes: [node('TopK', ['x'], ['y', 'z'], { k: 2n, axis: 1n })] }, ['TopK']],
  ['Dropout 7', { opset: 9, inputs: x(5), outputs: y, nodes: [node('Dropout', ['x'], ['y', 'unread'], { ratio: 0.3 })] }, ['Dropout']],
  ['Dropout 10', { opset: 11, inputs: x(5), outputs: y, nodes: [node('Dropout', ['x'], ['y'], { ratio: 0.3 })] }, ['Dropout']],
  ['Upsample 7', { opset: 7, inputs: x(1, 1, 2, 3), outputs: y, nodes: [node('Upsample', ['x'], ['y'], { scales: [1, 1, 2, 1.5] })] }, ['Resize']],
  ['Upsample 9', { opset: 9, inputs: x(1, 1, 2, 3), outputs: y, weights: [floats('s', [4], [1, 1, 2, 3])], nodes: [node('Upsample', ['x', 's'], ['y'], { mode: 'linear' })] }, ['Resize']],
  ['Resize 10, larger', { opset: 10, inputs: x(1, 1, 3, 4), outputs: y, weights: [floats('s', [4], [1, 1, 1.7, 2.3])], nodes: [node('Resize', ['x', 's'], ['y'])] }, ['Resize']],
  ['Resize 10, smaller', { opset: 10, inputs: x(1, 1, 4, 5), outputs: y, weights: [floats('s', [4], [1, 1, 0.6, 0.6])], nodes: [node('Resize', ['x', 's'], ['y'])] }, ['Resize']],
  ['Resize 10, linear', { opset: 10, inputs: x(1, 1, 4, 5), outputs: y, weights: [floats('s', [4], [1, 1, 0.5, 1.5])], nodes: [node('Resize', ['x', 's'], ['y'], { mode: 'linear' })] }, ['Resize']],
  ['Resize 11', {
    opset: 11, inputs: x(1, 1, 4, 5), outputs: y, weights: [floats('empty', [0], []), ints('sizes', [4], [1, 1, 7, 3])],
    nodes: [node('Resize', ['x', 'empty', 'empty', 'sizes'], ['y'], { coordinate_transformation_mode: 'align_corners', mode: 'linear' })],
  }, ['Resize']],
  ['Softmax 11 of a matrix', { opset: 11, inputs: x(3, 4), outputs: y, nodes: [node('Relu', ['x'], ['r']), node('Softmax', ['r'], ['y'])] }, ['Relu', 'Softmax']],
  ['Softmax 11 of three dimensions', { opset: 11, inputs: x(2, 3, 4), outputs: y, nodes: [node('Softmax', ['x'], ['y'], { axis: 1n })] }, ['Shape', 'Flatten', 'Softmax', 'Reshape']],
  ['LogSoftmax 7 of three dimensions', { opset: 7, inputs: x(2, 3, 4), outputs: y, nodes: [node('LogSoftmax', ['x'], ['y'], { axis: 0n })] }, ['Shape', 'Flatten', 'LogSoftmax', 'Reshape']],
  ['Softmax 11, last axis', { opset: 11, inputs: x(2, 3, 4), outputs: y, nodes: [node('Softmax', ['x'], ['y'], { axis: 2n })] }, ['Softmax']],
  ['Scatter 9', {
    opset: 9, inputs: x(3, 2), outputs: y, weights: [ints('i', [1, 2], [2, 0]), floats('u', [1, 2], [5, 6])], nodes: [node('Scatter', ['x', 'i', 'u'], ['y'], { axis: 0n })],
  }, ['ScatterElements']],
  ['BatchNormalization 7', {
    opset: 7, inputs: x(1, 2, 3, 3), outputs: y, weights: ['a', 'b', 'c', 'd'].map((name, i) => floats(name, [2], [1 + i, 0.5])),
    nodes: [node('BatchNormalization', ['x', 'a', 'b', 'c', 'd'], ['y'], { spatial: 1n, epsilon: 0.01 })],
  }, ['BatchNormalization']],
  ['BatchNormalization 9', {
    opset: 9, inputs: x(1, 2, 3, 3), outputs: y, weights: ['a', 'b', 'c', 'd'].map((name, i) => floats(name, [2], [1 + i, 0.5])),
    nodes: [node('BatchNormalization', ['x', 'a', 'b', 'c', 'd'], ['y', '', ''])],
  }, ['BatchNormalization']],
  ['Cast 24', { opset: 24, inputs: x(3), outputs: [['y', undefined, 7]], nodes: [node('Cast', ['x'], ['y'], { to: 7n, round_mode: 'up' })] }, ['Cast']],
  ['CastLike 24', { opset: 24, inputs: x(3), outputs: [['y', undefined, 7]], weights: [ints('t', [], [0])], nodes: [node('CastLike', ['x', 't'], ['y'], { round_mode: 'up' })] }, ['CastLike']],
  ['Range 27', {
    opset: 27, inputs: [['x', []]], outputs: y, weights: [floats('a', [], [0]), floats('d', [], [0.25])], nodes: [node('Range', ['a', 'x', 'd'], ['y'], { stash_type: 1n })],
  }, ['Range']],
  ['Gemm 9', { opset: 9, inputs: x(2, 3), outputs: y, weights: [floats('w', [3, 2], [1, 2, 3, 4, 5, 6]), floats('b', [2], [1, 2])], nodes: [node('Gemm', ['x', 'w', 'b'], ['y'])] }, ['Gemm']],
];

/** Files that ONNX Runtime 1.30 refuses: outputs left out by name, an opset newer than it promises. */
const NOT_RUN = ['BatchNormalization 9', 'Range 27'];

function inputsOf(recipe: Recipe): Values {
  const random = randomOf(7);
  return new Map(recipe.inputs!.map(([name, shape]): [string, DenseTensor] => {
    const sizes = shape as number[];
    return [name, dense('f32', sizes, Float32Array.from({ length: elementCount(sizes) }, () => 0.1 + random()))];
  }));
}

describe('old forms', () => {
  it.each(CASES)('%s is brought to the one form', async (_what, recipe, operators) => {
    const bytes = fileOf(recipe);
    const model = importModel(bytes);
    expect(model.layers.map((layer) => layer.operator)).toEqual(operators);
    const read = new Set(model.layers.flatMap((layer) => layer.inputs));
    expect([...model.tensors.keys()].filter((name) => !read.has(name)), 'tensors that nobody reads').toEqual([]);
  });

  const runnable = CASES.filter(([what]) => !NOT_RUN.includes(what));
  it.for(runnable)('%s means the same to ONNX Runtime afterwards', async ([, recipe], ctx) => {
    needRuntime(ctx);
    const bytes = fileOf(recipe);
    const ours = await runOnnx(exportModel(importModel(bytes)), inputsOf(recipe), true);
    for (const [name, tensor] of await runOnnx(bytes, inputsOf(recipe), true)) expect(difference(ours.get(name)!, tensor), name).toBeLessThan(1e-6);
  });

  it('has a case for every row of the table', () => {
    const said = new Set(CASES.flatMap(([, recipe]) => planImport(fileOf(recipe)).layers.flatMap(({ changes }) =>
      changes.flatMap((change) => [...recipe.nodes!.map((n) => n.opType), 'Resize'].map((operator) => `${operator}: ${change}`)))));
    expect(FORM_CHANGES.map((row) => `${row.operator}: ${row.says}`).filter((row) => !said.has(row))).toEqual([]);
    expect(FORM_CHANGES.every((row) => (row.before ?? row.since!) > 0 && (row.since ?? 0) < 28 && OPERATOR_FORM === 22)).toBe(true);
  });
});

const refusals: readonly (readonly [what: string, recipe: Recipe, reason: RegExp])[] = [
  ['statistics per element', { opset: 7, nodes: [node('BatchNormalization', ['x', 'x', 'x', 'x', 'x'], ['y'], { spatial: 0n })] }, /spatial = 0/],
  ['training', { opset: 9, nodes: [node('BatchNormalization', ['x', 'x', 'x', 'x', 'x'], ['y', 'm', 'v'])] }, /training mode/],
  ['a mask of numbers', { opset: 9, nodes: [node('Dropout', ['x'], ['d', 'm']), node('Add', ['d', 'm'], ['y'])] }, /mask is used/],
  ['unknown scales', { opset: 10, nodes: [node('Resize', ['x', 'x'], ['y'])] }, /scales are not constant/],
  ['a coordinate mode that is gone', { opset: 11, weights: [floats('r', [0], []), floats('s', [1], [2])], nodes: [node('Resize', ['x', 'r', 's'], ['y'], { coordinate_transformation_mode: 'tf_half_pixel_for_nn' })] }, /tf_half_pixel_for_nn/],
  ['a Range in other precision', { opset: 27, nodes: [node('Range', ['x', 'x', 'x'], ['y'], { stash_type: 11n })] }, /stash_type/],
  ['an operator that came later', { opset: 13, nodes: [node('Gelu', ['x'], ['y'])] }, /opset 13 does not have this operator/],
  ['an operator that is gone', { opset: 11, nodes: [node('Upsample', ['x', 'x'], ['y'])] }, /no longer has this operator/],
  ['broadcasting of old', { opset: 6, nodes: [node('Add', ['x', 'x'], ['y'], { broadcast: 1n })] }, /its form before opset 7/],
  ['a Clip of integers', { opset: 10, inputs: [['x', [2], 7]], nodes: [node('Clip', ['x'], ['y'], { min: 0 })] }, /neither f32 nor f64/],
];

it.each(refusals)('refuses by name: %s', (_what, recipe, reason) => {
  const bytes = fileOf({ inputs: x(2), outputs: y, ...recipe });
  expect(planImport(bytes).problems.map((problem) => problem.reason).join()).toMatch(reason);
  expect(() => importModel(bytes)).toThrow(FretworkError);
});
