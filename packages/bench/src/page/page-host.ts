import type { LiteRt, Loaded, Ort, PeerHost, Tf } from '../peers/host.js';

/** Where `browser-bench.ts` serves the packages of peers, and which versions they have. */
export interface PageHostOptions {
  readonly threads: number;
  /** Version by package; left out: not installed. */
  readonly versions: Readonly<Record<string, string>>;
}

interface TfGlobal extends Tf {
  readonly wasm: { setWasmPaths(folder: string): void };
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
}

/** Loads peers in a page, from the folders of their packages; names of modules go through the page's import map. */
export function pageHost({ threads, versions }: PageHostOptions): PeerHost {
  const versionOf = (name: string): string => {
    const version = versions[name];
    if (version === undefined) throw new Error(`${name} is not installed`);
    return version;
  };
  return {
    where: 'page', threads,
    onnxruntimeWeb: async (): Promise<Loaded<Ort>> => {
      const version = versionOf('onnxruntime-web');
      const module = await import('onnxruntime-web') as unknown as Ort;
      module.env.wasm.wasmPaths = '/peers/onnxruntime-web/dist/';
      module.env.wasm.numThreads = threads;
      module.env.logLevel = 'error';
      return { module, version };
    },
    litert: async (): Promise<Loaded<LiteRt>> => {
      const version = versionOf('@litertjs/core');
      const { loadLiteRt, loadAndCompile, Tensor } = await import('@litertjs/core');
      await loadLiteRt('/peers/@litertjs/core/wasm/', threads > 1 ? { threads: true } : {});
      return { module: { Tensor, loadAndCompile } as unknown as LiteRt, version };
    },
    tfjs: async (): Promise<Loaded<Tf>> => {
      const version = versionOf('@tensorflow/tfjs-backend-wasm');
      await script('/peers/@tensorflow/tfjs-core/dist/tf-core.min.js');
      await script('/peers/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js');
      const { tf } = globalThis as unknown as { readonly tf: TfGlobal };
      tf.wasm.setWasmPaths('/peers/@tensorflow/tfjs-backend-wasm/dist/');
      if (!await tf.setBackend('wasm')) throw new Error('the backend did not start');
      await tf.ready();
      return { module: tf, version };
    },
    onnxruntimeNode: () => Promise.reject(new Error('machine code does not run in a page')),
  };
}

/** TensorFlow.js comes as classic scripts that share one global. */
function script(src: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const element = document.createElement('script');
    element.addEventListener('load', () => resolve());
    element.addEventListener('error', () => reject(new Error(`${src} did not load`)));
    element.src = src;
    document.head.append(element);
  });
}
