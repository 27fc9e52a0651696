import type { Command } from '../contract.js';
import { SHAPE_OPTION } from '../input-shapes.js';
import { FORECAST_OPTIONS, runForecast } from '../mapping/forecast-option.js';
import { EXTERNAL_DATA_OPTION } from '../model-file.js';

export const willItBeFaster: Command = {
  name: 'will-it-be-faster',
  says: 'Says before any training what pruning would bring on this machine, layer by layer and overall, and what stands in the way.',
  operands: ['MODEL'],
  options: [...FORECAST_OPTIONS, SHAPE_OPTION, EXTERNAL_DATA_OPTION, { name: 'json', says: 'Print the forecast as JSON.' }],
  examples: ['fretwork will-it-be-faster model.onnx --target wasm --latency-table laptop.json'],
  notes: ['Exit code 1: the answer is no. Nothing is pruned or run; times are predicted from a table of this machine (fretwork latency measure).'],
  run: runForecast,
};
