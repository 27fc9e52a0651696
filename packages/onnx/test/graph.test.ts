import { describe, expect, it } from 'vitest';
import { attribute, decode, dense, FretworkError } from '@fretwork/format';
import { exportModel, importModel, planImport } from '@fretwork/onnx';
import { onnx } from '../src/schema/onnx.pb.js';
import { fileOf, floats, ints, node, type Recipe } from './build.js';

const XY: Recipe = { inputs: [['x', [2]]], outputs: [['y', [2]]] };

function thrown(run: () => unknown): FretworkError {
  try {
    run();
  } catch (error) {
    if (error instanceof FretworkError) return error;
    throw error;
  }
  throw new Error('nothing thrown');
}

describe('names and order', () => {
  it('names nameless layers after operator and output, and keeps names unique', () => {
    const model = importModel(fileOf({ ...XY, nodes: [
      node('Relu', ['x'], ['a']), node('Relu', ['a'], ['b'], {}, 'Relu_a'), node('Relu', ['b'], ['c'], {}, 'same'), node('Relu', ['c'], ['y'], {}, 'same'),
    ] }));
    expect(model.layers.map((layer) => layer.name)).toEqual(['Relu_a_2', 'Relu_a', 'same', 'Relu_y']);
  });

  it('orders layers so that they can run, and keeps an order that can', () => {
    const names = (nodes: readonly onnx.NodeFields[]): readonly string[] => importModel(fileOf({ ...XY, nodes })).layers.map((layer) => layer.outputs[0]!);
    const [a, b, y] = [node('Relu', ['x'], ['a']), node('Neg', ['x'], ['b']), node('Add', ['a', 'b'], ['y'])];
    expect(names([y, a, b])).toEqual(['a', 'b', 'y']);
    expect(names([b, a, y])).toEqual(['b', 'a', 'y']);
  });

  it('orders a chain of 50,000 layers written backwards', () => {
    const nodes = Array.from({ length: 50_000 }, (_, i) => node('Relu', [i === 0 ? 'x' : `v${i - 1}`], [i === 49_999 ? 'y' : `v${i}`])).reverse();
    expect(importModel(fileOf({ ...XY, nodes })).layers[0]!.inputs).toEqual(['x']);
  });

  it('reads a chain of 20,000 old Clips and Softmaxes without types in between', () => {
    const nodes = Array.from({ length: 20_000 }, (_, i) => node(i % 2 === 0 ? 'Clip' : 'Softmax', [i === 0 ? 'x' : `v${i - 1}`], [i === 19_999 ? 'y' : `v${i}`], i % 2 === 0 ? { min: 0 } : {}));
    const model = importModel(fileOf({ inputs: [['x', [1, 2]]], outputs: [['y', [1, 2]]], opset: 10, nodes }));
    expect(model.layers.length).toBe(20_000);
    expect(model.tensors.get('Clip_v19998/min')?.dtype).toBe('f32');
  });

  it.each([
    ['onnx.cycle', [node('Add', ['x', 'b'], ['a']), node('Relu', ['a'], ['b']), node('Relu', ['b'], ['y'])]],
    ['onnx.duplicate-name', [node('Relu', ['x'], ['y']), node('Neg', ['x'], ['y'])]],
    ['onnx.duplicate-name', [node('Relu', ['x'], ['x']), node('Relu', ['x'], ['y'])]],
    ['onnx.undefined-value', [node('Add', ['x', 'nobody'], ['y'])]],
    ['onnx.undefined-value', [node('Relu', ['x'], ['z'])]],
  ])('%s', (code, nodes) => {
    expect(thrown(() => importModel(fileOf({ ...XY, nodes }))).code).toBe(code);
  });
});

