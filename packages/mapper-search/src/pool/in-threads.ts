import { fileURLToPath } from 'node:url';
import { FretworkError } from '@fretwork/format';
import { Piscina } from 'piscina';
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
 * job ends its thread, and another takes its place. Throws `search.worker` for a job that failed, with the reason in its words.
 */
export function inThreads(task: PackedTask, { threads, execArgv = [] }: ThreadOptions): Evaluator {
  const pool = new Piscina<Job, Metrics>({ filename: FILE, minThreads: 0, maxThreads: threads, idleTimeout: 60_000, workerData: task, execArgv: [...execArgv], atomics: 'disabled', recordTiming: false });
  return {
    setup: task.record, rungs: task.record.settings.rungs.length, parallel: threads,
    evaluate: async (job, { signal } = {}) => {
      signal?.throwIfAborted();
      try {
        return await pool.run(job, signal === undefined ? {} : { signal });
      } catch (cause) {
        signal?.throwIfAborted();
        throw new FretworkError('search.worker', `a thread failed: ${(cause as Error).message}`, { cause, hint: 'try with one worker to see where' });
      }
    },
    close: () => pool.destroy(),
  };
}
