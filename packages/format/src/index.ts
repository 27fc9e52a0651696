export { OPERATOR_FORM } from './contract.js';
export type {
  Activation, ActivationKind, Attribute, BcrMatrix, BcrScheme, BcrcMatrix, BlockPunchedScheme, CsrMatrix, DType,
  DenseTensor, Dimension, Encoding, IndexArray, Layer, MappingPlan, MatrixView, Model, PatternMatrix, PatternScheme,
  PlanEntry, Provenance, Recipe, RecipeStep, Scheme, SchemeKind, SparseMatrix, SparseTensor, Tensor, TensorData, Tile,
  Tuning, ValueInfo,
} from './contract.js';
export { FretworkError, quote, type ErrorDetails } from './error.js';
export { DTYPES, isDType, elementCount, mulChecked, dense, zeros, bytesOf, type DTypeRow } from './dtype.js';
export { halfToNumber, numberToHalf, bfloatToNumber, numberToBfloat } from './half.js';
export { attribute, requiredAttribute, type AttributeValues } from './attribute.js';
export { WEIGHTS, weightsOf, type WeightRow, type LayerWeight } from './weight-view.js';
export type { Rule } from './rules/rule.js';

// sparse/

// container/

// rules/

// text/

// shape/
