export type {
  Evaluate, Note, Outcome, Pass, PassContext, PassesResult, PassNote, PassResult, RunOptions,
} from './contract.js';
export { PASSES } from './passes/table.js';
export { runPasses } from './run/run-passes.js';
export { explainPasses, type ExplainedLayer, type ExplainedNote, type Explanation } from './run/explain.js';
export { withInputShapes } from './run/input-shapes.js';
export { planResidualAdds, type ResidualAdd } from './plan/residual-adds.js';
export { planLayouts, type Layout, type LayoutOptions, type ValueLayout } from './plan/layouts.js';
export { planMemory } from './memory/plan-memory.js';
export type { MemoryOptions, MemoryPlan, MemoryPlanning, PlannedBuffer, PlannedValue } from './memory/contract.js';
