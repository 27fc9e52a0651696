export type {
  Interpreter, InterpreterOptions, OperatorCall, OperatorRow, RunOptions, Support, Tensors,
} from './contract.js';
export { createInterpreter, run } from './interpreter.js';
export { evaluateLayer } from './evaluate-layer.js';
export { supports } from './supports.js';
export { OPERATORS } from './operators/table.js';
