export type {
  Candidate, Damage, Difficulty, MapEntry, MapOptions, MappedLayer, MapPlan, Mapper, MapTarget, MapTotals, PredictedPlan, Rule, RuleSubject, Ruling, Thresholds,
} from './contract.js';
export { mapByRules, TAKEN_AS_HARD } from './map-by-rules.js';
export { predictPlan, type PredictPlanOptions } from './predict-plan.js';

// rules/
export { RULES } from './rules/table.js';
export { THRESHOLDS, type ThresholdRow } from './rules/thresholds.js';
export { findBlock, type BlockSearch, type FoundBlock } from './rules/find-block.js';

// damage/
export { energyDamage } from './damage/energy-damage.js';
export { scanDamage, type Scan } from './damage/scan-damage.js';

// difficulty/
export { judgeDifficulty, planProbe, type DifficultyMeasured } from './difficulty/judge-difficulty.js';

// forecast/
export { forecast, type ForecastOptions } from './forecast/forecast.js';
export type { Forecast, LayerAtRate, LayerForecast } from './forecast/contract.js';

// what mappers of any kind see of a network
export { groupsOf, networkOf, skipped, type MappedNetwork } from './layers.js';
export { extentOf, is3x3, isConvolution, patternAt, patternFits, type Extent } from './rules/candidates.js';
