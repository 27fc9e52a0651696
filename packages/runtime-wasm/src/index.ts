export type {
  EstimatedCost, InspectOptions, Inspection, LayerInspection, LayerReport, Level, Runtime, RuntimeOptions, RuntimeReport, Support, Tensors, ThreadReport,
} from './contract.js';
export { load } from './load.js';
export { inspect } from './inspect.js';
