import { fork, type ChildProcess } from 'node:child_process';
import { FretworkError } from '@fretwork/format';
import { median } from '../timing/statistics.js';
import type { CopyJob } from './copy-job.js';

const MAIN = new URL('./copy-main.js', import.meta.url);

const ROUNDS = 9;
/** Long enough that it does not matter whether all begin at once. */
const SAMPLE_MS = 40;

/**
 * How many times the work of one process `copies` processes do together, each with its own copy of one run on one thread: what this machine
 * has to give to so many threads. The median of rounds in which one runs alone and then all do. Throws `bench.ceiling`.
 */
export async function measureCeiling(job: CopyJob, copies: number, main: URL = MAIN): Promise<number> {
  const processes: ChildProcess[] = [];
  try {
    for (let i = 0; i < copies; i++) processes.push(fork(main, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }));
    await Promise.all(processes.map((one) => ask(one, job)));
    const quotients: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const alone = await ask(processes[round % copies]!, SAMPLE_MS) as number;
      const together = await Promise.all(processes.map((one) => ask(one, SAMPLE_MS))) as readonly number[];
      quotients.push(together.reduce((sum, ms) => sum + alone / ms, 0));
    }
    return median(quotients);
  } finally {
    for (const one of processes) one.kill();
  }
}

/** Sends a message and waits for the answer. */
function ask(one: ChildProcess, message: CopyJob | number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new FretworkError('bench.ceiling', 'a copy of the layer ended', { hint: 'run the bench again' }));
    one.once('exit', ended);
    one.once('message', (answer) => {
      one.off('exit', ended);
      resolve(answer);
    });
    one.send(message);
  });
}
