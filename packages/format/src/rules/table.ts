import { SHAPE_RULES } from '../shape/agree.js';
import { ENCODING_RULES } from '../sparse/rules.js';
import { DATA_RULES } from './data-rules.js';
import { GRAPH_RULES } from './graph-rules.js';
import { HEADER_RULES } from './header-rules.js';
import { LAYER_RULES } from './layer-rules.js';
import { OPERATOR_RULES } from './operator-rules.js';
import { PREAMBLE_RULES } from './preamble-rules.js';
import { RECORD_RULES } from './record-rules.js';
import type { Rule } from './rule.js';
import { PLAN_RULES, SCHEME_RULES } from './scheme-rules.js';
import { SECTION_RULES, TABLE_RULES } from './section-rules.js';
import { SENTENCES } from './sentences.js';
import { TENSOR_RULES } from './tensor-rules.js';
import { VALUE_RULES } from './value-rules.js';
import { VIEW_RULES } from './view-rules.js';

/** One row of the table: the stage at which a rule is judged, its code, and what is true of every good file. */
export interface RuleRow {
  readonly stage: string;
  readonly code: string;
  readonly says: string;
}

const stage = (name: string, rules: readonly Pick<Rule<never>, 'code'>[]): readonly RuleRow[] =>
  rules.map(({ code }) => ({ stage: name, code, says: SENTENCES[code]! }));

/** All rules of a `.bcr` file in the order in which they are judged; `checkModel` judges the stages from `values` on. */
export const RULES: readonly RuleRow[] = [
  ...stage('preamble', PREAMBLE_RULES),
  ...stage('header', HEADER_RULES),
  ...stage('records', RECORD_RULES),
  ...stage('section table', TABLE_RULES),
  ...stage('values', VALUE_RULES),
  ...stage('tensors', TENSOR_RULES),
  ...stage('layers', LAYER_RULES),
  ...stage('graph', GRAPH_RULES),
  ...stage('operators', [...OPERATOR_RULES, ...VIEW_RULES]),
  ...stage('schemes', SCHEME_RULES),
  ...stage('plan and recipe', PLAN_RULES),
  ...stage('sections', SECTION_RULES),
  ...stage('sparse', ENCODING_RULES),
  ...stage('data', DATA_RULES),
  ...stage('shapes', SHAPE_RULES),
];

/** The table as text: a line per rule. */
export const explainRules = (): string =>
  RULES.map((row) => `${row.stage.padEnd(16)} ${row.code.padEnd(24)} ${row.says}\n`).join('');
