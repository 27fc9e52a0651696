import type { Refusal } from '../contract.js';
import { inputShape, type ConvLayer } from '../layers/layer-set.js';
import type { Problem } from '../layers/problem.js';
import { fromChannelsLast, toChannelsLast } from './channels-last.js';
import type { Made, PeerRow, Started } from './contract.js';
import type { Tf, TfTensor } from './host.js';
import { refusal } from './refusal.js';

/** TensorFlow.js by its WebAssembly backend, which knows one thread: its threads need workers from blobs. */
export const tfjsWasm: PeerRow = {
  name: 'tfjs-wasm', says: 'TensorFlow.js in WebAssembly (SIMD)', native: false, where: ['node', 'page'],
  start: async (host): Promise<Started | Refusal> => {
    if (host.threads > 1) return { ok: false, reason: 'its threads need workers from blobs, which Node does not start and two cores do not get', hint: 'compare on one thread' };
    try {
      const { module, version } = await host.tfjs();
      return {
        ok: true, version,
        layer: (problem) => Promise.resolve(makeLayer(module, problem)),
        model: () => Promise.resolve({ ok: false, reason: 'it does not read ONNX files', hint: 'convert the network with TensorFlow\'s own tools' }),
      };
    } catch (error) {
      return refusal(error, 'install @tensorflow/tfjs-core and @tensorflow/tfjs-backend-wasm');
    }
  },
};

function makeLayer(tf: Tf, problem: Problem): Made {
  const { layer, input, bias } = problem;
  const [weight] = problem.weights as [Float32Array];
  const x = input.data as Float32Array;
  switch (layer.operator) {
    case 'gru': return { ok: false, reason: 'it has no GRU operator', hint: 'compare the step as a matrix-vector product' };
    case 'full': {
      // As it lies, XNNPACK takes it; transposed by an option it would go to a plain loop.
      const w = tf.tensor(toChannelsLast(weight, layer.outputs), [layer.inputs, layer.outputs]);
      const b = tf.tensor(bias, [layer.outputs]);
      return runner(tf, x, [1, layer.inputs], [w, b], (a) => tf.fused.matMul({ a, b: w, bias: b }), (values) => values);
    }
    case 'conv': {
      const [, , height, width] = inputShape(layer) as [number, number, number, number];
      const { filter, shape } = filterOf(layer, weight);
      const [w, b] = [tf.tensor(filter, shape), tf.tensor(bias, [layer.outputs])];
      const convolve = layer.groups === 1 ? tf.fused.conv2d : tf.fused.depthwiseConv2d;
      return runner(tf, toChannelsLast(x, layer.inputs), [1, height, width, layer.inputs], [w, b],
        (a) => convolve({ x: a, filter: w, strides: layer.stride, pad: 'same', bias: b }), (values) => fromChannelsLast(values, layer.outputs));
    }
  }
}

/** `[outputs, inputs / groups, taps]` → `[taps, inputs, outputs]`; depthwise `[taps, channels, 1]`. */
function filterOf(layer: ConvLayer, weight: Float32Array): { readonly filter: Float32Array; readonly shape: readonly number[] } {
  const taps = layer.kernel ** 2;
  const depthwise = layer.groups > 1;
  const columns = (layer.inputs / layer.groups) * taps;
  const filter = new Float32Array(weight.length);
  for (let o = 0; o < layer.outputs; o++) {
    for (let c = 0; c < columns; c++) {
      const [channel, tap] = [Math.floor(c / taps), c % taps];
      filter[depthwise ? tap * layer.outputs + o : (tap * layer.inputs + channel) * layer.outputs + o] = weight[o * columns + c]!;
    }
  }
  return { filter, shape: [layer.kernel, layer.kernel, layer.inputs, depthwise ? 1 : layer.outputs] };
}

function runner(tf: Tf, input: Float32Array, shape: readonly number[], held: readonly TfTensor[], compute: (x: TfTensor) => TfTensor, back: (values: Float32Array) => Float32Array): Made {
  let last: Float32Array = new Float32Array(0);
  return {
    ok: true,
    runner: {
      run: () => {
        const x = tf.tensor(input, shape);
        const y = compute(x);
        last = y.dataSync();
        x.dispose();
        y.dispose();
      },
      answer: () => new Float32Array(back(last)),
      dispose: () => held.forEach((tensor) => tensor.dispose()),
    },
  };
}
