import { runtimeProbe } from '@fretwork/bench';
import { FretworkError } from '@fretwork/format';
import { fillTable, keyText, logHeader, logLines, mergeTables, planDesign, printTable, readLog, type LatencyTable } from '@fretwork/latency';
import { numberOption, usage } from '../arguments.js';
import type { Arguments, Terminal } from '../contract.js';
import { EXIT } from '../contract.js';
import { appendFile, removeFile, writeFile } from '../files.js';
import { interruptible, RESUME } from '../training/interruption.js';
import { ifThere, outputOption, readTable, readText } from './files.js';

/** Times a design of layers on this machine, with a log beside the table from which it goes on. */
export async function measure(args: Arguments, terminal: Terminal): Promise<number> {
  const output = outputOption(args);
  const log = `${output}.log`;
  const minutes = numberOption(args, 'minutes', { least: 0, most: 1e6 });
  const design = planDesign({
    points: numberOption(args, 'points', { least: 1, most: 1e5, whole: true }) ?? 500, seed: numberOption(args, 'seed', { least: 0, most: 2 ** 31 - 1, whole: true }) ?? 1,
  });
  const probe = await runtimeProbe({ threads: numberOption(args, 'threads', { least: 1, most: 64, whole: true }) ?? 1 });
  const [table, logged] = [await ifThere(() => readTable(output)), await ifThere(async () => readLog(await readText(log), probe.key, log))];
  if (!args.flag('resume') && (table ?? logged) !== undefined) {
    throw new FretworkError('latency.taken', `${table === undefined ? log : output} holds measurements already`, { hint: 'go on with --resume, or write to another file' });
  }
  if (logged === undefined) await writeFile(log, logHeader(probe.key, probe.how));
  const start = performance.now();
  const late = new AbortController();
  try {
    const filled = await interruptible(RESUME, (signal) => fillTable(design, probe, {
      known: { ...(table === undefined ? {} : { table }), ...logged }, signal: AbortSignal.any([signal, late.signal]),
      onReadings: (readings, refused) => appendFile(log, logLines(readings, refused)),
      onProgress: ({ round, measured, left, done, all }) => {
        const spent = (performance.now() - start) / 60_000;
        terminal.err(`round ${round}: ${measured} of ${left} groups; ${done} of ${all} layers are done; ${spent.toFixed(1)} minutes\n`);
        if (minutes !== undefined && spent >= minutes && done < all) late.abort(new FretworkError('run.stopped', `stopped after ${minutes} minutes`, { hint: RESUME }));
      },
    }));
    await writeFile(output, printTable(filled));
    await removeFile(log);
    terminal.out(`${output}: ${filled.entries.length} layers, ${filled.refused.length} refused, ${keyText(filled.key)}\n`);
  } catch (error) {
    if (!late.signal.aborted || error !== late.signal.reason) throw error;
    terminal.out(`${log}: stopped after ${minutes} minutes; ${RESUME}\n`);
  }
  return EXIT.ok;
}

/** One table of several with the same key. */
export async function merge(args: Arguments, terminal: Terminal): Promise<number> {
  const output = outputOption(args);
  const paths = args.positionals.slice(1);
  if (paths.length === 0) throw usage('operand', 'latency merge needs at least one TABLE', 'latency');
  const [first, ...others] = await Promise.all(paths.map(readTable)) as [LatencyTable, ...LatencyTable[]];
  const merged = mergeTables(first, ...others);
  await writeFile(output, printTable(merged));
  terminal.out(`${output}: ${merged.entries.length} layers, ${keyText(merged.key)}\n`);
  return EXIT.ok;
}
