import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ThreadStart } from './serve.js';
import type { ThreadWorker } from './start.browser.js';

export type { ThreadWorker } from './start.browser.js';

// The sources run as they are, in tests.
const FILE: URL = import.meta.url.endsWith('.ts') ? new URL('./thread.worker.node.ts', import.meta.url) : new URL('./thread.worker.node.js', import.meta.url);

/** `start.browser.ts` on Node's worker threads. */
export function startWorker(message: ThreadStart, ready: () => void, died: (reason: string) => void): ThreadWorker {
  const worker = new Worker(FILE, { name: `fretwork ${message.thread}`, workerData: message, execArgv: [] });
  worker.on('message', ready);
  worker.on('error', (error) => died(`failed: ${error.message}`));
  worker.on('exit', () => died('ended'));
  return { terminate: () => void worker.terminate(), unref: () => worker.unref() };
}

export const cores = (): number => availableParallelism();
