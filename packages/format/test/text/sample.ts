import { encodeBcr, type Model } from '@fretwork/format';

/** A small network as one would write it down. */
export function sample(): Model {
  const weights = Float32Array.from({ length: 8 * 16 }, (_, i) => (i % 4 === 0 && Math.floor(i / 16) % 2 === 0 ? (i + 1) / 10 : 0));
  return {
    name: 'tiny',
    inputs: [{ name: 'x', dtype: 'f32', shape: ['N', 2, 8, 8] }],
    outputs: [{ name: 'y', dtype: 'f32', shape: ['N', 8] }],
    values: [{ name: 'pooled', dtype: 'f32' }],
    layers: [
      {
        name: 'conv1', operator: 'Conv', domain: '', inputs: ['x', 'conv1.weight', 'conv1.bias'], outputs: ['h'],
        attributes: new Map([
          ['kernel_shape', { type: 'ints', value: [3, 3] }], ['strides', { type: 'ints', value: [2, 2] }], ['pads', { type: 'ints', value: [1, 1, 1, 1] }],
        ]),
        activation: { kind: 'clip', alpha: 0, beta: 6 }, tuning: { tile: [16, 32, 8], unroll: [4, 2, 8], permute: 'cohwci_b' }, origin: ['/conv1/Conv', '/act/Clip'],
      },
      { name: 'squash', operator: 'Flatten', domain: '', inputs: ['h'], outputs: ['pooled'], attributes: new Map([['axis', { type: 'int', value: 1 }]]) },
      {
        name: 'fc', operator: 'Gemm', domain: '', inputs: ['pooled', 'fc.weight'], outputs: ['y'],
        attributes: new Map([['transB', { type: 'int', value: 1 }], ['alpha', { type: 'float', value: 1 }]]),
        scheme: { kind: 'bcr', rate: 8, blockRows: 4, blockColumns: 8, rowShare: 0.5 },
      },
    ],
    tensors: new Map([
      ['conv1.weight', { kind: 'dense', dtype: 'f32', shape: [1, 2, 3, 3], data: Float32Array.from({ length: 18 }, (_, i) => i / 10) }],
      ['conv1.bias', { kind: 'dense', dtype: 'f32', shape: [1], data: Float32Array.of(0.1) }],
      ['fc.weight', {
        kind: 'sparse', dtype: 'f32', shape: [8, 16], view: { count: 1, rows: 8, columns: 16, order: 'row-major', kernel: 1 },
        matrices: [encodeBcr(weights, 8, 16, { block: [4, 8] })],
      }],
    ]),
    provenance: { producer: 'pytorch', producerVersion: '2.1', sourceOpset: 17, doc: 'Two layers,\none pruned.', metadata: [['dataset', 'none']] },
    plan: { target: 'wasm', mapper: 'rules', entries: [
      { layer: 'fc', scheme: { kind: 'bcr', rate: 8, blockRows: 4, blockColumns: 8, rowShare: 0.5 }, reason: 'a matrix of 8 x 16', predictedMs: 0.25 },
      { layer: 'conv1', scheme: { kind: 'dense' }, reason: 'one filter' },
    ] },
    recipe: { steps: [{ tool: 'pruner', version: '0.1.0', seed: 7, options: '{"rate":8}' }], hashes: [['model', 'ab'.repeat(32)]] },
  };
}
