import { usage } from '../arguments.js';
import type { Arguments, Command, Terminal } from '../contract.js';
import { SHAPE_OPTION } from '../input-shapes.js';
import { measure, merge } from '../latency/measure.js';
import { fit, show } from '../latency/show.js';
import { test } from '../latency/held-out.js';
import { values } from '../latency/values.js';
import { SCHEME_OPTIONS } from '../scheme-option.js';

interface Verb {
  readonly name: string;
  readonly says: string;
  readonly run: (args: Arguments, terminal: Terminal) => Promise<number>;
}

/** What can be done with tables: the first operand. */
const VERBS: readonly Verb[] = [
  { name: 'measure', says: '-o TABLE: times layers on this machine and writes a table', run: measure },
  { name: 'show', says: 'TABLE: what it holds', run: show },
  { name: 'merge', says: 'TABLE… -o TABLE: one table of several with the same key', run: merge },
  { name: 'fit', says: 'TABLE: what layers take their time for', run: fit },
  { name: 'test', says: 'TABLE [MODEL…]: holds predictions against layers left out of the fit, and against networks measured now', run: test },
  { name: 'values', says: 'MODEL… --rate N: times pruned networks with their own weights and with drawn ones: structure decides, not values', run: values },
];

export const latency: Command = {
  name: 'latency',
  says: 'Measures how long layers take on this machine, and predicts layers and networks from that.',
  operands: ['VERB', '[FILE…]'],
  options: [
    { name: 'output', short: 'o', value: 'TABLE', says: 'measure, merge: where to write the table, JSON.' },
    { name: 'points', value: 'N', says: 'measure: how many layers. Default: 500, some ten minutes; fewer are the beginning of more.' },
    { name: 'minutes', value: 'M', says: 'measure: stop after so long; --resume goes on.' },
    { name: 'resume', says: 'measure: go on from what TABLE and its log hold.' },
    { name: 'threads', value: 'N', says: 'measure, values: threads of the runtime. Default: 1.' },
    { name: 'seed', value: 'N', says: 'measure: of the layers that are drawn; test: of those that are left out. Default: 1.' },
    { name: 'share', value: 'S', says: 'test: share of the layers that is left out. Default: 0.2.' },
    SHAPE_OPTION,
    ...SCHEME_OPTIONS.map((row) => ({ ...row, says: `test, values: ${row.name === 'rate' ? 'networks pruned in one shot (test: beside the dense ones), keeping one weight in N' : row.says}` })),
    { name: 'json', says: 'show, fit, test, values: print JSON.' },
  ],
  examples: [
    'fretwork latency measure -o laptop.json', 'fretwork latency measure -o laptop.json --points 1000 --resume', 'fretwork latency show laptop.json',
    'fretwork latency values resnet20.onnx --scheme bcr --block 8x32 --rate 4',
    'fretwork latency test laptop.json resnet20.onnx mobilenetv2 --rate 4 --seed 7', 'fretwork latency merge laptop.json more.json -o laptop.json',
  ],
  notes: [
    'VERB', ...VERBS.map(({ name, says }) => `  ${name.padEnd(8)} ${says}`), '',
    'A table belongs to one device, backend, version and number of threads; tables of different keys never mix. test exits with 1 where the median',
    'error of layers or of networks is above 10 %, or the rank correlation below 0.95.',
  ],
  run: async (args, terminal) => {
    const [name] = args.positionals as [string];
    const verb = VERBS.find((row) => row.name === name);
    if (verb === undefined) throw usage('operand', `latency does not know ${JSON.stringify(name)}; known: ${VERBS.map((row) => row.name).join(', ')}`, 'latency');
    return verb.run(args, terminal);
  },
};