describe('constants and weights', () => {
  it('makes tensors of constants in each of their spellings', () => {
    const constants: readonly (readonly [string, unknown])[] = [
      ['value', floats('', [2], [1, 2])], ['value_float', 3], ['value_floats', [1, 2]], ['value_int', 4n], ['value_ints', [5n, 6n]],
    ];
    const model = importModel(fileOf({
      ...XY, nodes: [...constants.map(([name, value], i) => node('Constant', [], [`c${i}`], { [name]: value })), node('Add', ['x', 'c0'], ['y'])],
    }));
    expect(model.layers.length).toBe(1);
    expect([...model.tensors]).toEqual([
      ['c0', dense('f32', [2], Float32Array.of(1, 2))], ['c1', dense('f32', [], Float32Array.of(3))], ['c2', dense('f32', [2], Float32Array.of(1, 2))],
      ['c3', dense('i64', [], BigInt64Array.of(4n))], ['c4', dense('i64', [2], BigInt64Array.of(5n, 6n))],
    ]);
  });

  const sparse = (indices: onnx.TensorFields, values = floats('w', [3], [1, 2, 3]), dims = [2, 4]): onnx.SparseTensorFields => ({ values, indices, dims });
  const gemm: Recipe = { inputs: [['x', [1, 2]]], outputs: [['y', [1, 4]]], nodes: [node('Gemm', ['x', 'w'], ['y'])] };

  it('holds a sparse weight as CSR, and another sparse tensor dense', () => {
    const weight = importModel(fileOf({ ...gemm, sparse: [sparse(ints('', [3], [0, 3, 5]))] })).tensors.get('w')!;
    expect(weight.kind).toBe('sparse');
    expect(weight.kind === 'sparse' && weight.matrices.map((matrix) => matrix.encoding)).toEqual(['csr']);
    expect(decode(weight)).toEqual(dense('f32', [2, 4], Float32Array.of(1, 0, 0, 2, 0, 3, 0, 0)));
    const other = importModel(fileOf({
      inputs: [['x', [2, 4]]], outputs: [['y', [2, 4]]], nodes: [node('Add', ['x', 'w'], ['y'])], sparse: [sparse(ints('', [3, 2], [0, 0, 0, 3, 1, 1]))],
    })).tensors.get('w');
    expect(other).toEqual(dense('f32', [2, 4], Float32Array.of(1, 0, 0, 2, 0, 3, 0, 0)));
  });

  it.each([
    ['onnx.sparse-indices', sparse(ints('', [3], [0, 5, 3]))],
    ['onnx.sparse-indices', sparse(ints('', [3], [0, 3, 3]))],
    ['onnx.sparse-indices', sparse(ints('', [3], [0, 3, 8]))],
    ['onnx.sparse-indices', sparse(ints('', [3], [-1, 3, 5]))],
    ['onnx.sparse-indices', sparse(ints('', [3, 2], [0, 0, 0, 4, 1, 1]))],
    ['onnx.sparse-indices', sparse(ints('', [2], [0, 3]))],
    ['onnx.sparse-indices', sparse(floats('', [3], [0, 3, 5]))],
    ['onnx.sparse-values', sparse(ints('', [3], [0, 3, 5]), floats('w', [3, 1], [1, 2, 3]))],
    ['onnx.tensor-shape', sparse(ints('', [3], [0, 3, 5]), undefined, [-2, 4])],
    ['onnx.tensors-too-large', sparse(ints('', [3], [0, 3, 5]), undefined, [2 ** 20, 2 ** 20])],
  ])('%s of a sparse initialiser', (code, tensor) => {
    expect(thrown(() => importModel(fileOf({ ...gemm, sparse: [tensor] }))).code).toBe(code);
  });

  it('takes an initialiser that is an input for a weight', () => {
    const model = importModel(fileOf({ ...XY, inputs: [['x', [2]], ['w', [2]]], weights: [floats('w', [2], [1, 2])], nodes: [node('Add', ['x', 'w'], ['y'])] }));
    expect(model.inputs.map((value) => value.name)).toEqual(['x']);
  });
});

