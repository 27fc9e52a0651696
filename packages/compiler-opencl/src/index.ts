export type { DataPath, DeviceChoice, DeviceName, OpenclLayer, OpenclOptions, OpenclPlan, StorageType } from './contract.js';
export { opencl } from './opencl.js';
export { emitSelfTest } from './emit/self-test.js';
export { KERNELS, WIDEST, type ProductVariant } from './kernels/manifest.js';
export { OPERATORS } from './operators/table.js';
export type { Decision, OperatorRow, Setting } from './operators/row.js';
export { parseLaunchPlan, type BufferRow, type Launch, type LaunchArgument, type LaunchPlan, type LaunchTensor } from './launch-plan.js';

// run/
export { openDevice, type Device, type DeviceLimits } from './run/device.js';
export { loadProgram, type LaunchTime, type LoadOptions, type OpenclProgram } from './run/load-program.js';
export { projectOf } from './run/program.js';
export { liveObjects, type LiveObjects } from './run/live.js';
