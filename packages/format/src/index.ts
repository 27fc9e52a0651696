export { OPERATOR_FORM } from './contract.js';
export type {
  Activation, ActivationKind, Attribute, BcrMatrix, BcrScheme, BcrcMatrix, BlockPunchedScheme, CsrMatrix, DType,
  DenseTensor, Dimension, Encoding, IndexArray, Layer, MappingPlan, MatrixView, Model, PatternMatrix, PatternScheme,
  PlanEntry, Provenance, Recipe, RecipeStep, Scheme, SchemeKind, SparseMatrix, SparseTensor, Tensor, TensorData, Tile,
  Tuning, ValueInfo,
} from './contract.js';
export { FretworkError, quote, type ErrorDetails } from './error.js';
export { DTYPES, isDType, elementCount, mulChecked, dense, zeros, bytesOf, ONNX_DTYPES, type DTypeRow } from './dtype.js';
export { halfToNumber, numberToHalf, bfloatToNumber, numberToBfloat } from './half.js';
export { attribute, requiredAttribute, type AttributeValues } from './attribute.js';
export { matricesOf, WEIGHTS, weightsOf, type WeightRow, type LayerWeight } from './weight-view.js';
export type { Rule } from './rules/rule.js';

// sparse/
export { tiles } from './sparse/tiles.js';
export type { BlockSize } from './sparse/block.js';
export type { ValueOptions } from './sparse/kept.js';
export { encodeCsr } from './sparse/csr.js';
export { encodeBcrc } from './sparse/bcrc.js';
export { encodeBcr, type BcrOptions } from './sparse/bcr.js';
export { encodePattern } from './sparse/pattern.js';
export {
  candidateName, OWN_TILES_SLACK, planEncoding,
  type EncodeOptions, type EncodingCandidate, type EncodingPlan, type PossibleCandidate,
} from './sparse/plan.js';
export { encode, type EncodeResult } from './sparse/encode.js';
export { decode, decodeMatrix } from './sparse/decode.js';
export { densityOf, indexBytes, nnzOf, payloadBytes } from './sparse/measure.js';
export { recogniseScheme, type Recognised } from './sparse/recognise.js';
export { SPARSE_RULES } from './sparse/rules.js';
export type { SparseSubject } from './sparse/subject.js';

// container/
export { crc32 } from './container/crc32.js';
export type { ReadLimits } from './container/limits.js';
export type { ArrayPlace, ModelHeader } from './container/outline.js';
export type { GoodHeader, HeaderResult } from './container/parse-header.js';
export { readHeader } from './container/read-header.js';
export type { LoadOptions, LoadProgress } from './container/load-file.js';
export { loadModel } from './container/load-model.js';
export { loadStructure } from './container/load-structure.js';
export type { ModelSource } from './container/open-source.js';
export { readModel } from './container/read-model.js';
export { writeModel } from './container/write-model.js';

// rules/
export { RULES, explainRules, type RuleRow } from './rules/table.js';
export { checkModel } from './rules/check-model.js';

// text/
export { printModel, type PrintOptions } from './text/print.js';
export { parseModel, type ParseOptions } from './text/parse.js';
export { TextError, type TextPlace } from './text/text-error.js';

// shape/
export { inferShapes, type ShapeTable, type ShapeProblem } from './shape/infer.js';
export type { InferredValue, Element } from './shape/context.js';
export { costOf, type LayerCost, type ModelCost, type Macs } from './shape/cost.js';
export { SHAPE_RULES } from './shape/agree.js';
