import type { Outline } from '../container/outline.js';
import type { Model } from '../contract.js';
import { SHAPE_RULES } from '../shape/agree.js';
import { SPARSE_RULES } from '../sparse/rules.js';
import { DATA_RULES } from './data-rules.js';
import { GRAPH_RULES } from './graph-rules.js';
import { HAND_MADE_RULES } from './hand-made-rules.js';
import { LAYER_RULES } from './layer-rules.js';
import { OPERATOR_RULES } from './operator-rules.js';
import { enforce } from './rule.js';
import { PLAN_RULES, SCHEME_RULES } from './scheme-rules.js';
import { TENSOR_RULES } from './tensor-rules.js';
import { VALUE_RULES } from './value-rules.js';

/** Judges all that can be judged without the elements of arrays. */
export function checkOutline(model: Outline): void {
  for (const rules of [VALUE_RULES, TENSOR_RULES, LAYER_RULES, GRAPH_RULES, OPERATOR_RULES, SCHEME_RULES, PLAN_RULES]) {
    enforce(rules, model);
  }
}

/** Judges the elements of a model whose outline is good, and the shapes that follow from them. */
export function checkData(model: Model): void {
  for (const [name, tensor] of model.tensors) {
    if (tensor.kind === 'sparse') for (const matrix of tensor.matrices) enforce(SPARSE_RULES, { matrix, tensor: name });
  }
  enforce(DATA_RULES, model);
  enforce(SHAPE_RULES, model);
}

/**
 * Judges a model made by hand with the rules that a file is judged by. Throws the first broken one as a `FretworkError`
 * with the code of the rule. The types of `Model` are trusted: this is no check of untyped records.
 */
export function checkModel(model: Model): void {
  enforce(HAND_MADE_RULES, model);
  checkOutline(model);
  checkData(model);
}
