export type {
  ConvolutionQuery, FullQuery, GlueQuery, InputShapes, LatencyModel, LatencyProbe, LatencyTable, LayerKind, LayerPrediction, LayerQuery, ModelPrediction,
  OpenedLayers, OpenOptions, Prediction, PredictOptions, QueriedLayer, ReadyLayer, RecurrentQuery, Refusal, TableEntry, TableKey, TableRefusal, TimePart,
  Weighted, WeightedQuery,
} from './contract.js';

// query/
export { kindOf, keptShare, weightSizes, type WeightSize } from './query/kind.js';
export { touchedByRun, touchedBytes, type TouchedBytes } from './query/bytes.js';
export { checkQuery, queryName, queryText } from './query/identity.js';
export { queriesOf } from './query/queries-of.js';
export { JOINS, type JoinRule } from './query/operators.js';

// table/
export { groupTables, keyText, mergeTables, sameKey } from './table/merge.js';
export { logHeader, logLines, readLog, type Log } from './table/log.js';
export { entryOf, isSettled, type Reading } from './table/reading.js';
export { quietMedian, quietSamples } from './table/statistics.js';
export { TABLE_RULES } from './table/rules.js';
export { parseTable, printTable } from './table/text.js';
export { fillTable, isEnough, type Enough, type FillOptions, type FillProgress, type Known } from './table/fill.js';

// design/
export { planDesign, type DesignOptions, type LatencyDesign } from './design/design.js';
export { DESIGN_ROWS, type DesignRow } from './design/draw.js';

// model/
export { fitLatency, type FittedFamily, type FittedModel } from './model/fit.js';
export { familyOf, partsOf, type Family, type Parts } from './model/parts.js';
export { rankCorrelation, testHeldOut, type HeldOut, type HeldOutRow } from './model/held-out.js';
