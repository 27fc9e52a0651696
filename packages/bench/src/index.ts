export type {
  Caption, ColdStart, LayerDetail, LayerRow, LayersPage, LayersReport, LayerTime, ModelRow, ModelsPage, ModelsReport, ModelTiming, Paged, PeerCaption, PeerName, Percentiles, Refusal, Speedups, Timing,
} from './contract.js';

// layers/
export type { LayersRequest } from './bench-layers.js';
export { LAYER_SET, type BenchLayer, type ConvLayer, type FullLayer, type GruLayer, type LayerGroup } from './layers/layer-set.js';
export { MASK_SCHEMES, MASK_SOURCES, type Block, type MaskScheme, type MaskSource } from './layers/masks.js';
export { benchLayersInNode, benchModelsInNode, type NodeOptions } from './node-bench.js';

export { benchLayersInBrowser, benchModelsInBrowser, type BrowserOptions } from './browser-bench.js';

// models/
export type { ModelsRequest } from './bench-models.js';
export type { NamedModel } from './models/prepare.js';
export { randomWeights } from './models/random-weights.js';
export { timeLayers, type RoundedLayer, type TimeLayersOptions } from './models/time-layers.js';

// opencl/
export { countOpencl, type OpenclCount, type OpenclCountReport, type OpenclCountRequest, type OpenclCountRow } from './opencl/count-opencl.js';
export type { Clblast, ClblastTime } from './opencl/clblast.js';
export { benchOpencl, type OpenclReport, type OpenclRequest, type OpenclRow } from './opencl/bench-opencl.js';

// neon/
export { benchNeon } from './neon/bench-neon.js';
export { benchNeonAblation } from './neon/ablation.js';
export { NEON_COSTS, neonMeter, unitOfCost, type NeonMeter } from './neon/meter.js';
export { benchNeonNetworks } from './neon/networks.js';
export { benchNeonTuning, type NeonTuningOptions } from './neon/tuning.js';
export type { NeonAblationReport, NeonAblationRow, NeonNetworkRow, NeonNetworksReport, NeonNetworksRequest, NeonReport, NeonRequest, NeonRow, NeonTuningReport, NeonTuningRow, PeerRow } from './neon/contract.js';

// latency/
export { runtimeProbe, type ProbeOptions } from './latency/runtime-probe.js';
export { compareValues, type ValuesRow } from './latency/compare-values.js';
export { timeNetwork, type NetworkOptions, type NetworkTimes } from './latency/time-network.js';

// timing/
export { measure, type Contender, type MeasureOptions } from './timing/measure.js';
export { speedup, type Speedup } from './timing/speedup.js';

// browser/
export type { Answer, Body, FoundChromium, Mount, OpenPage, PageOptions, ServeOptions, Served } from './browser/contract.js';
export { bundle, type BundleOptions } from './browser/bundle.js';
export { findChromium, withPage } from './browser/chromium.js';
export { serve } from './browser/serve.js';
