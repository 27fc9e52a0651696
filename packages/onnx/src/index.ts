export { IMPORT_LIMITS, NEWEST_OPSET, OLDEST_OPSET, SCHEMES_KEY } from './contract.js';
export type {
  ExportOptions, ExternalData, ImportLimits, ImportOptions, ImportPlan, LayerPlan, NamedTensor, OnnxProblem,
} from './contract.js';
export { importModel } from './import/model.js';
export { exportModel } from './export/model.js';
export { planImport } from './import/plan.js';
export { OPERATORS } from './operators/table.js';
export type { AttributeRow, OperatorRow } from './operators/row.js';
export { FORM_CHANGES } from './forms/table.js';
export type { FormChange, FormContext, FormResult } from './forms/change.js';
export type { Node, NodeAttribute } from './forms/node.js';
export { readTensorProto, writeTensorProto } from './tensor/file.js';
export { externalDataFrom, type FileStatus, type FolderFileSystem } from './external/folder.js';