describe('refusals', () => {
  const graph = new Uint8Array([10, 0]);
  const bad: Recipe = {
    ...XY,
    inputs: [['x', [2]], ['s', [1], 8]],
    nodes: [
      node('Einsum', ['x'], ['a'], { equation: 'i->i' }, 'first'),
      { ...node('FusedMatMul', ['x', 'x'], ['b'], {}, 'second'), domain: 'com.microsoft' },
      { ...node('If', ['x'], ['c'], {}, 'third'), attribute: [{ name: 'then_branch', type: 5, g: graph }] },
      node('Relu', ['x'], ['d'], { colour: 1n }, 'fourth'),
      node('Conv', ['x'], ['e'], {}, 'fifth'),
      node('Concat', ['x'], ['f'], {}, 'sixth'),
      node('Cast', ['x'], ['g'], { to: 8n }, 'seventh'),
      node('Softmax', ['x'], ['h'], { axis: 1.5 }, 'eighth'),
      node('Local', ['x'], ['i'], {}, 'ninth'),
      node('Constant', [], ['j'], {}, 'tenth'),
      node('Relu', ['x'], ['y'], {}, 'good'),
    ],
    weights: [{ name: 'text', dataType: 8, dims: [1], stringData: [new Uint8Array(1)] }],
    model: { functions: [{ name: 'Local', domain: '' }] },
  };

  it('are all in one error, by name', () => {
    const bytes = fileOf(bad);
    const error = thrown(() => importModel(bytes));
    expect(error.code).toBe('onnx.unsupported');
    for (const name of ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth', 'text', 's']) {
      expect(error.message).toContain(`"${name}"`);
    }
    expect(error.message).not.toContain('"good"');
    expect(error.message).toContain('com.microsoft::FusedMatMul');
    expect(planImport(bytes).problems.map(({ kind, name, part }) => `${kind} ${name} ${part}`)).toEqual([
      'layer first operator', 'layer second operator', 'layer third operator', 'layer ninth operator', 'layer tenth attribute',
      'tensor text type', 'value s type', 'layer fourth attribute', 'layer fifth arity', 'layer sixth attribute', 'layer seventh type', 'layer eighth attribute',
    ]);
  });

  it.each([
    ['onnx.opset', fileOf({ ...XY, opset: 28, nodes: [node('Relu', ['x'], ['y'])] })],
    ['onnx.opset', fileOf({ ...XY, model: { opsetImport: [] }, nodes: [node('Relu', ['x'], ['y'])] })],
    ['onnx.opset', fileOf({ ...XY, model: { opsetImport: [{ version: 13 }, { domain: 'ai.onnx', version: 14 }] } })],
    ['onnx.malformed', new Uint8Array(0)],
    ['onnx.malformed', onnx.ModelProto.encode({ opsetImport: [{ version: 13 }] }).finish()],
    ['onnx.malformed', Uint8Array.of(0x3a, 0x7f)],
    ['onnx.malformed', new Uint8Array(40_000).fill(0x3b)],
    ['onnx.schemes', fileOf({ ...XY, nodes: [node('Relu', ['x'], ['y'])], model: { metadataProps: [{ key: 'fretwork.schemes', value: '{' }] } })],
    ['onnx.schemes', fileOf({ ...XY, nodes: [node('Relu', ['x'], ['y'])], model: { metadataProps: [{ key: 'fretwork.schemes', value: '{"a":{"kind":"toString"}}' }] } })],
    ['onnx.schemes', fileOf({ ...XY, nodes: [node('Relu', ['x'], ['y'])], model: { metadataProps: [{ key: 'fretwork.schemes', value: '{"a":{"kind":"filter","rate":"4"}}' }] } })],
  ])('%s', (code, bytes) => {
    expect(thrown(() => importModel(bytes)).code).toBe(code);
  });

  it('limits bytes, nodes, fields and tensors', () => {
    const bytes = fileOf({ ...XY, weights: [floats('w', [2], [1, 2])], nodes: [node('Add', ['x', 'w'], ['z']), node('Relu', ['z'], ['y'])] });
    const under = (limits: object): string => thrown(() => importModel(bytes, { limits })).code;
    expect(under({ fileBytes: bytes.length - 1 })).toBe('onnx.too-large');
    expect(under({ nodes: 1 })).toBe('onnx.too-many-nodes');
    expect(under({ fields: 20 })).toBe('onnx.too-many-fields');
    expect(under({ tensorBytes: 7 })).toBe('onnx.tensors-too-large');
    const long = fileOf({ ...XY, nodes: [node('Constant', [], ['c'], { value_ints: new Array(5000).fill(1n) }), node('Relu', ['x'], ['y'])] });
    expect(thrown(() => importModel(long, { limits: { fields: 4000 } })).code).toBe('onnx.too-many-fields');
  });
});

it('keeps what a file says of itself and of its values', () => {
  const model = importModel(fileOf({
    ...XY, inputs: [['x', ['batch', 2, '']]], values: [['z', [-1, 2, 5]], ['nobody', [1]]], outputs: [['y', undefined]], opset: 17,
    nodes: [node('Relu', ['x'], ['z']), node('Transpose', ['z'], ['y'], { perm: [0n, 2n, 1n] })],
    model: { producerName: 'p', producerVersion: '1', docString: 'd', metadataProps: [{ key: 'k', value: 'v' }, { key: 'k', value: 'w' }] },
  }));
  expect(model.inputs).toEqual([{ name: 'x', dtype: 'f32', shape: ['batch', 2, '?'] }]);
  expect(model.values).toEqual([{ name: 'z', dtype: 'f32', shape: ['?', 2, 5] }]);
  expect(model.outputs).toEqual([{ name: 'y', dtype: 'f32' }]);
  expect(model.provenance).toEqual({ producer: 'p', producerVersion: '1', sourceOpset: 17, doc: 'd', metadata: [['k', 'v'], ['k', 'w']] });
  expect(attribute(model.layers[1]!, 'perm', 'ints', [])).toEqual([0, 2, 1]);
  expect(exportModel(model)).toEqual(exportModel(importModel(exportModel(model))));
});
