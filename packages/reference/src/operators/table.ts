import type { Layer } from '@fretwork/format';
import type { OperatorRow } from '../contract.js';
import { ALONG_AXIS } from './along-axis.js';
import { BINARY } from './binary.js';
import { CAST } from './cast.js';
import { CONVOLUTION } from './convolution.js';
import { GATHER } from './gather.js';
import { GENERATE } from './generate.js';
import { LAYOUT } from './layout.js';
import { LOGIC } from './logic.js';
import { MATRIX } from './matrix.js';
import { NORMALISATION } from './normalisation.js';
import { POOLING } from './pooling.js';
import { RECURRENT } from './recurrent/cells.js';
import { REDUCTION } from './reduction.js';
import { RESIZE } from './resize/resize.js';
import { SCATTER } from './scatter.js';
import { SHAPE } from './shape.js';
import { TRANSPOSED_CONVOLUTION } from './transposed-convolution.js';
import { UNARY } from './unary.js';

/** Every operator that is defined here, one row each. */
export const OPERATORS: readonly OperatorRow[] = [
  ...UNARY, ...BINARY, ...LOGIC, ...CAST, ...REDUCTION, ...ALONG_AXIS, ...CONVOLUTION, ...TRANSPOSED_CONVOLUTION, ...POOLING,
  ...NORMALISATION, ...MATRIX, ...RECURRENT, ...GATHER, ...SCATTER, ...SHAPE, ...LAYOUT, ...RESIZE, ...GENERATE,
];

/** The first of `rows` that computes `layer`. */
export const findOperator = (layer: Layer, rows: readonly OperatorRow[]): OperatorRow | undefined =>
  rows.find((row) => row.operator === layer.operator && (row.domain ?? '') === layer.domain);
