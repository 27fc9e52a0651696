import type { OperatorShape } from './context.js';
import { CONSTANTS } from './constants.js';
import { CONVOLUTION } from './convolution.js';
import { ELEMENTWISE } from './elementwise.js';
import { INDEXING } from './indexing.js';
import { MATRIX } from './matrix.js';
import { RECURRENT } from './recurrent.js';
import { REDUCTION } from './reduction.js';
import { RESHAPE } from './reshape.js';
import { RESIZE } from './resize.js';

/** Every operator whose output shapes are known, in the form of `OPERATOR_FORM`; one row each. */
export const OPERATOR_SHAPES: readonly OperatorShape[] = [
  ...ELEMENTWISE, ...CONVOLUTION, ...MATRIX, ...RECURRENT, ...REDUCTION, ...RESHAPE, ...INDEXING, ...RESIZE, ...CONSTANTS,
];
