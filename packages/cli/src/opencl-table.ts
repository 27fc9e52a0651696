import type { OpenclReport } from '@fretwork/bench';
import { percent, printTable } from './print-table.js';

/** Times of dense and sparse kernels, width by width. */
export const openclText = ({ caption, rows }: OpenclReport): string =>
  `${caption}\n\n${printTable(['layer', 'weights', 'zeros', 'width', 'ms', 'x dense of that width', 'order', 'kernel'], rows.map((row) => [
    row.product, row.scheme, percent(row.sparsity), String(row.width), row.ms.toPrecision(3), row.scheme === 'dense' ? '–' : `${row.faster.toPrecision(3)}x`, row.order, row.kernel,
  ]))}`;
