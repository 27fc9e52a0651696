import { fileURLToPath } from 'node:url';
import { FretworkError } from '@fretwork/format';
import type { Piscina } from 'piscina';
import type { Evaluator, Job, Metrics } from '../contract.js';
import type { PackedTask } from '../evaluate/task.js';

export interface ThreadOptions {
  readonly threads: number;
  /** Node's options for the threads. Default: none. */
  readonly execArgv?: readonly string[];
}

// The sources run as they are, in tests.
const FILE = fileURLToPath(import.meta.url.endsWith('.ts') ? new URL('./pool.worker.ts', import.meta.url) : new URL('./pool.worker.js', import.meta.url));

/**
 * As many evaluations at once as there are threads, each with an ONNX Runtime of its own (onnxruntime-node must be installed) and one thread inside it. An aborted
 * job ends its thread, and another takes its place. Throws `search.no-pool` where piscina is not installed, `search.worker` for a job that failed, with the reason
 * in its words.
 */
export function inThreads(task: PackedTask, { threads, execArgv = [] }: ThreadOptions): Evaluator {
  let pool: Promise<Piscina<Job, Metrics>> | undefined;
  const open = async (): Promise<Piscina<Job, Metrics>> => {
    const Pool = await loadPool();
    return new Pool<Job, Metrics>({ filename: FILE, minThreads: 0, maxThreads: threads, idleTimeout: 60_000, workerData: task, execArgv: [...execArgv], atomics: 'disabled', recordTiming: false });
  };
  return {
    setup: task.record, rungs: task.record.settings.rungs.length, parallel: threads,
    evaluate: async (job, { signal } = {}) => {
      signal?.throwIfAborted();
      const opened = await (pool ??= open());
      try {
        return await opened.run(job, signal === undefined ? {} : { signal });
      } catch (cause) {
        signal?.throwIfAborted();
        throw new FretworkError('search.worker', `a thread failed: ${(cause as Error).message}`, { cause, hint: 'try with one worker to see where' });
      }
    },
    close: async () => await pool?.then((opened) => opened.destroy(), () => undefined),
  };
}

/** The user's to install: most searches need none. */
async function loadPool(): Promise<typeof Piscina> {
  try {
    return (await import('piscina')).Piscina;
  } catch (cause) {
    throw new FretworkError('search.no-pool', 'several workers need piscina, which is not installed', { cause, hint: 'npm install piscina' });
  }
}
