import { dense, FretworkError, type DenseTensor, type DType, type Model, type TensorData } from '@fretwork/format';
import { exportModel } from '@fretwork/onnx';
import type { Session, SessionFactory, SessionResult } from '../contract.js';

/** What is used of ONNX Runtime's JavaScript API: onnxruntime-node and onnxruntime-web both have it. */
export interface OrtModule {
  readonly InferenceSession: { create(model: Uint8Array, options?: Record<string, unknown>): Promise<OrtSession> };
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => OrtTensor;
}

export interface OrtSession {
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

export interface OrtTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
  dispose(): void;
}

export interface OnnxRuntimeOptions {
  /** `import * as ort from 'onnxruntime-web'`, say. Left out: onnxruntime-node is imported when the first session is made. */
  readonly module?: OrtModule;
  /** ONNX Runtime's names, asked in this order. Default `['cpu']`. */
  readonly executionProviders?: readonly string[];
  /** Threads inside one operator. Left out: the engine's choice. Weights are bit-identical only under equal numbers. */
  readonly threads?: number;
  /**
   * Whether threads wait in a loop for their next work, which costs a core. Left out: the engine's choice (they do). On a machine
   * with other work to do, `false` has made steps of two threads almost twice as fast.
   */
  readonly spinning?: boolean;
}

const TYPES: ReadonlyMap<DType, string> = new Map([
  ['f32', 'float32'], ['f64', 'float64'], ['i64', 'int64'], ['i32', 'int32'], ['bool', 'bool'], ['u8', 'uint8'], ['i8', 'int8'],
]);

/**
 * Sessions of ONNX Runtime. Gradient-check providers other than `cpu` before they are trusted (`checkProvider`): one is
 * known to compute grouped convolutions wrongly without a word. Throws `train.engine` where the module cannot be imported.
 */
export function onnxRuntime({ module, executionProviders = ['cpu'], threads, spinning }: OnnxRuntimeOptions = {}): SessionFactory {
  let loaded: Promise<OrtModule> | undefined = module === undefined ? undefined : Promise.resolve(module);
  return {
    name: `ONNX Runtime ${executionProviders.join(', ')}`,
    create: async (model) => {
      loaded ??= importNode();
      const ort = await loaded;
      const session = await ort.InferenceSession.create(exportModel(model), {
        executionProviders: [...executionProviders], graphOptimizationLevel: 'all', logSeverityLevel: 3,
        ...(threads === undefined ? {} : { intraOpNumThreads: threads, interOpNumThreads: 1 }),
        ...(spinning === undefined ? {} : { extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } } }),
      });
      return wrap(ort, session, model);
    },
  };
}

async function importNode(): Promise<OrtModule> {
  // Not a literal: bundlers for browsers must not look for it.
  const name = 'onnxruntime-node';
  try {
    const found = await import(/* @vite-ignore */ name) as OrtModule & { readonly default?: OrtModule };
    return found.InferenceSession === undefined ? found.default! : found;
  } catch (cause) {
    throw new FretworkError('train.engine', 'onnxruntime-node cannot be imported', {
      cause, hint: 'npm install onnxruntime-node, or pass another engine: onnxRuntime({ module })',
    });
  }
}

function wrap(ort: OrtModule, session: OrtSession, model: Model): Session {
  const dtypes = new Map(model.outputs.map((o) => [o.name, o.dtype]));
  return {
    run: async (inputs): Promise<SessionResult> => {
      const feeds = Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, new ort.Tensor(typeOf(name, t), t.data, t.shape)]));
      const results = await session.run(feeds);
      const outputs = Object.fromEntries(Object.entries(results).map(([name, t]) => [name, dense(dtypes.get(name)!, [...t.dims], t.data as TensorData)]));
      return { outputs, release: () => { for (const t of Object.values(results)) t.dispose(); } };
    },
    dispose: () => session.release(),
  };
}

function typeOf(name: string, tensor: DenseTensor): string {
  const type = TYPES.get(tensor.dtype);
  if (type === undefined) throw new FretworkError('train.dtype', 'this element type is not given to the engine', { tensor: name, expected: [...TYPES.keys()].join(', '), actual: tensor.dtype });
  return type;
}
