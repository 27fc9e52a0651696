import { describe, expect, it } from 'vitest';
import { FretworkError, inferShapes, SHAPE_RULES, type Layer, type Model } from '@fretwork/format';
import { enforce } from '../../src/rules/rule.js';
import { f32, i64, layer, model, scalar } from './case.js';

const image = { name: 'x', dtype: 'f32', shape: ['N', 3, 8, 8] } as const;

/** Flattens by hand, as exporters write it: Shape → Gather → Unsqueeze → Concat → Reshape. */
const flattening = (parts: Partial<Model> = {}): Model => model({
  inputs: [image],
  tensors: new Map([['zero', scalar(0)], ['axes', i64(0)], ['rest', i64(-1)]]),
  layers: [
    layer('Shape', ['x'], ['s']),
    layer('Gather', ['s', 'zero'], ['n']),
    layer('Unsqueeze', ['n', 'axes'], ['n1']),
    layer('Concat', ['n1', 'rest'], ['target'], { axis: 0 }),
    layer('Reshape', ['x', 'target'], ['y']),
  ],
  ...parts,
});

describe('inferShapes', () => {
  it('carries names of sizes through shape arithmetic', () => {
    const { values, problems } = inferShapes(flattening());
    expect(problems).toEqual([]);
    expect(values.get('target')).toEqual({ dtype: 'i64', shape: [2], elements: ['N', -1] });
    expect(values.get('y')).toEqual({ dtype: 'f32', shape: ['N', 192] });
  });

  it('computes sizes: the half of a size as a target of Resize', () => {
    const { values } = inferShapes(model({
      inputs: [{ ...image, shape: [1, 3, 8, 10] }],
      tensors: new Map([['two', i64(2, 2)], ['start', i64(2)], ['end', i64(4)], ['head', i64(1, 3)]]),
      layers: [
        layer('Shape', ['x'], ['s']), layer('Slice', ['s', 'start', 'end'], ['hw']), layer('Div', ['hw', 'two'], ['half']),
        layer('Concat', ['head', 'half'], ['sizes'], { axis: 0 }), layer('Resize', ['x', '', '', 'sizes'], ['y']),
      ],
    }));
    expect(values.get('y')?.shape).toEqual([1, 3, 4, 5]);
  });

  it('gives a name its number everywhere', () => {
    const given = flattening({ values: [{ name: 'y', dtype: 'f32', shape: ['N', 192] }] });
    expect(inferShapes(given, { x: [5, 3, 8, 8] }).values.get('y')?.shape).toEqual([5, 192]);
    const two = model({
      inputs: [{ name: 'a', dtype: 'f32', shape: ['N', 2] }, { name: 'b', dtype: 'f32', shape: ['N', 3] }],
      layers: [layer('Concat', ['a', 'b'], ['y'], { axis: 1 })],
    });
    expect(inferShapes(two, { a: [7, 2] }).values.get('y')?.shape).toEqual([7, 5]);
    expect(inferShapes(two, { a: [7, 2], b: [8, 3] }).problems.map((p) => p.code)).toContain('shape.input');
  });

  it('tells given shapes that no input has', () => {
    expect(inferShapes(flattening(), { x: [1, 4, 8, 8] }).problems[0]).toMatchObject({ code: 'shape.input', value: 'x', expected: '[N, 3, 8, 8]', actual: '[1, 4, 8, 8]' });
    expect(inferShapes(flattening(), { z: [1] }).problems[0]).toMatchObject({ code: 'shape.input', value: 'z' });
    expect(inferShapes(flattening(), JSON.parse('{"__proto__": [1]}') as Record<string, number[]>).problems[0]).toMatchObject({ value: '__proto__' });
  });

  it('compares what the model declares, and fills gaps with it', () => {
    const wrong = inferShapes(flattening({ outputs: [{ name: 'y', dtype: 'f32', shape: ['N', 190] }] }));
    expect(wrong.problems).toEqual([{
      code: 'shape.declared', layer: 'Reshape-y', value: 'y', says: 'the declared shape is another', expected: '[N, 192]', actual: '[N, 190]',
    }]);
    expect(inferShapes(flattening({ outputs: [{ name: 'y', dtype: 'f16', shape: ['M', 192] }] })).problems.map((p) => p.code)).toEqual(['shape.dtype']);
    const custom: Layer = { ...layer('Mystery', ['x'], ['h']), domain: 'org.example' };
    const table = inferShapes(model({
      inputs: [image], layers: [custom, layer('Relu', ['h'], ['y'])], values: [{ name: 'h', dtype: 'f32', shape: ['N', 5] }],
    }));
    expect(table.unknownLayers).toEqual([custom]);
    expect(table.values.get('y')).toEqual({ dtype: 'f32', shape: ['N', 5] });
    expect(inferShapes(model({ inputs: [image], layers: [custom, layer('Relu', ['h'], ['y'])] })).values.get('y')).toEqual({});
  });

  it('goes on after a contradiction, and tells each by its layer', () => {
    const table = inferShapes(model({
      inputs: [image],
      tensors: new Map([['w', f32(1, 2, 3)]]),
      layers: [layer('Add', ['x', 'w'], ['a']), layer('Relu', ['a'], ['b']), layer('Flatten', ['x'], ['c'], { axis: 9 })],
    }));
    expect(table.problems.map(({ code, layer: name }) => [code, name])).toEqual([['shape.broadcast', 'Add-a'], ['shape.axis', 'Flatten-c']]);
    expect(table.values.get('b')).toEqual({});
  });

  it('takes hostile files calmly', () => {
    const many = Array.from({ length: 200_000 }, () => 'x');
    const table = i64(...Array.from({ length: 4096 }, () => 1));
    const result = inferShapes(model({
      inputs: [image, { name: 'deep', dtype: 'f32', shape: Array.from({ length: 5000 }, () => 1) }],
      tensors: new Map([['table', table], ['big', i64(2 ** 52)]]),
      layers: [
        ...['Sum', 'Max', 'Concat', 'Einsum'].map((operator, i) => layer(operator, many, [`m${i}`])),
        layer('ConstantOfShape', ['big'], ['huge']),
        layer('ConstantOfShape', ['table'], ['ranked']),
        layer('Relu', ['deep'], ['deeper']),
        ...Array.from({ length: 3000 }, (_, i) => layer('Add', ['table', 'table'], [`t${i}`])),
      ],
    }));
    expect(result.values.get('huge')?.shape).toEqual([2 ** 52]);
    const held = [...result.values.values()].reduce((sum, value) => sum + (value.elements?.length ?? 0), 0);
    expect(held).toBeLessThanOrEqual(2 ** 20);
    expect(result.values.get('t2999')?.shape).toEqual([4096]);
    expect(new Set(result.problems.map((p) => p.code))).toEqual(new Set(['shape.rank', 'shape.einsum']));
  });

  it('follows thousands of layers', () => {
    const layers = Array.from({ length: 20_000 }, (_, i) => layer('Relu', [i === 0 ? 'x' : `h${i - 1}`], [`h${i}`]));
    expect(inferShapes(model({ inputs: [image], layers })).values.get('h19999')?.shape).toEqual(image.shape);
  });
});

describe('the rule shapes.agree', () => {
  it('lets good models pass and names the layer of a bad one', () => {
    expect(() => enforce(SHAPE_RULES, flattening())).not.toThrow();
    const bad = model({ inputs: [image], layers: [layer('Flatten', ['x'], ['y'], { axis: 9 })] });
    let thrown: unknown;
    try {
      enforce(SHAPE_RULES, bad);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(FretworkError);
    expect((thrown as FretworkError).code).toBe('shapes.agree');
    expect((thrown as FretworkError).details).toMatchObject({ layer: 'Flatten-y', expected: '-5 to 4', actual: '9' });
  });
});
