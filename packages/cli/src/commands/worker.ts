import { homedir } from 'node:os';
import { join } from 'node:path';
import { runWorker, type WorkerEvent } from '@fretwork/mapper-search';
import { numberOption, usage } from '../arguments.js';
import type { Command } from '../contract.js';
import { EXIT } from '../contract.js';
import { measureHere } from '../mapping/measure-here.js';

const FOLDER = join(homedir(), '.cache', 'fretwork', 'blobs');

export const worker: Command = {
  name: 'worker',
  says: 'Evaluates plans, and measures them, for searches on other machines (map --mapper search --queue), until Ctrl-C.',
  operands: ['URL'],
  options: [
    { name: 'workers', value: 'N', says: 'Evaluations at once, a thread each; 0: none. Default: 1.' },
    { name: 'device', value: 'NAME', says: 'Measure plans too, for searches that ask for this name (--measure-on NAME).' },
    { name: 'folder', value: 'DIR', says: `Where models and samples are kept, each under its hash. Default: ${join('~', '.cache', 'fretwork', 'blobs')}.` },
  ],
  examples: ['fretwork worker redis://desk.local:6379 --workers 4', 'fretwork worker redis://desk.local:6379 --workers 0 --device tablet'],
  notes: [
    'Needs bullmq and ioredis, and onnxruntime-node to evaluate: npm install bullmq ioredis onnxruntime-node, beside fretwork.',
    'Start Redis with its log on (redis-server --appendonly yes) and on a network of your own: whoever reaches it can give jobs to its workers.',
    'The first Ctrl-C lets the jobs at hand end; the second ends the worker at once, and others do its jobs anew.',
  ],
  run: async (args, terminal) => {
    const [url] = args.positionals as [string];
    if (!/^rediss?:\/\//.test(url)) throw usage('url', `a queue is named like redis://host:6379, not ${JSON.stringify(url)}`, 'worker');
    const device = args.text('device');
    const threads = numberOption(args, 'workers', { least: 0, most: 256, whole: true }) ?? 1;
    if (threads === 0 && device === undefined) throw usage('workers', '--workers 0 is for a worker that measures: add --device NAME', 'worker');
    const stop = new AbortController();
    const onStop = (): void => stop.abort();
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, onStop);
    try {
      await runWorker({
        url, threads, folder: args.text('folder') ?? FOLDER, signal: stop.signal, onEvent: (event) => terminal.err(line(event)),
        ...(device !== undefined && { measuring: { device, measure: measureHere } }),
      });
    } finally {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onStop);
    }
    return EXIT.ok;
  },
};

const line = ({ says, queue, job, reason }: WorkerEvent): string => `${queue}${job === undefined ? '' : ` ${job}`}: ${says}${reason === undefined ? '' : `: ${reason}`}\n`;
