import { fitLatency, keyText, kindOf, partsOf, familyOf, type FittedFamily, type LatencyTable, type LayerKind, type TableEntry } from '@fretwork/latency';
import type { Arguments, Terminal } from '../contract.js';
import { EXIT } from '../contract.js';
import { percent, printTable } from '../print-table.js';
import { tableOperand } from './files.js';
import { median, microseconds } from './numbers.js';

interface KindRow {
  readonly kind: LayerKind;
  readonly layers: number;
  readonly least: number;
  readonly middle: number;
  readonly most: number;
  /** Spread / ms, the median. */
  readonly spread: number;
  /** Rounds, the mean. */
  readonly rounds: number;
}

function kindRows({ entries }: LatencyTable): readonly KindRow[] {
  const kinds = [...new Set(entries.map(({ query }) => kindOf(query)))].sort();
  return kinds.map((kind): KindRow => {
    const own = entries.filter(({ query }) => kindOf(query) === kind);
    const ms = own.map((entry) => entry.ms);
    return {
      kind, layers: own.length, least: Math.min(...ms), middle: median(ms), most: Math.max(...ms), spread: median(own.map((entry) => entry.spread / entry.ms)),
      rounds: own.reduce((sum, { rounds }) => sum + rounds, 0) / own.length,
    };
  });
}

/** What a table holds: key, how, and how much of each kind. */
export async function show(args: Arguments, terminal: Terminal): Promise<number> {
  const table = await tableOperand(args);
  const rows = kindRows(table);
  if (args.flag('json')) {
    terminal.out(`${JSON.stringify({ key: table.key, how: table.how, kinds: rows, refused: table.refused }, undefined, 2)}\n`);
    return EXIT.ok;
  }
  terminal.out(`${keyText(table.key)}\n${table.how}\n\n`);
  terminal.out(printTable(['kind', 'layers', 'µs least', 'median', 'most', 'spread', 'rounds'], rows.map((row) => [
    row.kind, row.layers, microseconds(row.least), microseconds(row.middle), microseconds(row.most), percent(row.spread), row.rounds.toFixed(1),
  ])));
  for (const { query, reason } of table.refused) terminal.out(`refused: ${kindOf(query)}: ${reason}\n`);
  return EXIT.ok;
}

/** Shares of the time of a family's measured layers that go to each part. */
function sharesOf({ family, prices }: FittedFamily, entries: readonly TableEntry[]): readonly (readonly [name: string, share: number])[] {
  const sums = new Map<string, number>();
  const own = entries.filter(({ query }) => familyOf(query) === family);
  for (const { query } of own) {
    const parts = Object.entries(partsOf(query)).map(([name, amount]) => [name, amount * (prices[name] ?? 0)] as const);
    const total = parts.reduce((sum, [, ms]) => sum + ms, 0);
    for (const [name, ms] of parts) sums.set(name, (sums.get(name) ?? 0) + ms / total / own.length);
  }
  return [...sums].filter(([, share]) => share >= 0.005).sort((a, b) => b[1] - a[1]);
}

/** What layers take time for, by the fitted prices. */
export async function fit(args: Arguments, terminal: Terminal): Promise<number> {
  const table = await tableOperand(args);
  const { families } = fitLatency(table);
  if (args.flag('json')) {
    terminal.out(`${JSON.stringify({ key: table.key, families }, undefined, 2)}\n`);
    return EXIT.ok;
  }
  terminal.out(`${keyText(table.key)}\n`);
  for (const family of families) {
    terminal.out(`\n${family.family}, ${family.layers} layers\n`);
    terminal.out(printTable(['part', 'share of the time', 'ms each'], sharesOf(family, table.entries).map(([name, share]) => [name, percent(share), family.prices[name]!.toExponential(2)])));
  }
  return EXIT.ok;
}
