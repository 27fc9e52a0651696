import type { PeerRow } from './contract.js';
import { litert } from './litert.js';
import { onnxruntimeNode, onnxruntimeWeb } from './onnxruntime.js';
import { tfjsWasm } from './tfjs-wasm.js';

/** Every peer, one row each; ours with dense weights, `own-dense`, stands beside them in reports. */
export const PEERS: readonly PeerRow[] = [onnxruntimeWeb, litert, tfjsWasm, onnxruntimeNode];
