import { dense } from '../src/dtype.js';
import type { Attribute, DenseTensor, Layer, Model, SparseTensor } from '../src/contract.js';
import { encodeBcr } from '../src/sparse/bcr.js';
import { encodeBcrc } from '../src/sparse/bcrc.js';
import { encodeCsr } from '../src/sparse/csr.js';
import { encodePattern } from '../src/sparse/pattern.js';

/** Two rows alike, one shorter, one empty; 5 x 6. */
export const WEIGHTS_5X6: Float32Array = Float32Array.of(
  1, 0, 2, 0, 0, 3,
  4, 0, 5, 0, 0, 6,
  0, 7, 0, 8, 0, 0,
  0, 0, 0, 0, 0, 0,
  0, 0, 9, 0, 0, 0,
);

const matrixTensor = (shape: readonly number[], order: 'row-major' | 'column-major', kernel: number, matrix: SparseTensor['matrices'][0]): SparseTensor => ({
  kind: 'sparse', dtype: 'f32', shape, view: { count: 1, rows: 5, columns: 6, order, kernel }, matrices: [matrix],
});

const f32 = (shape: readonly number[], ...values: number[]): DenseTensor =>
  dense('f32', shape, values.length > 0 ? Float32Array.from(values) : Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i % 7) - 3));

const layer = (name: string, operator: string, inputs: string[], outputs: string[], attributes: Record<string, Attribute> = {}, more: Partial<Layer> = {}): Layer =>
  ({ name, operator, domain: '', inputs, outputs, attributes: new Map(Object.entries(attributes)), ...more });

const int = (value: number): Attribute => ({ type: 'int', value });

/** Small, and with everything in it: dense weights, the four encodings, three matrices in one tensor, plan and recipe. */
export const sampleModel = (): Model => ({
  name: 'sample',
  inputs: [{ name: 'x', dtype: 'f32', shape: ['batch', 3, 8] }, { name: 's', dtype: 'f32', shape: [4, 'batch', 3] }],
  outputs: [{ name: 'y', dtype: 'f32', shape: ['batch', 5] }, { name: 'h', dtype: 'f32' }, { name: 'mask', dtype: 'bool', shape: [3] }],
  values: [{ name: 'pooled', dtype: 'f32', shape: ['batch', 5, 1] }],
  layers: [
    layer('conv', 'Conv', ['x', 'conv.weight', 'conv.bias'], ['c'], {
      kernel_shape: { type: 'ints', value: [2] }, group: int(1), strides: { type: 'ints', value: [1] },
    }, {
      activation: { kind: 'clip', alpha: 0, beta: 6 },
      scheme: { kind: 'pattern', rate: 2.5, keep: 1, patterns: 3 },
      tuning: { kernel: 'conv1d', tile: [4, 8], permute: 'nchw' },
      origin: ['Conv_0', 'Clip_1'],
    }),
    layer('norm', 'BatchNormalization', ['c', 'norm.scale', 'norm.bias', 'norm.mean', 'norm.var'], ['n'], { epsilon: { type: 'float', value: 1e-5 } }),
    layer('pool', 'GlobalAveragePool', ['n'], ['pooled']),
    layer('flat', 'Flatten', ['pooled'], ['f0'], { axis: int(1) }),
    layer('wide1', 'Gemm', ['f0', 'expand.weight', 'expand.bias'], ['w1']),
    layer('fc1', 'Gemm', ['w1', 'fc1.weight'], ['f1'], { transB: int(1) }, { scheme: { kind: 'unstructured', rate: 3 } }),
    layer('wide2', 'Gemm', ['f1', 'expand.weight', 'expand.bias'], ['w2']),
    layer('fc2', 'MatMul', ['w2', 'fc2.weight'], ['f2'], {}, { scheme: { kind: 'dense' } }),
    layer('wide3', 'Gemm', ['f2', 'expand.weight', 'expand.bias'], ['w3']),
    layer('fc3', 'Gemm', ['w3', 'fc3.weight'], ['y'], { transB: int(1) }, {
      scheme: { kind: 'bcr', rate: 2, blockRows: 2, blockColumns: 4, rowShare: 0.5 },
    }),
    layer('gru', 'GRU', ['s', 'gru.w', 'gru.r', 'gru.b'], ['', 'h'], { hidden_size: int(2), direction: { type: 'string', value: 'forward' } }),
    layer('constant', 'Constant', [], ['mask'], { value: { type: 'tensor', value: dense('bool', [3], Uint8Array.of(1, 0, 1)) } }),
  ],
  tensors: new Map<string, DenseTensor | SparseTensor>([
    ['conv.weight', matrixTensor([5, 3, 2], 'row-major', 2, encodePattern(WEIGHTS_5X6, 5, 6, 2))],
    ['conv.bias', f32([5])],
    ['norm.scale', f32([5])], ['norm.bias', f32([5])], ['norm.mean', f32([5])], ['norm.var', f32([5], 1, 2, 3, 4, 5)],
    ['expand.weight', f32([5, 6])], ['expand.bias', f32([6])],
    ['fc1.weight', matrixTensor([5, 6], 'row-major', 1, encodeCsr(WEIGHTS_5X6, 5, 6))],
    ['fc2.weight', matrixTensor([6, 5], 'column-major', 1, encodeBcrc(WEIGHTS_5X6, 5, 6))],
    ['fc3.weight', matrixTensor([5, 6], 'row-major', 1, encodeBcr(WEIGHTS_5X6, 5, 6, { block: [2, 4] }))],
    ['gru.w', {
      kind: 'sparse', dtype: 'f32', shape: [1, 6, 3], view: { count: 3, rows: 2, columns: 3, order: 'row-major', kernel: 1 },
      matrices: [0, 1, 2].map((at) => encodeCsr(Float32Array.of(at, 0, 1, 0, 2, 0), 2, 3)),
    }],
    ['gru.r', f32([1, 6, 2])], ['gru.b', f32([1, 12])],
  ]),
  provenance: { producer: 'sample-model.ts', producerVersion: '1', sourceOpset: 0, doc: 'A model for tests.\nZwölf Schichten.', metadata: [['b', '2'], ['a', '1']] },
  plan: {
    target: 'cpu', mapper: 'by-hand',
    entries: [
      { layer: 'fc1', scheme: { kind: 'block-punched', rate: 4, blockFilters: 1, blockChannels: 2 }, reason: 'to have one', predictedMs: 0.25 },
      { layer: 'fc2', scheme: { kind: 'filter', rate: 1.5 }, reason: '' },
    ],
  },
  recipe: {
    steps: [{ tool: 'prune', version: '1.0.0', seed: -7, options: '{"rate":2}' }],
    hashes: [['model', '0123456789abcdef'.repeat(4)]],
  },
});
