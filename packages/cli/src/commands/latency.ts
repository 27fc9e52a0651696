import { runtimeProbe } from '@fretwork/bench';
import { FretworkError } from '@fretwork/format';
import { fillTable, keyText, logHeader, logLines, mergeTables, parseTable, planDesign, printTable, readLog, type LatencyTable } from '@fretwork/latency';
import { numberOption, usage } from '../arguments.js';
import type { Arguments, Command, Terminal } from '../contract.js';
import { EXIT } from '../contract.js';
import { appendFile, readFile, removeFile, writeFile } from '../files.js';
import { interruptible, RESUME } from '../training/interruption.js';

interface Kind {
  readonly name: string;
  readonly says: string;
  readonly run: (args: Arguments, terminal: Terminal) => Promise<number>;
}

/** What can be done with tables: the first operand. */
const KINDS: readonly Kind[] = [
  { name: 'measure', says: 'times layers on this machine and writes a table', run: measure },
  { name: 'merge', says: 'makes one table of several with the same key', run: merge },
];

export const latency: Command = {
  name: 'latency',
  says: 'Measures how long layers take on this machine, and predicts layers and networks from that.',
  operands: ['WHAT', '[TABLE…]'],
  options: [
    { name: 'output', short: 'o', value: 'TABLE', says: 'measure, merge: where to write the table, JSON.' },
    { name: 'points', value: 'N', says: 'measure: how many layers. Default: 500, some ten minutes; fewer are the beginning of more.' },
    { name: 'minutes', value: 'M', says: 'measure: stop after so long; --resume goes on.' },
    { name: 'resume', says: 'measure: go on from what TABLE and its log hold.' },
    { name: 'threads', value: 'N', says: 'measure: threads of the runtime. Default: 1.' },
    { name: 'seed', value: 'N', says: 'Of the layers that are drawn. Default: 1.' },
  ],
  examples: ['fretwork latency measure -o laptop.json', 'fretwork latency measure -o laptop.json --points 1000 --resume', 'fretwork latency merge laptop.json more.json -o laptop.json'],
  notes: ['WHAT', ...KINDS.map(({ name, says }) => `  ${name.padEnd(8)} ${says}`)],
  run: async (args, terminal) => {
    const [what] = args.positionals as [string];
    const kind = KINDS.find(({ name }) => name === what);
    if (kind === undefined) throw usage('operand', `latency does not know ${JSON.stringify(what)}; known: ${KINDS.map(({ name }) => name).join(', ')}`, 'latency');
    return kind.run(args, terminal);
  },
};

function outputOption(args: Arguments): string {
  const path = args.text('output');
  if (path === undefined) throw usage('output', `latency ${args.positionals[0]} needs -o TABLE`, 'latency');
  return path;
}

const text = async (path: string): Promise<string> => new TextDecoder().decode(await readFile(path));

const readTable = async (path: string): Promise<LatencyTable> => parseTable(await text(path), path);

/** Nothing where there is no such file. */
async function ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FretworkError && error.code === 'path.missing') return undefined;
    throw error;
  }
}

async function measure(args: Arguments, terminal: Terminal): Promise<number> {
  const output = outputOption(args);
  const log = `${output}.log`;
  const minutes = numberOption(args, 'minutes', { least: 0, most: 1e6 });
  const design = planDesign({
    points: numberOption(args, 'points', { least: 1, most: 1e5, whole: true }) ?? 500, seed: numberOption(args, 'seed', { least: 0, most: 2 ** 31 - 1, whole: true }) ?? 1,
  });
  const probe = await runtimeProbe({ threads: numberOption(args, 'threads', { least: 1, most: 64, whole: true }) ?? 1 });
  const [table, logged] = [await ifThere(() => readTable(output)), await ifThere(async () => readLog(await text(log), probe.key, log))];
  if (!args.flag('resume') && (table ?? logged) !== undefined) {
    throw new FretworkError('latency.taken', `${table === undefined ? log : output} holds measurements already`, { hint: 'go on with --resume, or write to another file' });
  }
  if (logged === undefined) await writeFile(log, logHeader(probe.key, probe.how));
  const start = performance.now();
  const stopped = new AbortController();
  try {
    const filled = await interruptible(RESUME, (signal) => fillTable(design, probe, {
      known: { ...(table === undefined ? {} : { table }), ...logged }, signal: AbortSignal.any([signal, stopped.signal]),
      onReadings: (readings, refused) => appendFile(log, logLines(readings, refused)),
      onProgress: ({ round, measured, left, done, all }) => {
        const spent = (performance.now() - start) / 60_000;
        terminal.err(`round ${round}: ${measured} of ${left} groups; ${done} of ${all} layers are done; ${spent.toFixed(1)} minutes\n`);
        if (minutes !== undefined && spent >= minutes && done < all) stopped.abort(new FretworkError('run.stopped', `stopped after ${minutes} minutes`, { hint: RESUME }));
      },
    }));
    await writeFile(output, printTable(filled));
    await removeFile(log);
    terminal.out(`${output}: ${filled.entries.length} layers, ${filled.refused.length} refused, ${keyText(filled.key)}\n`);
    return EXIT.ok;
  } catch (error) {
    if (!stopped.signal.aborted || error !== stopped.signal.reason) throw error;
    terminal.out(`${log}: stopped after ${minutes} minutes; ${RESUME}\n`);
    return EXIT.ok;
  }
}

async function merge(args: Arguments, terminal: Terminal): Promise<number> {
  const output = outputOption(args);
  const paths = args.positionals.slice(1);
  if (paths.length === 0) throw usage('operand', 'latency merge needs at least one TABLE', 'latency');
  const [first, ...others] = await Promise.all(paths.map(readTable)) as [LatencyTable, ...LatencyTable[]];
  const merged = mergeTables(first, ...others);
  await writeFile(output, printTable(merged));
  terminal.out(`${output}: ${merged.entries.length} layers, ${keyText(merged.key)}\n`);
  return EXIT.ok;
}
