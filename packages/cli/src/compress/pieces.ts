/** What configurations import from `fretwork`. */
export { COMPRESS_API, defineConfig } from './contract.js';
export { retrain } from './retrain.js';
export { wasm } from './target/wasm.js';
export { uniform } from './uniform.js';
