import { setFlagsFromString } from 'node:v8';
import type { Told } from './engine.browser.js';

export type { Told } from './engine.browser.js';

/** From then on V8 joins vectors in whatever WebAssembly it compiles; nothing else changes, and nothing sets it back. */
export function joinVectors(): Told {
  setFlagsFromString('--experimental-wasm-revectorize');
  return { ok: true };
}
