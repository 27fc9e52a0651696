import { seeded } from '@fretwork/autodiff';
import { dense, type Attribute, type DenseTensor, type Layer, type Model } from '@fretwork/format';
import { FAST, packTask, type FastSettings, type PackedTask, type TaskSamples } from '../src/index.js';

/** image [N, 1, 6, 6] → Conv 3x3 of 16 → BatchNormalization → Relu → Conv 1x1 of 16 → mean → Gemm to 3 scores; weights drawn. */
export function smallModel(): Model {
  const random = seeded(7);
  const drawn = (...shape: number[]): DenseTensor => dense('f32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.unit() - 0.5));
  const constant = (value: number): DenseTensor => dense('f32', [16], new Float32Array(16).fill(value));
  const ints = (...value: number[]): Attribute => ({ type: 'ints', value });
  const layer = (name: string, operator: string, inputs: string[], output: string, attributes: Record<string, Attribute> = {}): Layer =>
    ({ name, operator, domain: '', inputs, outputs: [output], attributes: new Map(Object.entries(attributes)) });
  return {
    name: 'small', inputs: [{ name: 'image', dtype: 'f32', shape: ['N', 1, 6, 6] }], outputs: [{ name: 'scores', dtype: 'f32', shape: ['N', 3] }], values: [],
    layers: [
      layer('first', 'Conv', ['image', 'w1'], 'a', { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) }),
      layer('norm', 'BatchNormalization', ['a', 'scale', 'shift', 'mean', 'variance'], 'n'),
      layer('relu', 'Relu', ['n'], 'b'),
      layer('second', 'Conv', ['b', 'w2'], 'c', { kernel_shape: ints(1, 1) }),
      layer('relu2', 'Relu', ['c'], 'r'),
      layer('average', 'GlobalAveragePool', ['r'], 'd'),
      layer('flat', 'Flatten', ['d'], 'e'),
      layer('score', 'Gemm', ['e', 'w3', 'b3'], 'scores', { transB: { type: 'int', value: 1 } }),
    ],
    tensors: new Map([['w1', drawn(16, 1, 3, 3)], ['w2', drawn(16, 16, 1, 1)], ['w3', drawn(3, 16)], ['b3', drawn(3)], ['scale', constant(1)], ['shift', constant(0)], ['mean', constant(0)], ['variance', constant(1)]]),
    provenance: { producer: 'test', producerVersion: '1', sourceOpset: 0, doc: '', metadata: [] },
  };
}

/** Stripes: level, upright, or none, with noise. */
export function stripes(n: number, seed: number): TaskSamples {
  const random = seeded(seed);
  const data = new Float32Array(n * 36);
  const labels = Int32Array.from({ length: n }, (_, i) => i % 3);
  for (let i = 0; i < n; i++) for (let y = 0; y < 6; y++) for (let x = 0; x < 6; x++) data[i * 36 + y * 6 + x] = (labels[i] === 0 ? y % 2 : labels[i] === 1 ? x % 2 : 0.5) + 0.8 * (random.unit() - 0.5);
  return { shape: [n, 1, 6, 6], data, labels };
}

export const smallTask = (settings: Partial<FastSettings> = {}): PackedTask =>
  packTask({ model: smallModel(), train: stripes(240, 1), judge: stripes(90, 2), settings: { ...FAST, rungs: [5, 15, 40], batch: 24, learningRate: 0.02, recalibrationBatches: 5, ...settings } });
