export type {
  ConvolutionQuery, FullQuery, GlueQuery, InputShapes, LatencyModel, LatencyProbe, LatencyTable, LayerKind, LayerPrediction, LayerQuery, ModelPrediction,
  OpenedLayers, OpenOptions, Prediction, PredictOptions, QueriedLayer, ReadyLayer, RecurrentQuery, Refusal, TableEntry, TableKey, TableRefusal, TimePart,
  Weighted, WeightedQuery,
} from './contract.js';
