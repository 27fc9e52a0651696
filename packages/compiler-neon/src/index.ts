export type { Cpu, ElementType, NeonLayer, NeonOptions, NeonPlan } from './contract.js';
export { CPUS } from './cpus.js';
export { neon } from './neon.js';
export { emitSelfTest } from './emit/self-test.js';
export { KERNELS } from './kernels/manifest.js';
export type { Split } from './product/split.js';
export { OPERATORS } from './operators/table.js';
export type { Decision, OperatorRow } from './operators/row.js';
