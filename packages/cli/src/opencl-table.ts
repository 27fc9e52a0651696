import type { Clblast, OpenclCountReport, OpenclReport, OpenclRow } from '@fretwork/bench';
import { percent, printTable } from './print-table.js';

/** Times of dense and sparse kernels, width by width, and of CLBlast where it was asked for. */
export const openclText = ({ caption, rows, clblast }: OpenclReport): string =>
  `${caption}\n\n${printTable(['layer', 'weights', 'zeros', 'width', 'ms', 'x dense of that width', 'x best dense', 'order', 'kernel'], rows.map((row) => [
    row.product, row.scheme, percent(row.sparsity), String(row.width), row.ms.toPrecision(3), row.scheme === 'dense' || Number.isNaN(row.faster) ? '–' : `${row.faster.toPrecision(3)}x`, row.scheme === 'dense' ? '–' : `${row.fasterThanBest.toPrecision(3)}x`, row.order, row.kernel,
  ]))}${clblast === undefined ? '' : `\n${clblastText(clblast, rows)}`}`;

/** Instructions and bytes under oclgrind. */
export const openclCountText = ({ caption, rows }: OpenclCountReport): string =>
  `${caption}\n\n${printTable(['layer', 'weights', 'zeros', 'instructions', 'fewer by', 'global bytes', 'fewer by', 'kernel'], rows.map((row) => [
    row.product, row.scheme, percent(row.sparsity), String(row.instructions), `${row.fewerInstructions.toPrecision(3)}x`, String(row.globalBytes), `${row.fewerBytes.toPrecision(3)}x`, row.kernel,
  ]))}`;

function clblastText(clblast: Clblast, rows: readonly OpenclRow[]): string {
  if (!clblast.ok) return `${clblast.reason}; ${clblast.hint}\n`;
  const own = [...clblast.times].map(([product, { ms, parameters }]) => {
    const best = rows.find((row) => row.product === product && row.queuedMs !== undefined)!.queuedMs!;
    return [product, ms.toPrecision(3), parameters, best.toPrecision(3), `${(ms / best).toPrecision(3)}x`];
  });
  return `CLBlast, and the best dense kernel with its planes, of ${clblast.calls} calls one after another by the clock of the host; ${clblast.tuned}\n\n${printTable(['layer', 'CLBlast ms', 'parameters', 'own dense ms', 'own is faster by'], own)}`;
}
