import type { Layer } from '@fretwork/format';
import { CONVOLUTION } from './convolution.js';
import { ELEMENTWISE } from './elementwise.js';
import { MOVING } from './moving.js';
import { NORMALISING } from './normalising.js';
import { POOLING } from './pooling.js';
import { PRODUCTS } from './products.js';
import { RECURRENT } from './recurrent.js';
import { REDUCING } from './reducing.js';
import type { OperatorRow } from './row.js';
import { TRANSPOSED } from './transposed.js';

/** Every operator that is compiled. */
export const OPERATORS: readonly OperatorRow[] = [...CONVOLUTION, ...TRANSPOSED, ...PRODUCTS, ...RECURRENT, ...POOLING, ...REDUCING, ...NORMALISING, ...ELEMENTWISE, ...MOVING];

const BY_NAME = new Map(OPERATORS.flatMap((row) => row.operators.map((operator) => [operator, row] as const)));

export const rowOf = (layer: Layer): OperatorRow | undefined => (layer.domain === '' ? BY_NAME.get(layer.operator) : undefined);
