// A small image classifier made in code, for the demo without data: four convolutions, one of them depthwise, and a
// fully connected layer. Its weights are drawn, not trained: sizes and cuts are real, an accuracy would not be.
import { dense } from '@fretwork/format';
import { random } from '@fretwork/conformance';

/** @returns {import('@fretwork/format').Model} */
export function drawnClassifier(seed) {
  const draw = random(seed);
  const tensors = new Map();
  const layers = [];
  const tensor = (name, shape, fanIn) => {
    const count = shape.reduce((a, b) => a * b, 1);
    tensors.set(name, dense('f32', shape, Float32Array.from({ length: count }, () => draw.normal() * Math.sqrt(2 / fanIn))));
    return name;
  };
  const layer = (name, operator, inputs, output, attributes = {}) => {
    const typed = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, Array.isArray(value) ? { type: 'ints', value } : { type: 'int', value }]);
    layers.push({ name, operator, domain: '', inputs, outputs: [output], attributes: new Map(typed) });
    return output;
  };
  const conv = (name, input, cin, cout, kernel, stride, group = 1) => {
    const fanIn = (cin / group) * kernel * kernel;
    const weights = [tensor(`${name}.weight`, [cout, cin / group, kernel, kernel], fanIn), tensor(`${name}.bias`, [cout], 1e4)];
    const pad = (kernel - 1) / 2;
    layer(name, 'Conv', [input, ...weights], `${name}.out`, { group, kernel_shape: [kernel, kernel], pads: [pad, pad, pad, pad], strides: [stride, stride] });
    return layer(`${name}.relu`, 'Relu', [`${name}.out`], `${name}.active`);
  };
  let x = conv('conv1', 'image', 3, 32, 3, 1);
  x = conv('conv2', x, 32, 64, 3, 2);
  x = conv('depthwise3', x, 64, 64, 3, 1, 64);
  x = conv('pointwise4', x, 64, 128, 1, 1);
  x = conv('conv5', x, 128, 128, 3, 2);
  x = layer('pool', 'GlobalAveragePool', [x], 'pooled');
  x = layer('flatten', 'Flatten', [x], 'features', { axis: 1 });
  layer('classify', 'Gemm', [x, tensor('classify.weight', [10, 128], 128), tensor('classify.bias', [10], 1e4)], 'scores', { transB: 1 });
  return {
    name: 'drawn-classifier', layers, tensors, values: [],
    inputs: [{ name: 'image', dtype: 'f32', shape: ['N', 3, 32, 32] }],
    outputs: [{ name: 'scores', dtype: 'f32', shape: ['N', 10] }],
    provenance: { producer: 'fretwork demo', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  };
}
