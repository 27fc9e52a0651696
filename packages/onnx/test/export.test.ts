import { describe, expect, it } from 'vitest';
import { decode, dense, encode, FretworkError, type Activation, type Layer, type Model, type Scheme } from '@fretwork/format';
import { exportModel, importModel, OPERATORS, SCHEMES_KEY } from '@fretwork/onnx';
import { onnx } from '../src/schema/onnx.pb.js';
import { randomModel } from './random-model.js';
import { difference, needRuntime, runOnnx } from './runtime.js';
import { expectSame } from './same-model.js';

const SEED = 4_711;

const layer = (name: string, operator: string, inputs: readonly string[], outputs: readonly string[], more: Partial<Layer> = {}): Layer =>
  ({ name, operator, domain: '', inputs, outputs, attributes: new Map(), ...more });

function modelOf(layers: readonly Layer[], more: Partial<Model> = {}): Model {
  return {
    name: 'm', inputs: [{ name: 'x', dtype: 'f32', shape: [2, 3] }], outputs: [{ name: 'y', dtype: 'f32' }], values: [], layers,
    tensors: new Map([['w', dense('f32', [3, 2], Float32Array.of(1, -2, 3, -4, 5, -6))]]),
    provenance: { producer: 'test', producerVersion: '', sourceOpset: 0, doc: '', metadata: [['k', 'v']] }, ...more,
  };
}

const thrown = (run: () => unknown): FretworkError => {
  try {
    run();
  } catch (error) {
    if (error instanceof FretworkError) return error;
    throw error;
  }
  throw new Error('nothing thrown');
};

const opsetOf = (bytes: Uint8Array): number => onnx.ModelProto.decode(bytes).opsetImport[0]!.version.low;
const irOf = (bytes: Uint8Array): number => onnx.ModelProto.decode(bytes).irVersion.low;

describe('random models', () => {
  it.each(Array.from({ length: 60 }, (_, i) => SEED + i))('come back from export (seed %i)', (seed) => {
    const model = randomModel(seed);
    const bytes = exportModel(model);
    expectSame(importModel(bytes), model, `seed ${seed}`);
    expect(exportModel(importModel(bytes))).toEqual(bytes);
  });
});

describe('fused activations', () => {
  const cases: readonly (readonly [Activation, string, (x: number) => number])[] = [
    [{ kind: 'relu' }, 'Relu', (x) => Math.max(0, x)],
    [{ kind: 'clip', alpha: -1, beta: 2 }, 'Clip', (x) => Math.min(2, Math.max(-1, x))],
    [{ kind: 'clip', beta: 2 }, 'Clip', (x) => Math.min(2, x)],
    [{ kind: 'clip', alpha: -1 }, 'Clip', (x) => Math.max(-1, x)],
    [{ kind: 'leaky-relu', alpha: 0.25 }, 'LeakyRelu', (x) => (x < 0 ? x / 4 : x)],
    [{ kind: 'sigmoid' }, 'Sigmoid', (x) => 1 / (1 + Math.exp(-x))],
    [{ kind: 'tanh' }, 'Tanh', Math.tanh],
    [{ kind: 'hard-sigmoid', alpha: 0.25, beta: 0.375 }, 'HardSigmoid', (x) => Math.min(1, Math.max(0, x / 4 + 0.375))],
    [{ kind: 'hard-swish' }, 'HardSwish', (x) => x * Math.min(1, Math.max(0, x / 6 + 0.5))],
  ];

  it.for(cases)('%o becomes %s', async ([activation, operator, curve], ctx) => {
    const plain = modelOf([layer('gemm', 'Gemm', ['x', 'w'], ['y'])]);
    const fused = modelOf([layer('gemm', 'Gemm', ['x', 'w'], ['y'], { activation })]);
    const bytes = exportModel(fused);
    const back = importModel(bytes);
    expect(back.layers.map((l) => [l.name, l.operator])).toEqual([['gemm', 'Gemm'], [`gemm/${activation.kind}`, operator]]);
    expect(back.layers[1]!.outputs).toEqual(['y']);
    needRuntime(ctx);
    const inputs = new Map([['x', dense('f32', [2, 3], Float32Array.of(0.1, -0.2, 0.3, 1, -0.5, 0.25))]]);
    const linear = (await runOnnx(exportModel(plain), inputs)).get('y')!;
    const expected = dense('f32', [2, 2], Float32Array.from(linear.data as Float32Array, curve));
    expect(difference((await runOnnx(bytes, inputs)).get('y')!, expected)).toBeLessThan(1e-5);
  });

  it('keeps the names that are taken', () => {
    const back = importModel(exportModel(modelOf([
      layer('gemm', 'Gemm', ['x', 'w'], ['gemm/linear'], { activation: { kind: 'relu' } }), layer('gemm/relu', 'Neg', ['gemm/linear'], ['y']),
    ])));
    expect(back.layers.map((l) => [l.name, ...l.outputs])).toEqual([['gemm', 'gemm/linear_2'], ['gemm/relu_2', 'gemm/linear'], ['gemm/relu', 'y']]);
  });
});

