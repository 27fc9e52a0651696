export type {
  Evaluate, Note, Outcome, Pass, PassContext, PassesResult, PassNote, PassResult, RunOptions,
} from './contract.js';
export { PASSES } from './passes/table.js';
export { runPasses } from './run/run-passes.js';
export { explainPasses, type ExplainedLayer, type ExplainedNote, type Explanation } from './run/explain.js';
export { withInputShapes } from './run/input-shapes.js';
export { caseBytes, type StoredCase } from './run/stored-cases.js';
export { fuseResiduals, RESIDUAL, type FusedResiduals } from './plan/fuse-residuals.js';
export { planResidualAdds, type ResidualAdd } from './plan/residual-adds.js';
export { planLayouts, type Layout, type LayoutOptions, type ValueLayout } from './plan/layouts.js';
export { planRowOrders, type RowOrder } from './plan/row-orders.js';
export { planMemory } from './memory/plan-memory.js';
export type { MemoryOptions, MemoryPlan, MemoryPlanning, PlannedBuffer, PlannedValue } from './memory/contract.js';

// backends
export { BACKEND_API_VERSION } from './backend.js';
export type {
  Backend, BackendOptions, BackendPlan, BackendPlanning, BuildOptions, BuiltProgram, EmittedFiles, LayerPlan, Measurement, ModelContext, PlannedSchedule,
  Refusal, Support,
} from './backend.js';

// compile/
export { compileModel, type CompileOptions, type CompileResult, type LayerRefusal } from './compile/compile-model.js';
export { tuneModel, type TunedLayer, type TunedModel, type TuneModelOptions } from './compile/tune-model.js';

// schedule/
export { planSchedule } from './schedule/plan-schedule.js';
export { packWeights } from './schedule/pack-weights.js';
export { runSchedule, type ScheduleRun } from './schedule/run-schedule.js';
export { foldOrder } from './schedule/fold-order.js';
export { summariseSchedule } from './schedule/summary.js';
export type { Part, Reorder, RowGroup, Schedule, ScheduleOptions, ScheduleSummary, Segment, Sharing } from './schedule/contract.js';

// kernels/
export { kernelManifest, kernelName, parseKernelName } from './kernels/manifest.js';
export { kernelSpace, readTuning, scheduleOptionsOf, tuningOf, type ActivationLayout, type KernelChoice, type KernelSpaceOptions } from './kernels/kernel-space.js';
export type { KernelManifest, KernelType, KernelVariant } from './kernels/contract.js';

// tuner/
export { tune } from './tuner/tune.js';
export { fitsSpace } from './tuner/space.js';
export { EMPTY_LOG, findTuning, mergeTuningLogs } from './tuner/log.js';
export { parseTuningLog, printTuningLog } from './tuner/log-text.js';
export { layerSignature } from './tuner/signature.js';
export type { Choice, Cost, Gene, TuneOptions, TuneProgress, TuneResult, TuningEntry, TuningLog, TuningSpace } from './tuner/contract.js';

// work/
export { countWork } from './work/count-work.js';
export { ABLATION, ablate, countedSpace, workCounter, type AblationOptions, type AblationRow, type AblationStep } from './work/ablation.js';
export type { LoopOrder, WorkCount, WorkOptions } from './work/contract.js';

// lower/: what layers compute, in numbers that any code generator can write down
export { Call, product, wholeBlock } from './lower/call.js';
export { OK, refuse } from './lower/support.js';
export { windowOf, type Window } from './lower/window.js';
export { constantWeights, convolutionOf, stagingOf, type Convolution, type Staging } from './lower/convolution.js';
export { spreadFloats, spreads, transposedOf, type Transposed } from './lower/transposed.js';
export { biasesOf, plainRecurrence, recurrentOf, recurrentParts, type Recurrent } from './lower/recurrent.js';
export { constantPlaces, gatheringOf, MOVES, padValue, scatteringOf, type Gathering, type Move, type Scattering, type Stretch } from './lower/moves.js';
export { reducedAxes } from './lower/reductions.js';
export { broadcastStrides, joined, rowMajor, type Walk } from './lower/strides.js';

// text/
export { cFloat, cString, inComment } from './text/escape.js';
