import type { NeonAblationReport, NeonNetworksReport, NeonReport, NeonTuningReport } from '@fretwork/bench';
import { percent, printTable } from './print-table.js';

/** Counts of ours per layer and mask, and of the peers; ratios are to the best peer of each column. */
export function neonText({ caption, rows, peers }: NeonReport): string {
  const cores = Object.keys(rows[0]?.cycles ?? {});
  const macs = ({ m, k, n }: { m: number; k: number; n: number }): number => m * k * n;
  const per = (value: number, of: number): string => (value / of).toFixed(4);
  const factor = (value: number | undefined): string => (value === undefined ? '–' : `${value.toPrecision(3)}x`);
  const head = ['instructions/MAC', ...cores.map((core) => `${core} cycles/MAC`)];
  const counted = rows.some(({ misses }) => misses > 0);
  const timed = rows.some(({ wall }) => wall !== undefined);
  const missHead = counted ? ['L1 misses/kMAC'] : [];
  const missCell = (row: { readonly misses: number; readonly product: { m: number; k: number; n: number } }): string[] => (counted ? [per(1000 * row.misses, macs(row.product))] : []);
  const peerTable = printTable(['layer', 'peer', ...head, ...missHead], peers.map((row) => [
    row.product.name, row.peer, per(row.instructions, macs(row.product)), ...cores.map((core) => per(row.cycles[core]!, macs(row.product))), ...missCell(row),
  ]));
  const own = printTable(['layer', 'weights', 'zeros', 'kept', ...head, 'fewer instructions', ...cores.map((core) => `${core} faster`), ...missHead, ...(timed ? ['wall, ms', 'wall, x own dense'] : []), 'bytes/MAC', 'kernel'], rows.map((row) => [
    row.product.name, row.scheme, percent(row.sparsity), percent(row.kept), per(row.instructions, macs(row.product)), ...cores.map((core) => per(row.cycles[core]!, macs(row.product))),
    factor(row.fewer), ...cores.map((core) => factor(row.faster?.[core])), ...missCell(row), ...(row.wall === undefined ? [] : [row.wall.ms.toFixed(3), factor(row.wall.faster)]), (row.bytes / (row.product.m * row.product.k)).toFixed(3), row.kernel,
  ]));
  return `${caption}\nA MAC is one of the dense layer; ratios are the best peer's number over ours.\n\n${peers.length === 0 ? '' : `${peerTable}\n`}${own}`;
}

/** Whole networks: totals, and what they come to at the clock that the caption says. */
export function neonNetworksText({ caption, rows }: NeonNetworksReport): string {
  const cores = Object.keys(rows[0]?.cycles ?? {});
  const factor = (value: number | undefined): string => (value === undefined ? '–' : `${value.toPrecision(3)}x`);
  return `${caption}\n\n${printTable(['network', 'weights', 'rate', 'instructions, million', ...cores.map((core) => `${core}, ms`), 'fewer', ...cores.map((core) => `${core} faster`)], rows.map((row) => [
    row.network, row.weights, `${row.reached.toFixed(1)}x`, (row.instructions / 1e6).toFixed(1), ...cores.map((core) => row.ms[core]!.toFixed(2)), factor(row.fewer), ...cores.map((core) => factor(row.faster?.[core])),
  ]))}`;
}

/** What tuning finds, layer by layer. */
export const neonTuningText = ({ caption, rows }: NeonTuningReport): string =>
  `${caption}\n\n${printTable(['layer', 'weights', 'zeros', 'tried', 'cheaper', 'choice'], rows.map(({ product: { name }, scheme, sparsity, tried, cheaper, choice }) =>
    [name, scheme, percent(sparsity), String(tried), `${cheaper.toFixed(3)}x`, Object.entries(choice).map(([gene, value]) => `${gene} ${value}`).join(', ')]))}`;

/** What each optimisation brings: instructions per MAC of the dense layer, and how many times fewer than with none. */
export const neonAblationText = ({ caption, rows }: NeonAblationReport): string =>
  `${caption}\n\n${printTable(['layer', 'weights', 'zeros', 'step', 'instructions/MAC', 'fewer'], rows.map(({ product: { name, m, k, n }, scheme, sparsity, step, instructions, fewer }) =>
    [name, scheme, percent(sparsity), step, (instructions / (m * k * n)).toFixed(4), `${fewer.toFixed(2)}x`]))}`;
