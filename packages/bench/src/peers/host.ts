/** What peers need of the place where they run. The types are the small parts of the peers' own that are used here. */

export interface OrtTensor {
  readonly data: unknown;
  readonly dims: readonly number[];
}

export interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

export interface Ort {
  readonly env: { logLevel?: string; readonly wasm: { numThreads?: number; wasmPaths?: unknown }; readonly versions: Readonly<Record<string, string | undefined>> };
  readonly Tensor: new (type: 'float32' | 'int64', data: Float32Array | BigInt64Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<OrtSession> };
}

export interface LiteRtTensor {
  toTypedArray(): ArrayLike<number>;
  delete(): void;
}

export interface LiteRtModel {
  run(inputs: readonly LiteRtTensor[]): Promise<readonly LiteRtTensor[]>;
  delete(): void;
}

export interface LiteRt {
  readonly Tensor: new (data: Float32Array, shape: readonly number[]) => LiteRtTensor;
  loadAndCompile(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<LiteRtModel>;
}

export interface TfTensor {
  dataSync(): Float32Array;
  dispose(): void;
}

interface Fused {
  readonly conv2d: (options: Readonly<Record<string, unknown>>) => TfTensor;
  readonly depthwiseConv2d: (options: Readonly<Record<string, unknown>>) => TfTensor;
  readonly matMul: (options: Readonly<Record<string, unknown>>) => TfTensor;
}

export interface Tf {
  readonly fused: Fused;
  tensor(values: Float32Array, shape: readonly number[]): TfTensor;
}

/** A peer's module, ready to use. */
export interface Loaded<T> {
  readonly module: T;
  readonly version: string;
}

/** Loads the peers' packages, started for `threads` threads. Each throws where its package is missing or does not start. */
export interface PeerHost {
  /** `node`, `page`. */
  readonly where: 'node' | 'page';
  readonly threads: number;
  onnxruntimeWeb(): Promise<Loaded<Ort>>;
  litert(): Promise<Loaded<LiteRt>>;
  tfjs(): Promise<Loaded<Tf>>;
  onnxruntimeNode(): Promise<Loaded<Ort>>;
}
