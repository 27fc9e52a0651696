export type {
  Allocation, LayerReport, Mask, Matrix, PlannedLayer, PlannedWeight, ProjectOptions, Projection, PrunedModel, PruneReport,
  PruneRequest, PruneTarget, PruningPlan, Support, Tally, WeightReport,
} from './contract.js';
export { applyMask, project, supports } from './projection/project.js';
export { choosePatterns, type PatternChoice } from './projection/pattern.js';
export { SCHEMES, type SchemeRow } from './projection/schemes.js';
export { planPruning } from './one-shot/plan-pruning.js';
export { applyPruning, pruneModel } from './one-shot/prune-model.js';
export { STAY_DENSE, type Asked, type StayDenseRule } from './one-shot/stay-dense.js';
