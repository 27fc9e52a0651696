export type {
  Action, Actions, Evaluated, EvaluateOptions, Evaluator, Job, Metrics, Round, Searcher, SearchProgress, SearchResult, SearchSpace, SearchState, Slot, Told,
} from './contract.js';
export { accuracyOf, bestOf, isWithin, paretoFront, penaltyOf, REWARD } from './reward.js';

// space/
export { searchSpace, type SpaceOptions } from './space/search-space.js';
export { RATES, STRUCTURES, type StructureRow } from './space/structures.js';
export { FEATURES } from './space/features.js';

// searchers/
export { SEARCHERS } from './searchers/table.js';
export type { SearcherOptions, SearcherRow } from './searchers/searcher-row.js';

// search/
export { runSearch, type SearchOptions } from './search/run-search.js';

// evaluate/
export { FAST, type FastSettings } from './evaluate/settings.js';
export { packTask, type PackedTask, type Task, type TaskRecord, type TaskSamples } from './evaluate/task.js';
export { inProcess } from './evaluate/in-process.js';

// pool/
export { inThreads, type ThreadOptions } from './pool/in-threads.js';

// queue/
export type { Measured, MeasureData } from './queue/contract.js';
export { measureOverQueue, overQueue, type DeviceMeasurer, type DeviceOptions, type QueueOptions } from './queue/over-queue.js';
export { runWorker, type Measure, type WorkerEvent, type WorkerOptions } from './queue/run-worker.js';
