export type {
  Case, CaseContent, CaseResult, CaseStatus, ConformanceReport, DataSet, Loaded, ModelSource, NamedTensors, Runner, Tolerance,
} from './contract.js';
export { compare, DEFAULT_TOLERANCE, type Comparison } from './compare.js';
export { runCases, isRefusal, type RunCasesOptions } from './run-cases.js';
export { casesFromTree, folderTree, treeOf, type FileTree, type FolderReader } from './folder-cases.js';
export { randomCases, type RandomCasesOptions } from './random-cases.js';
export { LAYER_KINDS, type LayerCase, type LayerKind } from './random-layers.js';
export { MASK_KINDS, type Cut, type MaskKind } from './random-masks.js';
export { drawCase, drawWeights } from './drawn.js';
export { pruneRegularly } from './prune-regularly.js';
export { random, type Random } from './random.js';
export { modelCase, type ModelCaseOptions } from './model-case.js';
export { sourceFromModel, sourceFromOnnx } from './model-source.js';
export { referenceRunner } from './reference-runner.js';
