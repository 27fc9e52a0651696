import { onnxRuntime, type OrtModule, type SessionFactory } from '@fretwork/autodiff';
import { FretworkError } from '@fretwork/format';

/** What runs training graphs, and what a recipe says of it. */
export interface Engine {
  readonly sessions: SessionFactory;
  readonly name: string;
  readonly version: string;
  readonly threads: number;
}

export interface EngineOptions {
  readonly threads: number;
  /** Gives the module; left out: onnxruntime-node is imported. */
  readonly load?: () => Promise<unknown>;
}

/** ONNX Runtime for Node, which the user installs. Throws `engine.missing`. */
export async function engine({ threads, load = importNode }: EngineOptions): Promise<Engine> {
  let found: OrtModule & { readonly default?: OrtModule; readonly env?: { readonly versions?: { readonly common?: string } } };
  try {
    found = await load() as typeof found;
  } catch (cause) {
    throw new FretworkError('engine.missing', 'training needs onnxruntime-node, which is not installed', {
      cause, hint: 'npm install onnxruntime-node, beside fretwork (with -g where fretwork was installed with -g)',
    });
  }
  const module = found.InferenceSession === undefined ? found.default! : found;
  return {
    // Threads that spin cost a core of a machine that has other work to do.
    sessions: onnxRuntime({ module, threads, spinning: false }),
    name: 'onnxruntime-node', version: found.env?.versions?.common ?? 'unknown', threads,
  };
}

// Not a literal: it is the user's to install, and nothing else needs it.
const importNode = (): Promise<unknown> => import(String('onnxruntime-node'));
