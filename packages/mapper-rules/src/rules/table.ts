import type { Rule } from '../contract.js';
import { BLOCKS } from './blocks.js';
import { FAMILIES } from './families.js';
import { KEEP_DENSE } from './keep-dense.js';
import { PAYS } from './pays.js';

/** Every rule, in the order in which they are asked. `decide` and the README read this table. */
export const RULES: readonly Rule[] = [...KEEP_DENSE, ...FAMILIES, ...BLOCKS, ...PAYS];
