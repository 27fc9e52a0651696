import { runtimeProbe, timeNetwork, type NamedModel } from '@fretwork/bench';
import { runPasses } from '@fretwork/compiler';
import { FretworkError, type Model, type Scheme } from '@fretwork/format';
import { fitLatency, keyText, rankCorrelation, sameKey, testHeldOut, type HeldOut, type LatencyModel, type LatencyTable, type ModelPrediction } from '@fretwork/latency';
import { pruneModel } from '@fretwork/pruner';
import { numberOption } from '../arguments.js';
import type { Arguments, Terminal } from '../contract.js';
import { EXIT } from '../contract.js';
import { namedModels } from '../named-models.js';
import { percent, plain, printTable } from '../print-table.js';
import { schemeOption, schemeText } from '../scheme-option.js';
import { tableOperand } from './files.js';
import { median, off } from './numbers.js';

/** The bars of the project: what a latency model has to reach. */
const BARS = { layers: 0.1, networks: 0.1, rank: 0.95 } as const;

interface NetworkRow {
  readonly network: string;
  readonly scheme: string;
  /** Sum of the quiet times of its layers, ms. */
  readonly ms: number;
  /** Whole calls, ms. */
  readonly runMs: number;
  readonly predicted: number;
  readonly low: number;
  readonly high: number;
  /** Over its layers. */
  readonly rank: number;
  readonly layers: readonly { readonly layer: string; readonly ms: number; readonly predicted: number }[];
}

/** Holds a fitted model against layers that were left out, and against networks measured now. */
export async function test(args: Arguments, terminal: Terminal): Promise<number> {
  const table = await tableOperand(args);
  const seed = numberOption(args, 'seed', { least: 0, most: 2 ** 31 - 1, whole: true }) ?? 1;
  const heldOut = testHeldOut(table, { seed, share: numberOption(args, 'share', { least: 0.01, most: 0.9 }) ?? 0.2 });
  const models = await namedModels(args.positionals.slice(2), args.texts('shape'), 'latency');
  const networks = models.length === 0 ? [] : await testNetworks(table, models, args, terminal);
  if (args.flag('json')) terminal.out(`${JSON.stringify({ key: table.key, seed, heldOut: heldOut.rows, networks }, undefined, 2)}\n`);
  else terminal.out(`${keyText(table.key)}\n\n${heldOutText(heldOut)}${networks.length === 0 ? '' : `\n${networksText(networks)}`}`);
  return meets(heldOut, networks) ? EXIT.ok : EXIT.no;
}

async function testNetworks(table: LatencyTable, models: readonly NamedModel[], args: Arguments, terminal: Terminal): Promise<readonly NetworkRow[]> {
  const { key } = await runtimeProbe({ threads: table.key.threads });
  if (!sameKey(key, table.key)) {
    throw new FretworkError('latency.keys', 'networks can be measured here only against a table of this machine', { expected: keyText(table.key), actual: keyText(key), hint: 'leave the models out, or measure a table here' });
  }
  const model = fitLatency(table);
  const schemes: readonly (Scheme | undefined)[] = args.text('rate') === undefined ? [undefined] : [undefined, schemeOption(args)];
  const rows: NetworkRow[] = [];
  for (const { name, model: network, inputShapes = {} } of models) {
    const { model: folded } = runPasses(network, undefined, { inputShapes });
    for (const scheme of schemes) {
      terminal.err(`${name}, ${schemeText(scheme ?? { kind: 'dense' })}\n`);
      rows.push(await testNetwork(name, scheme === undefined ? folded : pruneModel(folded, { scheme }).model, scheme, { model, threads: table.key.threads, inputShapes }));
    }
  }
  return rows;
}

async function testNetwork(name: string, network: Model, scheme: Scheme | undefined, { model, threads, inputShapes }: {
  readonly model: LatencyModel; readonly threads: number; readonly inputShapes: Readonly<Record<string, readonly number[]>>;
}): Promise<NetworkRow> {
  const times = await timeNetwork(network, { threads, inputShapes });
  const predicted: ModelPrediction = model.predictModel(network, { inputShapes });
  const measured = new Map(times.layers.map(({ layer, ms }) => [layer, ms]));
  const layers = predicted.layers.flatMap((layer) => (layer.query === undefined ? [] : [{ layer: layer.layer, ms: measured.get(layer.layer) ?? 0, predicted: layer.ms }]));
  return {
    network: name, scheme: schemeText(scheme ?? { kind: 'dense' }), ms: times.layers.reduce((sum, { ms }) => sum + ms, 0), runMs: times.runMs, predicted: predicted.ms, low: predicted.low, high: predicted.high,
    rank: rankCorrelation(layers.map((layer) => layer.predicted), layers.map(({ ms }) => ms)), layers,
  };
}

function heldOutText({ seed, share, turns, rows }: HeldOut): string {
  return `Layers left out of the fit: ${percent(share)} of them${turns === 1 ? '' : ` at a time, ${turns} times`}, by seed ${seed}\n${printTable(
    ['kind', 'layers', 'median error', '90 % within', 'rank correlation', 'within bounds'],
    rows.map((row) => [row.kind, row.layers, percent(row.median), percent(row.ninety), row.rank.toFixed(3), percent(row.covered)]),
  )}`;
}

function networksText(rows: readonly NetworkRow[]): string {
  const errors = rows.map(({ ms, predicted }) => Math.abs(predicted / ms - 1));
  return `Networks: ms of their layers, measured now, against the model\n${printTable(
    ['network', 'pruned', 'ms', 'predicted', 'off', 'bounds', 'rank of layers', 'whole call'],
    rows.map((row) => [plain(row.network), row.scheme, row.ms.toFixed(3), row.predicted.toFixed(3), off(row.predicted / row.ms), `${row.low.toFixed(2)} to ${row.high.toFixed(2)}`, row.rank.toFixed(3), row.runMs.toFixed(3)]),
  )}median error ${percent(median(errors))}, rank correlation of the networks ${rankCorrelation(rows.map(({ predicted }) => predicted), rows.map(({ ms }) => ms)).toFixed(3)}\n`;
}

function meets({ rows }: HeldOut, networks: readonly NetworkRow[]): boolean {
  const all = rows.find(({ kind }) => kind === 'all')!;
  return all.median <= BARS.layers && all.rank >= BARS.rank && (networks.length === 0 || median(networks.map(({ ms, predicted }) => Math.abs(predicted / ms - 1))) <= BARS.networks);
}
