import { ARITHMETIC } from './arithmetic.js';
import { CONVOLUTION } from './convolution.js';
import { LAYOUT } from './layout.js';
import { MATRIX } from './matrix.js';
import { BATCH_NORMALIZATION, DROPOUT } from './normalisation.js';
import { POINTWISE } from './pointwise.js';
import { POOLING } from './pooling.js';
import { RECURRENT } from './recurrent/rows.js';
import { REDUCTION } from './reduction.js';
import type { GradientRow } from './row.js';

/** Every operator that can be trained through, one row each. */
export const GRADIENTS: readonly GradientRow[] = [
  ...POINTWISE, ...ARITHMETIC, ...CONVOLUTION, ...MATRIX, BATCH_NORMALIZATION, DROPOUT, ...POOLING, ...LAYOUT, ...REDUCTION, ...RECURRENT,
];

export const gradientRow = (operator: string): GradientRow | undefined => GRADIENTS.find((row) => row.operator === operator);
