import { compareValues, type ValuesRow } from '@fretwork/bench';
import { runPasses } from '@fretwork/compiler';
import { rankCorrelation } from '@fretwork/latency';
import { numberOption, usage } from '../arguments.js';
import type { Arguments, Terminal } from '../contract.js';
import { EXIT } from '../contract.js';
import { namedModels } from '../named-models.js';
import { percent, plain, printTable } from '../print-table.js';
import { schemeOption, schemeText } from '../scheme-option.js';
import { median, microseconds, off } from './numbers.js';

/** Shows that latency depends on structure, not on values. */
export async function values(args: Arguments, terminal: Terminal): Promise<number> {
  const names = args.positionals.slice(1);
  if (names.length === 0) throw usage('operand', 'latency values needs at least one MODEL', 'latency');
  const scheme = schemeOption(args);
  const threads = numberOption(args, 'threads', { least: 1, most: 64, whole: true }) ?? 1;
  const seed = numberOption(args, 'seed', { least: 0, most: 2 ** 31 - 1, whole: true }) ?? 1;
  const found: { readonly network: string; readonly rows: readonly ValuesRow[] }[] = [];
  for (const { name, model, inputShapes = {} } of await namedModels(names, args.texts('shape'), 'latency')) {
    terminal.err(`${name}\n`);
    const { model: folded } = runPasses(model, undefined, { inputShapes });
    found.push({ network: name, rows: await compareValues(folded, scheme, { threads, seed, inputShapes }) });
  }
  if (args.flag('json')) terminal.out(`${JSON.stringify({ scheme, networks: found }, undefined, 2)}\n`);
  else for (const { network, rows } of found) terminal.out(`${network}, ${schemeText(scheme)}, µs\n${valuesText(rows)}\n`);
  return EXIT.ok;
}

function valuesText(rows: readonly ValuesRow[]): string {
  const said = (name: string, pick: (row: ValuesRow) => number): string =>
    `${name}: median difference ${percent(median(rows.map((row) => Math.abs(pick(row) / row.own - 1))))}, rank correlation ${rankCorrelation(rows.map(pick), rows.map(({ own }) => own)).toFixed(3)}\n`;
  return printTable(['layer', 'own weights', 'drawn, same places', '', 'drawn, other places', ''], rows.map((row) => [
    plain(row.layer, 32), microseconds(row.own), microseconds(row.samePlaces), off(row.samePlaces / row.own), microseconds(row.otherPlaces), off(row.otherPlaces / row.own),
  ])) + said('same places', ({ samePlaces }) => samePlaces) + said('other places', ({ otherPlaces }) => otherPlaces);
}
