import { evolution } from './evolution.js';
import { hillClimb } from './hill-climb.js';
import { randomSearch } from './random-search.js';
import { reinforce } from './reinforce.js';
import type { SearcherRow } from './searcher-row.js';

/** Every way to search; the first is the usual one. */
export const SEARCHERS: readonly SearcherRow[] = [hillClimb, evolution, reinforce, randomSearch];
