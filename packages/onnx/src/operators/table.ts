import { ELEMENTWISE } from './elementwise.js';
import { LAYERS } from './layers.js';
import { RESHAPING } from './reshaping.js';
import type { OperatorRow } from './row.js';

/** Every operator that this package imports and exports, in the form of `OPERATOR_FORM`, sorted by name. */
export const OPERATORS: readonly OperatorRow[] =
  [...ELEMENTWISE, ...LAYERS, ...RESHAPING].sort((a, b) => (a.operator < b.operator ? -1 : 1));

const byName: ReadonlyMap<string, OperatorRow> = new Map(OPERATORS.map((row) => [row.operator, row]));

export const operatorRow = (operator: string): OperatorRow | undefined => byName.get(operator);
