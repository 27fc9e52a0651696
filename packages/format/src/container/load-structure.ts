import type { Model } from '../contract.js';
import { BY_STRUCTURE } from '../rules/check-structure.js';
import { loadFile, type LoadOptions } from './load-file.js';
import type { ModelSource } from './open-source.js';

/**
 * `loadModel` for those who judge themselves what layers mean, and want no second judge in their bundle: everything is held
 * against the rules but the stages `operators` (its last rule, `weight.view`, is), `schemes`, `plan and recipe`, and `shapes`. Bytes, records,
 * names, graph, tensors and encodings are good; whether weights, attributes and shapes fit the operators is left to the caller.
 */
export const loadStructure = (source: ModelSource, options: LoadOptions = {}): Promise<Model> => loadFile(source, options, BY_STRUCTURE);
