import { dense, type Attribute, type DenseTensor, type Layer, type Model } from '@fretwork/format';
import { random } from '@fretwork/conformance';

const ints = (...value: number[]): Attribute => ({ type: 'ints', value });

/** image [N, 1, 6, 6] → Conv 3x3 of 16 → Relu → Conv 1x1 of 16 → mean → Gemm to 4 scores; weights drawn. */
export function smallModel(): Model {
  const draw = random(7);
  const weight = (...shape: number[]): DenseTensor =>
    dense('f32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => draw.normal()));
  const layer = (name: string, operator: string, inputs: string[], output: string, attributes: Record<string, Attribute> = {}): Layer =>
    ({ name, operator, domain: '', inputs, outputs: [output], attributes: new Map(Object.entries(attributes)) });
  return {
    name: 'small',
    inputs: [{ name: 'image', dtype: 'f32', shape: ['N', 1, 6, 6] }],
    outputs: [{ name: 'scores', dtype: 'f32', shape: ['N', 4] }],
    values: [],
    layers: [
      layer('first', 'Conv', ['image', 'w1'], 'a', { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) }),
      layer('relu', 'Relu', ['a'], 'b'),
      layer('second', 'Conv', ['b', 'w2'], 'c', { kernel_shape: ints(1, 1) }),
      layer('mean', 'GlobalAveragePool', ['c'], 'd'),
      layer('flat', 'Flatten', ['d'], 'e'),
      layer('scores', 'Gemm', ['e', 'w3', 'b3'], 'scores', { transB: { type: 'int', value: 1 } }),
    ],
    tensors: new Map([['w1', weight(16, 1, 3, 3)], ['w2', weight(16, 16, 1, 1)], ['w3', weight(4, 16)], ['b3', weight(4)]]),
    provenance: { producer: 'test', producerVersion: '1', sourceOpset: 0, doc: '', metadata: [] },
  };
}
