export { main } from './main.js';
export { COMMANDS } from './commands.js';
export { EXIT, type Arguments, type Command, type OptionRow, type Terminal } from './contract.js';

// compress/
export { COMPRESS_API, defineConfig } from './compress/contract.js';
export type {
  Budget, CompressMapper, CompressPruner, CompressTarget, ContenderTiming, DataConfig, DataSource, FretworkConfig, InputShapes, LayerTiming, MapRequest, Measured, PruneTools, Running, TimingOptions,
} from './compress/contract.js';
export { measured, type MeasuredOptions } from './compress/measured.js';
export { rules, type RulesOptions } from './compress/rules.js';
export { retrain, type RetrainOptions } from './compress/retrain.js';
export { uniform } from './compress/uniform.js';
export { wasm, type WasmTarget } from './compress/target/wasm.js';
