export type {
  ConvolutionQuery, FullQuery, GlueQuery, InputShapes, LatencyModel, LatencyProbe, LatencyTable, LayerKind, LayerPrediction, LayerQuery, ModelPrediction,
  OpenedLayers, OpenOptions, Prediction, PredictOptions, QueriedLayer, ReadyLayer, RecurrentQuery, Refusal, TableEntry, TableKey, TableRefusal, TimePart,
  Weighted, WeightedQuery,
} from './contract.js';

// query/
export { kindOf, keptShare, weightSizes, type WeightSize } from './query/kind.js';
export { checkQuery, queryName, queryText } from './query/identity.js';
export { queriesOf } from './query/queries-of.js';
export { JOINS, type JoinRule } from './query/operators.js';

// table/
export { groupTables, keyText, mergeTables, sameKey } from './table/merge.js';
export { TABLE_RULES } from './table/rules.js';
export { parseTable, printTable } from './table/text.js';
