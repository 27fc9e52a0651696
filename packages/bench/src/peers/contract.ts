import type { DenseTensor } from '@fretwork/format';
import type { PeerName, Refusal } from '../contract.js';
import type { Problem } from '../layers/problem.js';
import type { PeerHost } from './host.js';

/** One thing to time. `run` is the whole call, tensor in and tensor out. */
export interface Runner {
  run(): unknown;
  /** What the last run gave, in the order of the ONNX model (channels before pixels). */
  answer(): Float32Array;
  dispose(): unknown;
}

export type Made = { readonly ok: true; readonly runner: Runner } | Refusal;

/** A peer that runs. */
export interface Started {
  readonly ok: true;
  readonly version: string;
  /** A runner of the dense layer. */
  layer(problem: Problem): Promise<Made>;
  /** A runner of a whole network from its ONNX file. */
  model(onnx: Uint8Array, inputs: Readonly<Record<string, DenseTensor>>): Promise<Made>;
}

export interface PeerRow {
  readonly name: PeerName;
  /** What it is, for reports. */
  readonly says: string;
  /** Machine code, not WebAssembly: only where asked for. */
  readonly native: boolean;
  readonly where: readonly PeerHost['where'][];
  start(host: PeerHost): Promise<Started | Refusal>;
}
