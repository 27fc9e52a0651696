import { runtimeProbe } from '@fretwork/bench';
import { FretworkError } from '@fretwork/format';
import { fitLatency, keyText, parseTable, sameKey, type FittedModel } from '@fretwork/latency';
import { usage } from './arguments.js';
import type { Arguments, OptionRow, Terminal } from './contract.js';
import { readFile } from './files.js';

/** Where a table is looked for that was not named. */
const USUAL = 'fretwork-latency.json';

/** Backends that a model can be mapped for, and what the keys of their tables begin with. */
const TARGETS: readonly { readonly name: string; readonly backend: string }[] = [{ name: 'wasm', backend: 'runtime-wasm' }];

export const TARGET_OPTIONS: readonly OptionRow[] = [
  { name: 'target', value: 'NAME', says: `Where the model is to be fast: ${TARGETS.map(({ name }) => name).join(', ')}.` },
  { name: 'latency-table', value: 'TABLE', says: `Times of layers there, as fretwork latency measure writes them. Default: ${USUAL} in the folder at hand.` },
];

/**
 * The latency model of the table that the options name. Says on standard error where the table is of another device or version than
 * this one. Throws `usage.target`, `map.table` where there is no table, and what reading and fitting throw.
 */
export async function latencyModelOf(args: Arguments, terminal: Terminal): Promise<FittedModel> {
  const name = args.text('target') ?? TARGETS[0]!.name;
  const target = TARGETS.find((t) => t.name === name);
  if (target === undefined) throw usage('target', `there is no target ${JSON.stringify(name)}; known: ${TARGETS.map((t) => t.name).join(', ')}`, args.command);
  const path = args.text('latency-table') ?? USUAL;
  const table = parseTable(await tableText(path), path);
  if (!table.key.backend.startsWith(target.backend)) {
    throw new FretworkError('map.table', `${path} is of another target`, { expected: target.backend, actual: keyText(table.key), hint: 'measure one with fretwork latency measure' });
  }
  const here = (await runtimeProbe({ threads: table.key.threads })).key;
  if (!sameKey(here, table.key)) terminal.err(`note: ${path} is of ${keyText(table.key)}; this is ${keyText(here)}\n`);
  return fitLatency(table);
}

async function tableText(path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readFile(path));
  } catch (error) {
    if (!(error instanceof FretworkError) || error.code !== 'path.missing') throw error;
    throw new FretworkError('map.table', `there is no latency table ${path}`, {
      cause: error, hint: `measure one, in some ten minutes: fretwork latency measure -o ${USUAL}; or name another with --latency-table`,
    });
  }
}
