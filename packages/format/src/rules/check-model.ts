import type { Outline } from '../container/outline.js';
import type { Model } from '../contract.js';
import { SHAPE_RULES } from '../shape/agree.js';
import { checkArrays, RECORDS } from './check-structure.js';
import { HAND_MADE_RULES } from './hand-made-rules.js';
import { OPERATOR_RULES } from './operator-rules.js';
import { enforce, type Judge } from './rule.js';
import { PLAN_RULES, SCHEME_RULES } from './scheme-rules.js';
import { VIEW_RULES } from './view-rules.js';

/** Judges all that can be judged without the elements of arrays. */
export function checkOutline(model: Outline): void {
  for (const rules of [...RECORDS, OPERATOR_RULES, VIEW_RULES, SCHEME_RULES, PLAN_RULES]) enforce(rules, model);
}

/** Judges the elements of a model whose outline is good, and the shapes that follow from them. */
export function checkData(model: Model): void {
  checkArrays(model);
  enforce(SHAPE_RULES, model);
}

/** All rules of `RULES`. */
export const BY_ALL_RULES: Judge = { outline: checkOutline, data: checkData };

/**
 * Judges a model made by hand with the rules that a file is judged by. Throws the first broken one as a `FretworkError`
 * with the code of the rule. The types of `Model` are trusted: this is no check of untyped records.
 */
export function checkModel(model: Model): void {
  enforce(HAND_MADE_RULES, model);
  checkOutline(model);
  checkData(model);
}
