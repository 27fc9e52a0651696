export type {
  Batch, BatchEvaluation, BatchResult, CrossEntropyLoss, DistillationLoss, EvaluationGraph, GradientForm, GraphNoise, GraphParameter,
  GraphStatistic, GraphTarget, Loss, MseLoss, Optimiser, OptimiserUpdate, SampleSource, Schedule, Session, SessionFactory, SessionResult,
  StepOptions, ModelTrainer, TargetRole, TrainerOptions, TrainingGraph, TrainingOptions, TrainingSession, TrainingSessionOptions,
} from './contract.js';
export { resumed, seeded, type Random } from './random.js';
export { trainingGraph, evaluationGraph } from './training-graph.js';
export { GRADIENTS } from './gradients/table.js';
export type { BackwardCall, GradientRow, LayerCall, Rewritten, Support } from './gradients/row.js';
export type { Value } from './graph/value.js';
export { LOSSES } from './losses/table.js';
export type { LossCall, LossRow, LossValues } from './losses/row.js';
export { createTrainingSession } from './trainer/training-session.js';
export { createTrainer } from './trainer/trainer.js';
export { captureWith } from './trainer/capture.js';
export { samples, type SamplesOptions } from './trainer/samples.js';
export { onnxRuntime, type OnnxRuntimeOptions, type OrtModule, type OrtSession, type OrtTensor } from './sessions/onnxruntime.js';
export { referenceSessions } from './sessions/reference.js';
export { sgd, type SgdOptions } from './optimisers/sgd.js';
export { adam, adamW, type AdamOptions } from './optimisers/adam.js';
export { rmsProp, type RmsPropOptions } from './optimisers/rms-prop.js';
export { cosine, stepped, warmUp } from './optimisers/schedules.js';
export { checkProvider, type CheckedGradient, type CheckOptions, type ProviderCheck } from './check-provider.js';
