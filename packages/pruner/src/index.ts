export type { Allocation, Mask, Matrix, ProjectOptions, Projection, Support } from './contract.js';
export { applyMask, project, supports } from './projection/project.js';
export { choosePatterns, type PatternChoice } from './projection/pattern.js';
export { SCHEMES, type SchemeRow } from './projection/schemes.js';
