import { COMPRESS_API, defineConfig } from './contract.js';
import { measured } from './measured.js';
import { retrain } from './retrain.js';
import { rules } from './rules.js';
import { wasm } from './target/wasm.js';
import { uniform } from './uniform.js';

/** What `fretwork` is to a configuration: this very package, wherever the file lies. */
export const PIECES: Readonly<Record<string, unknown>> = { COMPRESS_API, defineConfig, measured, retrain, rules, uniform, wasm };
