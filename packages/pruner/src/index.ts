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

// training/
export { TRAINER_API, type Evaluation, type Penalty, type StepRequest, type StepResult, type Trainer } from './training/trainer.js';
export { penalise } from './training/penalty.js';
export { METHODS, type MethodName, type MethodOptions, type MethodRow } from './training/methods.js';
export type { Phase, Schedule } from './training/phase.js';
export type { Part } from './training/part.js';
export type { TrainedParameter } from './training/parameter.js';
export type { RetrainOptions } from './training/plan-parts.js';
export type { GradualOptions } from './training/plan-gradual.js';
export type { AdmmOptions, Rho } from './training/plan-admm.js';
export type { ReweightedOptions } from './training/plan-reweighted.js';
export {
  planTraining, pruneWithTraining, type Progress, type RunOptions, type TrainedModel, type TrainingRequest,
} from './training/run.js';

// calibrated/
export type { CalibratedModel, CalibratedWeight, CalibrateRequest, CaptureInputs, LayerTrace } from './calibrated/contract.js';
export { calibrate } from './calibrated/calibrate.js';
export { SCORES, type ScoreRow } from './calibrated/scores.js';

// shrink/
export { shrinkModel, type ShrunkLayer, type ShrunkModel } from './shrink/shrink.js';
export { SHRINK_OPERATORS, type ShrinkRow } from './shrink/operators.js';

// search/
export {
  printSensitivity, scanSensitivity, sensitiveLayers, type Evaluate, type LayerSensitivity, type ScanPoint, type ScanRequest, type SensitivityScan,
} from './search/sensitivity.js';
export { findTarget, type FoundTarget, type SearchOptions, type Target, type Trial } from './search/target.js';
