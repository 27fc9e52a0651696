import type { DenseTensor } from '@fretwork/format';
import { exportModel } from '@fretwork/onnx';
import type { PeerName, Refusal } from '../contract.js';
import { modelOf, weightTensors } from '../layers/problem.js';
import type { Made, PeerRow, Started } from './contract.js';
import type { Loaded, Ort, OrtTensor, PeerHost } from './host.js';
import { refusal } from './refusal.js';

interface Kind {
  readonly name: PeerName;
  readonly says: string;
  readonly native: boolean;
  readonly where: PeerRow['where'];
  readonly load: (host: PeerHost) => Promise<Loaded<Ort>>;
  readonly options: (threads: number) => Readonly<Record<string, unknown>>;
}

function onnxruntime({ name, says, native, where, load, options }: Kind): PeerRow {
  return {
    name, says, native, where,
    start: async (host): Promise<Started | Refusal> => {
      try {
        const { module, version } = await load(host);
        const model = (onnx: Uint8Array, inputs: Readonly<Record<string, DenseTensor>>): Promise<Made> => makeRunner(module, onnx, inputs, options(host.threads));
        return { ok: true, version, model, layer: (problem) => model(exportModel(modelOf(problem, weightTensors(problem))), { x: problem.input }) };
      } catch (error) {
        return refusal(error, `install ${name}`);
      }
    },
  };
}

async function makeRunner(ort: Ort, onnx: Uint8Array, inputs: Readonly<Record<string, DenseTensor>>, options: Readonly<Record<string, unknown>>): Promise<Made> {
  try {
    const session = await ort.InferenceSession.create(onnx, options);
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, { data, shape }]) => [name, new ort.Tensor(data instanceof BigInt64Array ? 'int64' : 'float32', data as Float32Array, shape)]));
    const output = session.outputNames[0]!;
    let last: OrtTensor | undefined;
    return {
      ok: true,
      runner: {
        run: () => session.run(feeds).then((results) => { last = results[output]; }),
        answer: () => new Float32Array(last!.data as Float32Array),
        dispose: () => session.release(),
      },
    };
  } catch (error) {
    return refusal(error, 'onnxruntime does not take this network');
  }
}

export const onnxruntimeWeb: PeerRow = onnxruntime({
  name: 'onnxruntime-web', says: 'ONNX Runtime in WebAssembly (SIMD)', native: false, where: ['node', 'page'],
  load: (host) => host.onnxruntimeWeb(),
  options: () => ({ executionProviders: ['wasm'] }),
});

export const onnxruntimeNode: PeerRow = onnxruntime({
  name: 'onnxruntime-node', says: 'ONNX Runtime as machine code', native: true, where: ['node'],
  load: (host) => host.onnxruntimeNode(),
  options: (threads) => ({ executionProviders: ['cpu'], intraOpNumThreads: threads, interOpNumThreads: 1 }),
});
