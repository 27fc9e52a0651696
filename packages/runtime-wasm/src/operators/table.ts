import type { Layer } from '@fretwork/format';
import { BROADCASTING } from './broadcasting.js';
import { CONSTANTS } from './constants.js';
import { CONVOLUTION } from './convolution.js';
import { ELEMENTWISE } from './elementwise.js';
import { INDEXING } from './indexing.js';
import { LANES } from './lanes.js';
import { MATRIX } from './matrix.js';
import { MOVING } from './moving.js';
import { NORMALISATION } from './normalisation.js';
import { POOLING } from './pooling.js';
import { RECURRENT } from './recurrent/cells.js';
import { RESHAPING } from './reshaping.js';
import { RESIZE } from './resize.js';
import type { OperatorRow } from './row.js';
import { TRANSPOSED_CONVOLUTION } from './transposed-convolution.js';

/** Every operator that can be run, one row each. */
export const OPERATORS: readonly OperatorRow[] = [
  ...CONVOLUTION, ...TRANSPOSED_CONVOLUTION, ...MATRIX, ...RECURRENT, ...ELEMENTWISE, ...BROADCASTING,
  ...RESHAPING, ...MOVING, ...CONSTANTS, ...INDEXING, ...LANES, ...POOLING, ...NORMALISATION, ...RESIZE,
];

const BY_NAME: ReadonlyMap<string, OperatorRow> = new Map(OPERATORS.map((row) => [row.operator, row]));

export const findRow = (layer: Pick<Layer, 'domain' | 'operator'>): OperatorRow | undefined => (layer.domain === '' ? BY_NAME.get(layer.operator) : undefined);
