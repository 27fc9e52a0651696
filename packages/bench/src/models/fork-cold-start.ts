import { fork } from 'node:child_process';
import { FretworkError } from '@fretwork/format';
import type { ColdStart } from '../contract.js';
import type { ColdJob } from './cold-start.js';

const MAIN = new URL('./cold-start-main.js', import.meta.url);

type Answer = { readonly ok: true; readonly cold: ColdStart } | { readonly ok: false; readonly reason: string };

/** `coldStart` in a process of its own. Throws `bench.cold-start`. */
export function forkColdStart(job: ColdJob, main: URL = MAIN): Promise<ColdStart> {
  return new Promise((resolve, reject) => {
    // Peers talk on standard output, which belongs to the report.
    const child = fork(main, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const fail = (reason: string): void => reject(new FretworkError('bench.cold-start', `${job.contender} did not start by itself: ${reason}`));
    child.once('message', (answer: Answer) => (answer.ok ? resolve(answer.cold) : fail(answer.reason)));
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`the process ended with ${signal ?? code}`));
    child.send(job);
  });
}