describe('opsets', () => {
  const gemm = layer('a', 'Gemm', ['x', 'w'], ['y']);
  const reduced = layer('a', 'ReduceMax', ['x'], ['y']);

  it('is the lowest that has all forms', () => {
    expect(opsetOf(exportModel(modelOf([gemm])))).toBe(13);
    expect(opsetOf(exportModel(modelOf([reduced])))).toBe(18);
    expect(opsetOf(exportModel(modelOf([layer('a', 'Shape', ['x'], ['y'], { attributes: new Map([['start', { type: 'int', value: 1 }]]) })], { outputs: [{ name: 'y', dtype: 'i64' }] })))).toBe(15);
    expect(opsetOf(exportModel(modelOf([layer('a', 'Gelu', ['x'], ['y'])])))).toBe(20);
  });

  it('is not below that of the source, and not above what is written', () => {
    const from = (sourceOpset: number): number => opsetOf(exportModel(modelOf([gemm], { provenance: { ...modelOf([]).provenance, sourceOpset } })));
    expect([7, 17, 27].map(from)).toEqual([13, 17, 26]);
  });

  it('can be asked for, with the IR version that goes with it', () => {
    for (const [opset, ir] of [[13, 7], [15, 8], [18, 8], [19, 9], [21, 10], [23, 11], [24, 12], [25, 13], [26, 13]] as const) {
      const bytes = exportModel(modelOf([gemm]), { opset });
      expect([opsetOf(bytes), irOf(bytes)]).toEqual([opset, ir]);
    }
    for (const opset of [12, 27, 13.5]) expect(thrown(() => exportModel(modelOf([gemm]), { opset })).code).toBe('onnx.export-opset');
    const error = thrown(() => exportModel(modelOf([reduced]), { opset: 17 }));
    expect(error.code).toBe('onnx.export-opset');
    expect(error.message).toContain('"a" (ReduceMax)');
  });
});

it('refuses all layers without an ONNX form in one error', () => {
  const error = thrown(() => exportModel(modelOf([layer('a', 'Magic', ['x'], ['b']), layer('c', 'Relu', ['b'], ['d'], { domain: 'my' }), layer('e', 'Conv', ['d'], ['y'])])));
  expect(error.code).toBe('onnx.unsupported');
  for (const name of ['"a"', '"c"', '"e"']) expect(error.message).toContain(name);
});

describe('schemes', () => {
  const schemes: readonly Scheme[] = [
    { kind: 'dense' }, { kind: 'unstructured', rate: 3.5 }, { kind: 'filter', rate: 2 }, { kind: 'channel', rate: 2 }, { kind: 'pattern', rate: 2.25, keep: 1, patterns: 8 },
    { kind: 'block-punched', rate: 4, blockFilters: 8, blockChannels: 4 }, { kind: 'bcr', rate: 10, blockRows: 8, blockColumns: 32, rowShare: 0.25 },
  ];
  it.each(schemes)('%o comes back in the metadata', (scheme) => {
    const model = modelOf([layer('__proto__', 'Gemm', ['x', 'w'], ['y'], { scheme })]);
    const bytes = exportModel(model);
    expect(onnx.ModelProto.decode(bytes).metadataProps.map((entry) => entry.key)).toEqual(['k', SCHEMES_KEY]);
    expectSame(importModel(bytes), model, scheme.kind);
  });

  it('sparse weights become dense, and are recognised with their scheme on request', () => {
    const values = new Float32Array(64 * 64);
    for (let r = 0; r < 64; r++) for (let c = 0; c < 64; c++) if ((c + Math.floor(r / 8) * 3) % 5 === 0) values[r * 64 + c] = r + c + 1;
    const tensor = dense('f32', [64, 64], values);
    const view = { count: 1, rows: 64, columns: 64, order: 'row-major', kernel: 1 } as const;
    const model = modelOf([layer('fc', 'Gemm', ['x', 'w'], ['y'], { attributes: new Map([['transB', { type: 'int', value: 1 }]]) })], {
      inputs: [{ name: 'x', dtype: 'f32', shape: [1, 64] }], tensors: new Map([['w', encode(tensor, view).tensor]]),
    });
    expect(model.tensors.get('w')!.kind).toBe('sparse');
    const bytes = exportModel(model);
    const plain = importModel(bytes);
    expect(plain.tensors.get('w')).toEqual(tensor);
    expect(plain.layers[0]!.scheme).toBeUndefined();
    const recognised = importModel(bytes, { recogniseSparse: true });
    expect(recognised.tensors.get('w')!.kind).toBe('sparse');
    expect(decode(recognised.tensors.get('w')!)).toEqual(tensor);
    expect(recognised.layers[0]!.scheme).toMatchObject({ kind: 'bcr', blockRows: 8 });
    expectSame(importModel(exportModel(recognised), { recogniseSparse: true }), recognised, 'again');
  });

  it('holds a weight dense that others read as well', () => {
    const model = modelOf([layer('a', 'Gemm', ['x', 'w'], ['g']), layer('b', 'Neg', ['w'], ['n']), layer('c', 'MatMul', ['g', 'n'], ['y'])], {
      inputs: [{ name: 'x', dtype: 'f32', shape: [64, 64] }], tensors: new Map([['w', dense('f32', [64, 64], new Float32Array(64 * 64))]]),
    });
    expect(importModel(exportModel(model), { recogniseSparse: true }).tensors.get('w')!.kind).toBe('dense');
  });
});

it('has one row per operator, in order of names', () => {
  const names = OPERATORS.map((row) => row.operator);
  expect([...names].sort()).toEqual(names);
  expect(new Set(names).size).toBe(names.length);
  for (const row of OPERATORS) {
    expect(row.since, row.operator).toBeGreaterThanOrEqual(13);
    expect(row.reads, row.operator).toBeLessThanOrEqual(row.since);
    expect(row.inputs[0] <= row.inputs[1] && row.outputs[0] <= row.outputs[1], row.operator).toBe(true);
  }
});
