// A small image classifier made in code, for the demo without data: three convolutions and two fully connected layers, weights drawn.
import { dense } from '@fretwork/format';
import { random } from '@fretwork/conformance';

/** @returns {import('@fretwork/format').Model} images [N, 1, 16, 16] → 8 classes */
export function drawnClassifier(seed) {
  const draw = random(seed);
  const tensors = new Map();
  const layers = [];
  const tensor = (name, shape, fanIn) => {
    const count = shape.reduce((a, b) => a * b, 1);
    tensors.set(name, dense('f32', shape, Float32Array.from({ length: count }, () => draw.normal() * Math.sqrt(2 / fanIn))));
    return name;
  };
  const zeros = (name, count) => {
    tensors.set(name, dense('f32', [count], new Float32Array(count)));
    return name;
  };
  const layer = (name, operator, inputs, output, attributes = {}) => {
    const typed = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, Array.isArray(value) ? { type: 'ints', value } : { type: 'int', value }]);
    layers.push({ name, operator, domain: '', inputs, outputs: [output], attributes: new Map(typed) });
    return output;
  };
  const conv = (name, input, cin, cout, stride) => {
    const weights = [tensor(`${name}.weight`, [cout, cin, 3, 3], cin * 9), zeros(`${name}.bias`, cout)];
    layer(name, 'Conv', [input, ...weights], `${name}.out`, { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [stride, stride] });
    return layer(`${name}.relu`, 'Relu', [`${name}.out`], `${name}.active`);
  };
  const full = (name, input, from, to) => layer(name, 'Gemm', [input, tensor(`${name}.weight`, [to, from], from), zeros(`${name}.bias`, to)], to === 8 ? 'scores' : `${name}.out`, { transB: 1 });
  let x = conv('conv1', 'image', 1, 32, 1);
  x = conv('conv2', x, 32, 64, 2);
  x = conv('conv3', x, 64, 64, 2);
  x = layer('flatten', 'Flatten', [x], 'features', { axis: 1 });
  x = full('full1', x, 1024, 64);
  x = layer('full1.relu', 'Relu', [x], 'full1.active');
  full('full2', x, 64, 8);
  return {
    name: 'shapes-cnn', layers, tensors, values: [],
    inputs: [{ name: 'image', dtype: 'f32', shape: ['N', 1, 16, 16] }],
    outputs: [{ name: 'scores', dtype: 'f32', shape: ['N', 8] }],
    provenance: { producer: 'fretwork demo', producerVersion: '', sourceOpset: 0, doc: '', metadata: [] },
  };
}
