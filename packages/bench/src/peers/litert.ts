import type { Refusal } from '../contract.js';
import { inputShape, type ConvLayer } from '../layers/layer-set.js';
import type { Problem } from '../layers/problem.js';
import { optionalPackage } from '../optional-package.js';
import { writeTflite, type TfliteLayer } from '../tflite/write-tflite.js';
import { fromChannelsLast, toChannelsLast } from './channels-last.js';
import type { Made, PeerRow, Started } from './contract.js';
import type { LiteRt, LiteRtTensor, PeerHost } from './host.js';
import { refusal } from './refusal.js';

/** LiteRT.js, TensorFlow Lite's successor, by XNNPACK: the strongest dense peer in WebAssembly, with relaxed SIMD as ours. */
export const litert: PeerRow = {
  name: 'litert', says: 'LiteRT.js in WebAssembly (XNNPACK, relaxed SIMD)', native: false, where: ['node', 'page'],
  start: async (host: PeerHost): Promise<Started | Refusal> => {
    try {
      const { module, version } = await host.litert();
      return {
        ok: true, version,
        layer: (problem) => makeLayer(module, problem, host.threads),
        model: () => Promise.resolve({ ok: false, reason: 'it does not read ONNX files', hint: 'convert the network with LiteRT\'s own tools' }),
      };
    } catch (error) {
      return refusal(error, 'install @litertjs/core and flatbuffers; where Node does not start it, measure with: fretwork bench browser');
    }
  },
};

async function makeLayer(module: LiteRt, problem: Problem, threads: number): Promise<Made> {
  const { layer } = problem;
  if (layer.operator === 'gru') return { ok: false, reason: 'TensorFlow Lite has no GRU operator', hint: 'compare the step as a matrix-vector product' };
  try {
    const written = layer.operator === 'conv' ? convolution(layer, problem) : fullyConnected(problem);
    const flatbuffers = await optionalPackage('flatbuffers', () => import('flatbuffers'));
    const model = await module.loadAndCompile(writeTflite(flatbuffers, written), { accelerator: 'wasm', cpuOptions: { numThreads: threads } });
    const values = layer.operator === 'conv' ? toChannelsLast(problem.input.data as Float32Array, layer.inputs) : problem.input.data as Float32Array;
    let last: ArrayLike<number> = [];
    return {
      ok: true,
      runner: {
        run: async () => {
          const input = new module.Tensor(values, written.input.shape);
          const outputs = await model.run([input]);
          last = outputs[0]!.toTypedArray();
          free(input, ...outputs);
        },
        answer: () => (layer.operator === 'conv' ? fromChannelsLast(last, layer.outputs) : Float32Array.from(last)),
        dispose: () => model.delete(),
      },
    };
  } catch (error) {
    return refusal(error, 'LiteRT.js does not take this layer');
  }
}

const free = (...tensors: readonly LiteRtTensor[]): void => tensors.forEach((tensor) => tensor.delete());

/** Filters as `[outputs, rows, columns, inputs]`, depthwise ones as `[1, rows, columns, channels]`. */
function convolution(layer: ConvLayer, { weights, bias }: Problem): TfliteLayer {
  const [, channels, height, width] = inputShape(layer) as [number, number, number, number];
  const { kernel, outputs, size, stride } = layer;
  const depthwise = layer.groups > 1;
  const [weight] = weights as [Float32Array];
  const filter = depthwise ? toChannelsLast(weight, outputs) : filterChannelsLast(weight, outputs, kernel ** 2);
  return {
    operator: { kind: depthwise ? 'depthwise' : 'conv', stride },
    input: { name: 'x', shape: [1, height, width, channels] },
    constants: [{ name: 'filter', shape: depthwise ? [1, kernel, kernel, outputs] : [outputs, kernel, kernel, channels], data: filter }, { name: 'bias', shape: [outputs], data: bias }],
    output: { name: 'y', shape: [1, size, size, outputs] },
  };
}

function filterChannelsLast(weight: Float32Array, outputs: number, taps: number): Float32Array {
  const columns = weight.length / outputs;
  const out = new Float32Array(weight.length);
  for (let o = 0; o < outputs; o++) out.set(toChannelsLast(weight.subarray(o * columns, (o + 1) * columns), columns / taps), o * columns);
  return out;
}

function fullyConnected({ layer, weights, bias }: Problem): TfliteLayer {
  return {
    operator: { kind: 'full' },
    input: { name: 'x', shape: [1, layer.inputs] },
    constants: [{ name: 'weights', shape: [layer.outputs, layer.inputs], data: weights[0]! }, { name: 'bias', shape: [layer.outputs], data: bias }],
    output: { name: 'y', shape: [1, layer.outputs] },
  };
}
