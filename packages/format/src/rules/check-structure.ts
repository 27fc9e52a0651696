import type { Outline } from '../container/outline.js';
import type { Model } from '../contract.js';
import { ENCODING_RULES } from '../sparse/rules.js';
import { DATA_RULES } from './data-rules.js';
import { GRAPH_RULES } from './graph-rules.js';
import { LAYER_RULES } from './layer-rules.js';
import { enforce, type Judge, type Rule } from './rule.js';
import { TENSOR_RULES } from './tensor-rules.js';
import { VALUE_RULES } from './value-rules.js';
import { VIEW_RULES } from './view-rules.js';

/** Names, tensors, layers and the graph. */
export const RECORDS: readonly (readonly Rule<Outline>[])[] = [VALUE_RULES, TENSOR_RULES, LAYER_RULES, GRAPH_RULES];

function checkStructure(model: Outline): void {
  for (const rules of [...RECORDS, VIEW_RULES]) enforce(rules, model);
}

/** Judges the elements of arrays. */
export function checkArrays(model: Model): void {
  for (const [name, tensor] of model.tensors) {
    if (tensor.kind === 'sparse') for (const matrix of tensor.matrices) enforce(ENCODING_RULES, { matrix, tensor: name });
  }
  enforce(DATA_RULES, model);
}

/** What a model is, and not what its operators, schemes and plan mean. */
export const BY_STRUCTURE: Judge = { outline: checkStructure, data: checkArrays };
